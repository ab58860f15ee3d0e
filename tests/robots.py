"""A loopback stand-in for the chat services: a proxy that answers for their hosts, over TLS with a certificate of ours.

The real plugins of Apprise reach it through `HTTPS_PROXY`; that they check certificates is left as it is.
"""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import program

HOSTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")
GOOD = json.dumps({"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}).encode()


def hosts_certificate(folder: Path) -> Path:
    """Make a certificate in the names of the services, trusted where REQUESTS_CA_BUNDLE names it."""
    command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-subj", "/CN=robots"]
    command += ["-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in HOSTS)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "cert.pem"


@dataclass(frozen=True)
class Asked:
    """A request as it came: the host of the tunnel ("" without one), the first line, and the JSON."""

    host: str
    line: str
    body: dict[str, Any]


@dataclass
class Robots:
    """The proxy, which is also a plain web server; `status` and `body` are what it answers with.

    `manner` is `answer`, `silent` (reads the request and never answers), `drop` (reads it and hangs up), or `closed`
    (the proxy lets nobody through).
    """

    certificate: Path | None = None
    status: str = "200 OK"
    body: bytes = GOOD
    headers: str = ""
    manner: str = "answer"
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @contextmanager
    def running(self) -> Iterator["Robots"]:
        """Serve, each connection in a thread of its own, until the end."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            threading.Thread(target=self._serve, args=(listening,), daemon=True).start()
            yield self
            listening.shutdown(socket.SHUT_RDWR)

    def _serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        with suppress(OSError), connection:
            line, body = _request(connection)
            if not line.startswith("CONNECT"):
                self._answer(connection, "", line, body)
                return
            if self.manner == "closed":
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            assert self.certificate is not None
            context.load_cert_chain(self.certificate, self.certificate.with_name("key.pem"))
            with context.wrap_socket(connection, server_side=True) as secure:
                self._answer(secure, line.split()[1].partition(":")[0], *_request(secure))

    def _answer(self, connection: socket.socket, host: str, line: str, body: bytes) -> None:
        self.asked.append(Asked(host, line, json.loads(body or b"{}")))
        if self.manner == "silent":
            time.sleep(5)
        if self.manner != "answer":
            return
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\n{self.headers}Connection: close\r\n\r\n"
        connection.sendall(head.encode() + self.body)


def _request(connection: socket.socket) -> tuple[str, bytes]:
    """Return the first line and the body of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            raise OSError("hung up")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    wanted = next((int(one.split(":")[1]) for one in lines if one.lower().startswith("content-length:")), 0)
    while len(body) < wanted:
        body += connection.recv(65536)
    return lines[0], body
