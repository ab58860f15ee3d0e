"""The program over an object store: any machine reads what another took in, and a store that is away makes mail wait."""

import hashlib
import itertools
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from config.vault import ObjectStoreSettings
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.papers.archiving import archive
from store import mail, sent
from store.contents.objects import Objects
from store.contents.shared_vault import SharedVault
from store.database import open_unmigrated
from store.errors import AwayError
from store.models import File, Message, Reading
from store.outgoing import SentDigest, Snapshot
from store.safekeeping.backup import find_backup
from store.safekeeping.restoring import restore
from store.safekeeping.verifying import Part, check_vault
from store.sent import Parcel
from tests.backups import backed_up, contents
from tests.consoles import cheap_hashes, console_on
from tests.desks import AFTER, desk, emptied
from tests.inbox import Sent, list_files, write_inbox
from tests.inbox import mail as written
from tests.mail_builders import gbk_zip
from tests.quick import again, prepare
from tests.sample import day, mails
from tests.servers import Account, Dovecot, ObjectStore
from tests.states import State, clock, differences, kept, state

_NUMBERS = itertools.count(1)
_CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=1)
ROOT = Path(__file__).parent.parent


@pytest.fixture
def prefix() -> str:
    return f"desk{next(_NUMBERS)}"


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with mails of the sample: an archive, scans, and one that is set aside."""
    folder = tmp_path_factory.mktemp("inbox")
    write_inbox(folder, islice(mails(), 3))
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, inbox: Path) -> State:
    """Return what a machine by itself makes of it."""
    with desk(tmp_path_factory.mktemp("alone")) as one:
        import_path(one, inbox, AFTER)
        take_in(one)
        return state(one)


def test_what_one_machine_took_in_another_reads_to_the_same_end(
    object_store: ObjectStore, prefix: str, tmp_path: Path, inbox: Path, alone: State
) -> None:
    with desk(tmp_path, object_store.settings(prefix)) as one:
        import_path(one, inbox, AFTER)
        take_in(emptied(one))
        assert differences(alone, state(emptied(one))) == {}
        placed = archive(emptied(one), tmp_path / "archive", AFTER).placed
        assert (placed.troubles, placed.new > 0) == ([], True)
        mail.forget_conclusions(one.store)
        take_in(emptied(one))
        assert differences(alone, state(one)) == {}


def test_a_backup_holds_what_lies_in_the_bucket_and_is_restored_into_another_one(
    object_store: ObjectStore, prefix: str, tmp_path: Path, inbox: Path
) -> None:
    with desk(tmp_path / "one", object_store.settings(prefix)) as one:
        import_path(one, inbox, AFTER)
        take_in(one)
        made = backed_up(emptied(one).store, tmp_path / "backup")
        held, s3 = contents(one.store), one.settings.vault.s3
    assert s3 is not None
    assert (made.manifest.lost, len(held) > 10) == ({}, True)
    other = s3.model_copy(update={"prefix": f"{prefix}again/"})
    store = open_unmigrated(f"sqlite:///{tmp_path}/two.db", tmp_path / "vault", other)
    try:
        back = restore(store, find_backup(tmp_path / "backup"), None, AFTER, 0)
        shutil.rmtree(store.vault.folder)
        store.vault.incoming.mkdir(parents=True)
        assert (back.lost, contents(store)) == ({}, {sha256: held[sha256] for sha256 in contents(store)})
        assert len(contents(store)) == made.manifest.contents
    finally:
        store.close()


def test_verify_and_backup_look_at_the_bucket_and_fill_no_cache(
    object_store: ObjectStore, prefix: str, tmp_path: Path
) -> None:
    with desk(tmp_path / "one", object_store.settings(prefix)) as one:
        import_path(one, written_to(tmp_path / "mails"), AFTER)
        (blob,) = one.store.vault.kept()
        object_store.place(prefix, blob.sha256).write_bytes(b"x" * blob.bytes)
        assert check_vault(one.store, Part(), lambda _done: None).changed == [blob.sha256]
        assert backed_up(one.store, tmp_path / "damaged").manifest.lost == {blob.sha256: "corrupt"}
        cached = one.store.vault.place(blob.sha256)
        object_store.place(prefix, blob.sha256).write_bytes(cached.read_bytes())
        cached.unlink()
        assert check_vault(one.store, Part(), lambda _done: None).is_whole
        assert backed_up(one.store, tmp_path / "whole").manifest.lost == {}
        assert not cached.exists()


def written_to(folder: Path) -> Path:
    folder.mkdir()
    (folder / "one.eml").write_bytes(written("x@y.example", "甲", day("07-22T10:00:00")))
    return folder


def mailbox(account: Account, address: str = "box@example.cn") -> str:
    return (
        f'[[mailboxes]]\naddress = "{address}"\nhost = "127.0.0.1"\nport = {account.server.port}\n'
        f'username = "{account.user}"\nsecurity = "none"\npassword = "secret"\n'
    )


@pytest.fixture(scope="module")
def filled(dovecot: Dovecot) -> Account:
    """Return an account with a mail that holds an archive, and another one."""
    account = dovecot.account("shared-vault@example.cn")
    files = {
        **list_files("浙江省物业管理协会", [_CASE], scanned=False),
        "材料.zip": gbk_zip(_CASE.files()),
    }
    account.append(written("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files), day("07-20T10:00:01"))
    account.append(written("x@y.example", "特价机票", day("07-22T10:00:00")), day("07-22T10:00:01"))
    return account


def run(one: Desk) -> list[str]:
    outcomes = [result.outcome for result in Poller(one, clock).poll_all()]
    take_in(one)
    return outcomes


@pytest.fixture(scope="module")
def expected(filled: Account, tmp_path_factory: pytest.TempPathFactory) -> State:
    with again(prepare(tmp_path_factory.mktemp("expected"), mailbox(filled))) as one:
        run(one)
        return state(one)


def test_while_the_object_store_is_away_everything_waits_and_goes_on_afterwards(
    object_store: ObjectStore, prefix: str, filled: Account, expected: State, tmp_path: Path
) -> None:
    short = object_store.settings(prefix, "timeout_seconds = 5\n")
    with again(prepare(tmp_path / "one", mailbox(filled) + short)) as one:
        with away(object_store):
            told = Poller(one, clock).poll_all()[0]
        assert told.outcome == "unreachable"
        assert ("对象存储暂时用不了" in told.reason, "邮件仍在邮箱里" in told.reason) == (True, True)
        assert mail.count(one.store) == 0
        assert [result.outcome for result in Poller(one, clock).poll_all()] == ["ok"]
        with away(object_store):
            # First the raw mails lie here: they are opened, and then what they held has no place to go.
            for there in (one, emptied(one)):
                with pytest.raises(AwayError, match="对象存储暂时用不了"):
                    take_in(there)
        with one.store.reading() as session:
            stands = session.execute(select(Message.state, Message.attempts, Message.failure)).all()
            assert [tuple(row) for row in stands] == [("waiting", 0, None)] * 2
            assert session.scalars(select(File.id)).all() == []
            assert session.scalars(select(Reading.sha256)).all() == []
        assert run(one) == ["ok"]
        assert differences(expected, state(one)) == {}


@contextmanager
def away(server: ObjectStore) -> Iterator[None]:
    """Stop the server for a while."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Give a port where every request is answered so."""
    listener, ending = socket.create_server(("127.0.0.1", 0)), threading.Event()
    listener.settimeout(0.05)

    def serve() -> None:
        while not ending.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(5)
                client.recv(1 << 20)
                client.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ending.set()
        thread.join()
        listener.close()


_ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><StringToSign>AWS4-HMAC-SHA256 geheim</StringToSign></Error>"


_REFUSALS = (
    ("507 Insufficient Storage", "XMinioStorageFull", "full", "空间已满"),
    ("503 Slow Down", "SlowDown", "unreachable", "服务器答 503"),
    ("403 Forbidden", "SignatureDoesNotMatch", "unreachable", "服务器拒绝了密钥"),
    ("301 Moved Permanently", "PermanentRedirect", "unreachable", "区域不对"),
)


@pytest.mark.parametrize("refusal", _REFUSALS)
def test_a_store_that_refuses_stops_taking_in_and_says_why_without_a_secret(
    filled: Account, tmp_path: Path, object_store: ObjectStore, refusal: tuple[str, str, str, str]
) -> None:
    status, code, outcome, said = refusal
    body = _ERROR.format(code)
    reply = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    with answering(reply.encode()) as port:
        settings = object_store.settings("", "timeout_seconds = 5\n").replace(str(object_store.port), str(port))
        with again(prepare(tmp_path / "one", mailbox(filled) + settings)) as one:
            [told] = Poller(one, clock).poll_all()
            assert (told.outcome, said in told.reason) == (outcome, True)
            assert not any(secret in told.reason for secret in ("geheim", "StringToSign", object_store.access_key))
            assert mail.count(one.store) == 0


def machine(object_store: ObjectStore, port: int, folder: Path, seconds: float) -> SharedVault:
    there = {"bucket": object_store.bucket, "endpoint": f"http://127.0.0.1:{port}", "timeout_seconds": seconds}
    keys = {"access_key": object_store.access_key, "secret_key": object_store.secret_key}
    return SharedVault(folder, Objects(ObjectStoreSettings.model_validate(there | keys)), 10**12)


def test_a_line_that_is_cut_within_a_content_leaves_nothing_of_it(object_store: ObjectStore, tmp_path: Path) -> None:
    stamp = "Wed, 21 Oct 2026 07:28:00 GMT"
    reply = f'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: "a"\r\nLast-Modified: {stamp}\r\n\r\nabc'
    with answering(reply.encode()) as port:
        vault = machine(object_store, port, tmp_path, 5)
        with pytest.raises(AwayError, match="对象存储暂时用不了"):
            vault.path("ab" * 32)
    assert not vault.place("ab" * 32).exists()
    assert list(vault.incoming.iterdir()) == []


