"""What it costs to fetch and keep mail from a real Dovecot, beside mbsync and beside a plain copy of the same bytes."""

import base64
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.delay import Delay
from benchmarks.mailbox import fetch, mbsync, open_config, plain_copy
from benchmarks.measure import HEADER, measure
from tests.desks import write_settings
from tests.inbox import BOX
from tests.servers import Dovecot, own_folder
from tests.test_killed import mailbox

_START = datetime(2026, 7, 1, tzinfo=UTC)
_DELAY = 0.040


@dataclass(frozen=True)
class Set:
    """A mailbox to fetch: so many mails of so many bytes."""

    name: str
    count: int
    bytes: int


SETS = (Set("small", 2_000, 32_000), Set("8 MB", 200, 8_000_000), Set("45 MB", 6, 45_000_000))
DELAYED = (Set("small", 2_000, 32_000), Set("8 MB", 40, 8_000_000), Set("45 MB", 6, 45_000_000))


def run() -> None:
    """Print a table for each set, first as near as loopback is, then with 40 ms added to every round trip."""
    with _server() as server:
        for one in SETS:
            _compare(server, one)
        for one in DELAYED:
            _compare(server, one, _DELAY)


@contextmanager
def _server() -> Iterator[Dovecot]:
    server = Dovecot(own_folder("bench"))
    server.start()
    try:
        yield server
    finally:
        server.remove()


def _compare(server: Dovecot, one: Set, delay: float = 0.0) -> None:
    account = server.account(f"{one.name.replace(' ', '')}-{delay}@example.cn")
    raws = [raw_mail(number, one.bytes) for number in range(one.count)]
    account.append_all([(raw, _START + timedelta(minutes=n)) for n, raw in enumerate(raws)])
    megabytes = sum(map(len, raws)) / 1e6
    with tempfile.TemporaryDirectory() as folder, Delay(server.port, delay) as port:
        source = Path(folder) / "source"
        source.mkdir()
        for number, raw in enumerate(raws):
            (source / f"{number:05}").write_bytes(raw)
        del raws
        os.sync()
        copy = measure(plain_copy, source, Path(folder) / "copy")
        pulled = measure(mbsync, account.user, port, Path(folder) / "mbsync")
        config = write_settings(Path(folder) / "zhengji", mailbox(account).replace(str(server.port), str(port)))
        fetched = measure(fetch, config, before=open_config)
    added = f", {delay * 1000:.0f} ms added" if delay else ""
    print(f"\n{one.count} mails of {one.name}, {megabytes:.0f} MB{added} (ratios to mbsync)")
    print(HEADER)
    print(copy.line("plain copy, SHA-256, fsync", megabytes, pulled))
    print(pulled.line("mbsync", megabytes, pulled))
    print(fetched.line("zhengji poll: fetch and keep", megabytes, pulled))
    print(f"{'':<46}CPU to the plain copy {fetched.cpu / copy.cpu:.2f} ×")
    assert fetched.result == one.count


def raw_mail(number: int, size: int) -> bytes:
    """Return a mail of about so many bytes: one base64 attachment of random content."""
    body = base64.encodebytes(os.urandom(int(size / 1.37))).replace(b"\n", b"\r\n")
    header = (
        f"From: a{number}@example.cn\r\nTo: {BOX}\r\nSubject: {number}\r\nMessage-ID: <{number}.{size}@example.cn>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return header.encode() + body
