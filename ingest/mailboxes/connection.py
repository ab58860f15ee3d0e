"""A connection to a mail server: made, bounded in time, its breaking told in Chinese. The one door to imapclient."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeAlias, TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from config.mailboxes import MailboxSettings
from ingest.mailboxes.fetched import Unreachable

T = TypeVar("T")
Client: TypeAlias = IMAPClient
# What imapclient says where a login failed for whatever reason, and where the line dropped.
LoginFailed, LineDropped = LoginError, IMAPClientAbortError

_CONNECT_SECONDS = 30
# One command may take this many times what one silence may, and longer where many bytes come over a slow line.
_PATIENCE = 3
_SLOWEST = 16_000
# Everything that a connection may raise when it breaks, is cut or talks nonsense.
BROKEN = (
    IMAPClientError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    # A literal of absurd length, or brackets nested without end.
    OverflowError,
    MemoryError,
    RecursionError,
)


def connect(settings: MailboxSettings) -> Client:
    """Return a connection, encrypted as the settings say and not yet logged in."""
    context, seconds, server = _context(settings), _total(settings), f"{settings.host}:{settings.port_number}"
    client = None
    try:
        # There is nothing to cut before the server has greeted: a greeting that drips is left behind in its thread.
        client = within(seconds, lambda: _greeted(settings, context), BROKEN, late=hang_up)
        # The default gives INTERNALDATE naive, in the host's time zone.
        client.normalise_times = False
        _quiet(client)
        if settings.security == "starttls":
            with _cut_after(seconds, client):
                client.starttls(context)
    except BROKEN as error:
        hang_up(client)
        if isinstance(error, ssl.SSLCertVerificationError):
            raise Unreachable(f"邮箱服务器 {settings.host} 的证书不可信，已停止连接", error) from error
        raise Unreachable(f"连不上邮箱服务器 {server}", error) from error
    return client


def _greeted(settings: MailboxSettings, context: ssl.SSLContext | None) -> Client:
    return IMAPClient(
        settings.host,
        port=settings.port_number,
        ssl=settings.security == "ssl",
        ssl_context=context if settings.security == "ssl" else None,
        timeout=SocketTimeout(connect=min(_CONNECT_SECONDS, settings.timeout_seconds), read=settings.timeout_seconds),
    )


def _context(settings: MailboxSettings) -> ssl.SSLContext | None:
    if settings.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise Unreachable(f"证书文件 {settings.ca_file} 读不了，请检查设置中的 ca_file", error) from error


def _quiet(client: Client) -> None:
    """Turn off imaplib's own trace: imapclient sets it to 5, and then every literal is formatted twice for nothing."""
    inner = getattr(client, "_imap", None)
    if inner is not None and hasattr(inner, "debug"):
        inner.debug = 0


@contextmanager
def guarded(
    client: Client, settings: MailboxSettings, reason: str, expected: int = 0, uids: Sequence[int] = ()
) -> Iterator[None]:
    """Bound a command in time, so that a server that drips is given up, and tell what broke as Unreachable."""
    with _cut_after(_total(settings) + expected / _SLOWEST, client):
        try:
            yield
        except BROKEN as error:
            answered = isinstance(error, IMAPClientError) and not isinstance(error, LineDropped)
            raise Unreachable(reason, error, uids, sound=answered) from error


@contextmanager
def bounded(client: Client, settings: MailboxSettings) -> Iterator[None]:
    """Bound a command in time; what it raises is left as it is."""
    with _cut_after(_total(settings), client):
        yield


def _total(settings: MailboxSettings) -> float:
    """Return how long one command may take in all (seconds)."""
    return settings.timeout_seconds * _PATIENCE


@contextmanager
def _cut_after(seconds: float, client: Client) -> Iterator[None]:
    timer = threading.Timer(seconds, _cut, [client])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(client: Client) -> None:
    """Cut a connection that takes too long, so that whoever reads from it goes on."""
    with suppress(*BROKEN):
        client.socket().shutdown(socket.SHUT_RDWR)


def hang_up(client: Client | None) -> None:
    """Close the socket, whatever state it is in."""
    if client is not None:
        with suppress(*BROKEN):
            client.shutdown()


def last_words(client: Client) -> str:
    """Return what the server said beside its answers to commands: some say only there why they hang up."""
    said = getattr(getattr(client, "_imap", None), "untagged_responses", None)
    lines = [line for kind in ("NO", "BAD", "BYE") for line in (said or {}).get(kind, ())]
    return " ".join(_decoded(line) for line in lines if isinstance(line, bytes))


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("gb18030", "replace")


def within(
    seconds: float,
    work: Callable[[], T],
    errors: tuple[type[BaseException], ...],
    late: Callable[[T], None] = lambda _: None,
) -> T:
    """Return what `work` gives, done in a thread of its own; TimeoutError where that takes longer than `seconds`.

    What it gives after that goes to `late`. It raises nothing but `errors`.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except errors as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        future.add_done_callback(lambda done: None if done.exception() else late(done.result()))
        raise