def test_a_store_that_says_nothing_is_given_up_in_time(object_store: ObjectStore, tmp_path: Path) -> None:
    # The system takes the connection, and nobody answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        vault = machine(object_store, silent.getsockname()[1], tmp_path, 1)
        began = time.monotonic()
        with pytest.raises(AwayError, match="没有及时回答"):
            vault.path("ab" * 32)
    # Two tries of a second; the rest is a busy machine's.
    assert time.monotonic() - began < 30


def test_an_original_that_is_away_is_said_to_be_and_comes_when_it_is_back(
    object_store: ObjectStore, prefix: str, tmp_path: Path
) -> None:
    with desk(tmp_path, object_store.settings(prefix, "timeout_seconds = 5\n")) as one, cheap_hashes():
        write_inbox(
            tmp_path / "inbox", [written("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), _CASE.files())]
        )
        import_path(one, tmp_path / "inbox", AFTER)
        take_in(one)
        running = console_on(one)
        running.console.board.look()
        key = next(
            key for key, file in running.console.board.seen.files.items() if file.sha256 and file.format == "docx"
        )
        file = running.console.board.seen.files[key]
        emptied(one)
        client = running.as_role("editor")
        with away(object_store):
            gone = client.get(f"/files/{key}/original")
            page = client.get("/")
        assert (gone.status_code, "对象存储暂时连不上" in gone.text, page.status_code) == (503, True, 200)
        answer = client.get(f"/files/{key}/original")
        assert (answer.status_code, hashlib.sha256(answer.content).hexdigest()) == (200, file.sha256)
        assert client.get(f"/files/{key}/page").status_code == 200


def named(one: Desk) -> set[str]:
    """Return the hashes of all contents that any row names."""
    columns = (Message.sha256, File.sha256, Reading.sha256, SentDigest.sha256, Snapshot.sha256)
    with one.store.reading() as session:
        return {sha256 for column in columns for sha256 in session.scalars(select(column)) if sha256}


def killed_at(config: Path, step: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.shared_killed", str(config), str(step)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_killed_anywhere_no_row_names_what_the_object_store_lacks(
    object_store: ObjectStore, filled: Account, expected: State, tmp_path: Path, prefix: str
) -> None:
    def prepared(name: str) -> Path:
        return prepare(tmp_path / name, mailbox(filled) + object_store.settings(f"{prefix}/{name}"))

    whole = killed_at(prepared("whole"), 0)
    assert whole.returncode == 0, whole.stderr[-3000:]
    steps = int(whole.stdout.splitlines()[-1])
    assert steps > 40
    for step in range(1, steps, max(steps // 5, 1)):
        config = prepared(f"step{step}")
        done = killed_at(config, step)
        assert done.returncode == -signal.SIGKILL, done.stderr[-3000:]
        with again(config) as one:
            there = {blob.sha256 for blob in one.store.vault.kept()}
            assert named(one) - there == set(), step
            emptied(one)
            run(one)
            assert differences(expected, state(one)) == {}, step
            assert len(kept(one.store)) == 2


@pytest.fixture
def digested(object_store: ObjectStore, prefix: str, tmp_path: Path) -> Iterator[tuple[Desk, str, Path]]:
    """Give a desk with a digest that went out, the hash of that, and where its object lies."""
    with desk(tmp_path / "desk", object_store.settings(prefix)) as one:
        sha256 = one.store.vault.keep([b"<html>as it went</html>"]).sha256
        sent.begin(one.store, Parcel(AFTER.date(), AFTER, "mail", "a@b.example", sha256, sha256), AFTER)
        yield one, sha256, object_store.place(prefix, sha256)


def test_a_damaged_object_is_found_though_this_machine_has_a_sound_copy(digested: tuple[Desk, str, Path]) -> None:
    one, sha256, place = digested
    assert check_vault(one.store, Part(), lambda _done: None).is_whole
    place.write_bytes(b"<html>as it vent</html>")
    assert check_vault(one.store, Part(), lambda _done: None).changed == [sha256]


def test_looking_at_everything_leaves_no_copy_of_it_on_this_machine(
    digested: tuple[Desk, str, Path], tmp_path: Path
) -> None:
    one, sha256, _ = digested
    emptied(one)
    assert check_vault(one.store, Part(), lambda _done: None).contents == 1
    made = backed_up(one.store, tmp_path / "backup")
    assert (made.copied, made.manifest.content_bytes, made.manifest.lost) == (1, 23, {})
    assert (tmp_path / "backup" / "blobs" / sha256[:2] / sha256).read_bytes() == b"<html>as it went</html>"
    assert not one.store.vault.place(sha256).exists()


def test_a_content_that_no_machine_has_any_more_ends_no_backup(
    digested: tuple[Desk, str, Path], tmp_path: Path
) -> None:
    one, sha256, _ = digested
    assert isinstance(one.store.vault, SharedVault)
    one.store.vault.objects.remove(sha256)
    made = backed_up(emptied(one).store, tmp_path / "backup")
    assert (made.copied, made.manifest.lost) == (0, {sha256: "missing"})
