"""A reverse proxy on loopback with TLS, as nginx is one: it passes on what comes, and says whence in X-Forwarded-*."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_END = b"\r\n\r\n"


@contextmanager
def tls_proxy(certificate: Path, upstream: int) -> Iterator[int]:
    """Give the port of a proxy that takes one request a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, context, upstream), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            # Closing alone would not wake whoever waits for the next connection.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, context: ssl.SSLContext, upstream: int) -> None:
    with suppress(OSError):
        while True:
            client, (address, _) = listener.accept()
            threading.Thread(target=_pass_on, args=(client, address, context, upstream), daemon=True).start()


def _pass_on(client: socket.socket, address: str, context: ssl.SSLContext, upstream: int) -> None:
    with suppress(OSError), context.wrap_socket(client, server_side=True) as secure:
        request = b""
        while not _is_whole(request):
            if not (more := secure.recv(65_536)):
                return
            request += more
        with socket.create_connection(("127.0.0.1", upstream)) as server:
            server.sendall(_forwarded(request, address))
            while answer := server.recv(65_536):
                secure.sendall(answer)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(_END)
    length = re.search(rb"(?i)\ncontent-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def _forwarded(request: bytes, address: str) -> bytes:
    """Return a request with what nginx adds (`$proxy_add_x_forwarded_for`, `$scheme`), for this connection alone."""
    head, _, body = request.partition(_END)
    lines, before = [], ""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"x-forwarded-for":
            before = f"{value.decode().strip()}, "
        elif name.lower() not in (b"x-forwarded-proto", b"connection"):
            lines.append(line)
    lines += [f"X-Forwarded-For: {before}{address}".encode(), b"X-Forwarded-Proto: https", b"Connection: close"]
    return b"\r\n".join(lines) + _END + body
