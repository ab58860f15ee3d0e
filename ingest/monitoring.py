"""Where a worker shows its numbers and whether it is ready: a small server in a thread of its own.

It answers GET on three addresses and nothing else, gives slow callers up, and serves few at once.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from socketserver import TCPServer
from typing import Any

import structlog

from config.errors import ConfigError
from config.monitoring import MonitoringSettings
from ingest.desk import Desk
from reports.watching.metrics import CONTENT_TYPE, Findings, Metrics, Watched
from reports.watching.monitor import Monitor
from reports.watching.ready import Readiness

log = structlog.get_logger()

# Who has not asked after so long (seconds) is hung up on; of more than so many at once the rest is refused.
_PATIENCE = 5.0
_AT_ONCE = 16
_JSON = "application/json; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_Answer = tuple[HTTPStatus, str, bytes]


def monitor_of(desk: Desk, now: Callable[[], datetime], findings: Findings = lambda: None) -> Monitor:
    """Return what answers for a desk; `findings` counts the open ones, where this process knows them."""
    settings = desk.settings
    mailboxes = tuple(one.address for one in settings.mailboxes)
    watched = Watched(desk.store, mailboxes, findings)
    return Monitor(Metrics(watched), Readiness(desk.store, mailboxes, settings.alarms.poll_hours, now))


@contextmanager
def monitored(settings: MonitoringSettings, monitor: Monitor) -> Iterator[None]:
    """Answer while this lasts, where a port is set; ConfigError where it cannot be opened."""
    if settings.port is None:
        yield
        return
    server = _opened(settings.host, settings.port, monitor)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="monitoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(_PATIENCE)


def _opened(host: str, port: int, monitor: Monitor) -> "_Server":
    kind = _ServerOfSix if ":" in host else _Server
    try:
        return kind((host, port), monitor)
    except OSError as error:
        said = f"在 {host} 的端口 {port} 上打不开（{error.strerror}）"
        raise ConfigError(f"[monitoring] {said}：端口可能已被占用，或这不是本机的地址") from None


class _Server(ThreadingHTTPServer):
    """The server; its threads end with the process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = _AT_ONCE

    def __init__(self, address: tuple[str, int], monitor: Monitor) -> None:
        self.monitor = monitor
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Take the port, and ask no name server how this machine is called: that may take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (of the standard library)
        """Serve a caller in a thread, or hang up where too many call."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (the same)
        """Serve a caller, and make room for the next."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 (the same)
        """Log what went wrong; the next caller is served all the same."""
        log.warning("monitoring.failed", error=type(sys.exc_info()[1]).__name__)


class _ServerOfSix(_Server):
    address_family = AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """Answers one request a connection."""

    timeout = _PATIENCE
    server: _Server

    def do_GET(self) -> None:
        """Answer."""
        status, kind, body = _answer(self.server.monitor, self.path.partition("?")[0])
        try:
            self.send_response_only(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except (ConnectionError, TimeoutError):
            # Who asked is gone.
            self.close_connection = True

    do_HEAD = do_GET  # noqa: N815 (the same)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the same)
        """Log nothing of who asks: a probe does so every few seconds."""


def _answer(monitor: Monitor, path: str) -> _Answer:
    if path == "/healthz":
        return HTTPStatus.OK, _JSON, b'{"status": "ok"}'
    if path == "/readyz":
        ready, told = monitor.ready()
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return status, _JSON, json.dumps(told, ensure_ascii=False).encode()
    if path == "/metrics":
        return HTTPStatus.OK, CONTENT_TYPE, monitor.exposition()
    return HTTPStatus.NOT_FOUND, _PLAIN, "没有这个地址\n".encode()
