"""The settings of the console: where it listens, by which names it is reached, how long a session lasts."""

from ipaddress import ip_network

from pydantic import Field, field_validator

from config.section import Section

# A container network of Docker has so many addresses.
_MOST_PROXIES = 2**16


class ConsoleSettings(Section):
    """The staff's own page.

    `hosts` are the names by which browsers reach it beside this machine's own; `proxies` are the addresses whose
    X-Forwarded headers are believed. A session ends after `session_hours`, or when it was idle for `idle_minutes`.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8360, ge=1, le=65535)
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    session_hours: float = Field(default=12, gt=0, le=24 * 30)
    idle_minutes: float = Field(default=120, gt=0)
    refresh_seconds: float = Field(default=15, ge=1)
    upload_bytes: int = Field(default=4_000_000_000, gt=0)
    # Pictures of files that were made are kept up to so many bytes; then the oldest go.
    preview_bytes: int = Field(default=1_000_000_000, gt=0)
    # What a read-only query may take (seconds), and how many rows it may give.
    query_seconds: float = Field(default=10, gt=0)
    query_rows: int = Field(default=2_000, gt=0)

    @field_validator("proxies")
    @classmethod
    def _named_one_by_one(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            if not _is_named(proxy):
                raise ValueError(f"proxies 要写反向代理的 IP 地址（如 127.0.0.1）或小的网段，{proxy} 不是")
        return proxies

    @field_validator("hosts")
    @classmethod
    def _bare_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not host or any(mark in host for mark in "/*@ ") or (host.count(":") == 1):
                raise ValueError(f"hosts 只写域名或 IP 地址，不带 https://、端口和通配符，{host} 不行")
        return hosts


def _is_named(proxy: str) -> bool:
    """Tell whether a proxy is one by its address, or few by their network: whom all may say to be is nobody's proxy."""
    try:
        network = ip_network(proxy)
    except ValueError:
        return False
    return network.num_addresses <= _MOST_PROXIES
