"""What it costs to take mail in: from a real Dovecot, beside mbsync and beside a plain copy with SHA-256 and fsync."""

import hashlib
import os
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import HEADER, measure
from config.settings import load_settings
from ingest.desk import Desk, open_desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from tests.desks import write_settings
from tests.inbox import Sent, list_files, mail
from tests.servers import Dovecot, own_folder, program
from tests.test_killed import mailbox

_START = datetime(2026, 7, 1, tzinfo=UTC)


def run(mails: int = 1_000, seen: int = 50_000) -> None:
    """Print the table of intake and of an empty poll."""
    server = Dovecot(own_folder("bench"))
    server.start()
    try:
        _intake(server, mails)
        _empty_poll(server, seen)
    finally:
        server.remove()


def _intake(server: Dovecot, count: int) -> None:
    account = server.account("intake@example.cn")
    raws = [_submission(number) for number in range(count)]
    account.append_all([(raw, _START + timedelta(minutes=n)) for n, raw in enumerate(raws)])
    megabytes = sum(map(len, raws)) / 1e6
    with tempfile.TemporaryDirectory() as folder:
        config = write_settings(Path(folder) / "zhengji", mailbox(account))
        source = Path(folder) / "source"
        source.mkdir()
        for number, raw in enumerate(raws):
            (source / str(number)).write_bytes(raw)
        copy = measure(plain_copy, source, Path(folder) / "copy")
        pulled = measure(mbsync, account.user, server.port, Path(folder) / "mbsync")
        fetched = measure(fetch, config, before=open_config)
        read = measure(read_all, config, before=open_config)
    print(f"\n{count} mails, {megabytes:.0f} MB, from Dovecot on loopback (ratios to mbsync)")
    print(HEADER)
    print(copy.line("plain copy, SHA-256, fsync", megabytes, pulled))
    print(pulled.line("mbsync", megabytes, pulled))
    print(fetched.line("zhengji poll: fetch and keep", megabytes, pulled))
    print(read.line("zhengji: read, file (after it)", megabytes, pulled))
    assert (fetched.result, read.result) == (count, count)


def _empty_poll(server: Dovecot, count: int) -> None:
    account = server.account("empty@example.cn")
    account.append_all([(b"Subject: %d\r\n\r\n%d\r\n" % (n, n), _START) for n in range(count)])
    with tempfile.TemporaryDirectory() as folder:
        config = write_settings(Path(folder) / "zhengji", mailbox(account))
        first = measure(fetch, config, before=open_config)
        empty = measure(fetch, config, before=open_config)
        measure(mbsync, account.user, server.port, Path(folder) / "mbsync")
        pulled = measure(mbsync, account.user, server.port, Path(folder) / "mbsync")
    print(f"\nan empty poll on a folder of {count} seen mails (ratio to mbsync, which also finds nothing)")
    print(HEADER)
    print(pulled.line("mbsync", 0, pulled))
    print(empty.line("zhengji poll (with opening the database)", 0, pulled))
    assert (first.result, empty.result) == (count, 0)


def _submission(number: int) -> bytes:
    """Return a mail of one province with a list, its scan and one case's form and material, about 140 KB."""
    case = Sent(f"春江花园{number}", f"杭州{number}物业服务有限公司", "杭州市物业管理协会", photos=0)
    files = {**list_files("浙江省物业管理协会", [case]), **case.files()}
    return mail("zjwyxh@example.cn", f"补充：浙江省案例报送 {number}", _START + timedelta(minutes=number), files)


def plain_copy(source: Path, target: Path) -> int:
    """Copy every file with its SHA-256 and an fsync: what nobody who keeps mail safely can do without."""
    target.mkdir()
    for path in sorted(source.iterdir()):
        data = path.read_bytes()
        with (target / hashlib.sha256(data).hexdigest()).open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    return 0


def mbsync(user: str, port: int, folder: Path) -> int:
    """Pull a mailbox with mbsync into a Maildir."""
    folder.mkdir(exist_ok=True)
    config = folder / "rc"
    config.write_text(
        f"IMAPAccount a\nHost 127.0.0.1\nPort {port}\nUser {user}\nPass secret\nSSLType None\nAuthMechs LOGIN\n\n"
        f"IMAPStore far\nAccount a\n\nMaildirStore near\nPath {folder}/\nInbox {folder}/inbox\n\n"
        "Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull New\nCreate Near\nSyncState *\n",
        encoding="utf-8",
    )
    subprocess.run([program("mbsync", "isync"), "-q", "-c", str(config), "c"], check=True, capture_output=True)
    return 0


def fetch(desk: Desk) -> int:
    """Poll once, without reading; return how many mails were new."""
    return sum(result.new for result in Poller(desk, lambda: datetime.now(UTC)).poll_all())


def read_all(desk: Desk) -> int:
    """Read and file what waits; return how many."""
    return take_in(desk)


def open_config(config: Path) -> Desk:
    """Return the desk of a settings file, logging as the program does."""
    from config.log import set_up_logging

    set_up_logging()
    return open_desk(load_settings(config, {}))
