"""The settings of the console: where it listens, by which names it is reached, how long a session lasts."""

from pydantic import Field

from config.section import Section


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
    # What a read-only query may take (seconds), and how many rows it may give.
    query_seconds: float = Field(default=10, gt=0)
    query_rows: int = Field(default=2_000, gt=0)
