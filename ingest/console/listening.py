"""Where does the console listen? Sockets are opened before anything else; what hinders is one Chinese sentence."""

import errno
import socket
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from typing import Any

from config.console import ConsoleSettings
from config.errors import ConfigError

_BACKLOG = 512
_HAS_NOT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_TROUBLES = {
    errno.EADDRINUSE: "端口 {port} 已被占用：可能操作台已经开着；请先停掉它，或用 --port 换一个",
    errno.EADDRNOTAVAIL: "{host} 不是本机的地址；请改用本机的地址，或 127.0.0.1（只在本机打开）",
    errno.EACCES: "没有权限使用端口 {port}（1024 以下归系统）；请用 --port 换一个大的，如 8360",
}
_TROUBLES[errno.EPERM] = _TROUBLES[errno.EACCES]


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen at a host and port; ConfigError where nobody can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigError(f"不认识地址 {host}；请写本机的 IP 地址，如 127.0.0.1") from None
    opened: list[socket.socket] = []
    try:
        _open_all(opened, {(one[0], one[4]) for one in found})
    except OSError as error:
        for one in opened:
            one.close()
        said = _TROUBLES.get(error.errno or 0, "在 {host} 的端口 {port} 上打不开（{why}）")
        raise ConfigError(said.format(host=host, port=port, why=error.strerror)) from None
    return opened


def _open_all(opened: list[socket.socket], found: Collection[tuple[socket.AddressFamily, tuple[Any, ...]]]) -> None:
    """Open what there is; a name may stand for an address that this machine has not (IPv6), beside one that it has."""
    trouble = None
    for family, address in found:
        try:
            opened.append(_open(family, address))
        except OSError as error:
            if error.errno not in _HAS_NOT:
                raise
            trouble = error
    if trouble and not opened:
        raise trouble


def _open(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(_BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def warnings(settings: ConsoleSettings, host: str) -> Iterator[str]:
    """Yield what whoever opens the console to others should know."""
    if _is_loopback(host):
        return
    if not settings.hosts:
        yield "别的电脑还打不开：请在设置文件 [console] hosts 里写上它们用的域名或 IP 地址"
    if settings.proxies:
        yield f"正在 {host} 上直接对外开放：请只让反向代理 {'、'.join(settings.proxies)} 连得到这个端口"
    else:
        yield (
            "没有 TLS：密码和材料在网络上是明文。请放在带 TLS 的反向代理后面（见 docs/console.md），"
            "只在 127.0.0.1 上打开，并在 [console] proxies 里写上代理的地址"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
