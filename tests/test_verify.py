"""`zhengji verify` finds what is damaged, missing or not taken in, names it, and changes nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from config.settings import load_settings
from ingest.commands.verified import _of
from ingest.desk import Desk, open_desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.mailboxes.reconciling import check_mailbox, count
from reports.wording import one_line
from store.database import Store, StoreError
from store.models import File, Message, Sighting, Supplied
from store.outgoing import Milestone, Reminder, SentDigest
from store.safekeeping.backup import find_backup
from store.safekeeping.named import Named
from store.safekeeping.owners import owners
from store.safekeeping.verifying import Part, check_backup, check_database, check_vault
from tests.backups import NOW, backed_up, contents, fill, opened, zhengji
from tests.desks import desk, take, write_settings
from tests.inbox import mail
from tests.sample import day
from tests.sample import mail as sample_mail
from tests.servers import Account, Dovecot
from tests.test_killed import mailbox

ALL = Part()


def silent(_done: int) -> None:
    pass


@pytest.fixture
def some(store: Store) -> Store:
    fill(store)
    return store


def test_a_sound_vault_is_found_sound(some: Store) -> None:
    checked = check_vault(some, ALL, silent)
    assert checked.is_whole
    assert checked.contents == len(contents(some)) > 10
    assert (checked.unnamed, checked.foreign) == (0, [])
    assert check_database(some) == ""


def test_what_is_damaged_or_missing_is_named_and_left_as_it_is(some: Store) -> None:
    with some.reading() as session:
        lost, cut = session.scalars(select(Message.sha256).order_by(Message.id).limit(2)).all()
        changed = session.scalars(select(Supplied.sha256).order_by(Supplied.id)).first() or ""
    some.vault.remove(lost)
    path = some.vault.path(changed)
    path.write_bytes(path.read_bytes().swapcase())
    some.vault.path(cut).write_bytes(b"cont")
    before = contents(some)
    checked = check_vault(some, ALL, silent)
    assert not checked.is_whole
    assert checked.lost == [Named(lost, len("content messages 1"), essential=True)]
    assert sorted(checked.changed) == sorted([changed, cut])
    assert checked.sized == [cut]
    assert contents(some) == before


def test_what_nobody_names_is_counted_and_what_is_not_ours_is_named(some: Store) -> None:
    some.vault.keep([b"left by a killed process"])
    (some.vault.folder / "ab").mkdir(exist_ok=True)
    (some.vault.folder / "ab" / "Thumbs.db").write_bytes(b"")
    checked = check_vault(some, ALL, silent)
    assert checked.is_whole
    assert (checked.unnamed, checked.foreign) == (1, ["Thumbs.db"])


def test_parts_on_so_many_days_make_up_the_whole(some: Store) -> None:
    counts = [check_vault(some, Part(number, 7), silent).contents for number in range(1, 8)]
    assert sum(counts) == len(contents(some))
    assert max(counts) < sum(counts)
    hashes = list(contents(some))
    assert all(sum(Part(number, 7).holds(one) for number in range(1, 8)) == 1 for one in hashes)


def test_a_part_still_tells_of_everything_that_is_missing(some: Store) -> None:
    for one in (first := list(contents(some))):
        some.vault.remove(one)
    for number in (1, 2):
        assert {one.sha256 for one in check_vault(some, Part(number, 2), silent).lost} == {*first}


def test_a_damaged_sqlite_file_is_told(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/zhengji.db", tmp_path / "vault") as store:
        fill(store, 30)
        store.engine.dispose()
    path = tmp_path / "zhengji.db"
    raw = bytearray(path.read_bytes())
    # Somewhere behind the first pages, which hold what the file needs to be opened at all.
    raw[len(raw) // 2 : len(raw) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(raw)
    with opened(f"sqlite:///{path}", tmp_path / "vault") as store:
        assert check_database(store) != ""
        with pytest.raises(StoreError, match="数据库文件已损坏.*请停下程序，从备份恢复"):
            backed_up(store, tmp_path / "backup")
        assert find_backup(tmp_path / "backup").generations() == ()


def test_a_backup_is_checked_whole(some: Store, tmp_path: Path) -> None:
    backed_up(some, tmp_path / "backup")
    made = backed_up(some, tmp_path / "backup", NOW + timedelta(days=1))
    backup = find_backup(tmp_path / "backup")
    assert check_backup(backup, silent).is_whole
    bad, *_ = contents(some)
    backup.blobs.path(bad).write_bytes(b"x")
    checked = check_backup(backup, silent)
    assert (checked.contents.changed, checked.is_whole) == ([bad], False)
    backup.blobs.remove(bad)
    assert [one.sha256 for one in check_backup(backup, silent).contents.lost] == [bad]
    backed_up(some, tmp_path / "backup", NOW + timedelta(days=2))
    assert check_backup(backup, silent).is_whole
    (made.generation.folder / "contents.txt").write_text("", encoding="ascii")
    checked = check_backup(backup, silent)
    assert [(one.name, bool(wrong)) for one, wrong in checked.generations] == [
        ("20260801T020304Z", False), ("20260802T020304Z", True), ("20260803T020304Z", False),
    ]  # fmt: skip
    assert not checked.is_whole


@pytest.fixture
def desk_and_box(account: Account, tmp_path: Path) -> Iterator[tuple[Desk, Account]]:
    account.append(mail("zjwyxh@example.cn", "报送", day("07-20T10:00:00")), day("07-20T10:00:01"))
    account.append(mail("x@y.example", "特价机票", day("07-21T10:00:00")), day("07-21T10:00:01"))
    account.append(mail("x@y.example", "垃圾", day("07-22T10:00:00")), day("07-22T10:00:01"), "Junk")
    one = open_desk(load_settings(write_settings(tmp_path, mailbox(account)), {}))
    poll(one)
    yield one, account
    one.close()


def poll(desk: Desk, later: float = 0) -> None:
    Poller(desk, lambda: datetime.now(UTC) + timedelta(hours=later)).poll_all()
    take_in(desk)


def checked_folders(desk: Desk) -> dict[str, tuple[int, int, int, int, list[int]]]:
    checked = check_mailbox(desk, desk.settings.accounts[0], lambda: datetime.now(UTC))
    assert checked.trouble == ""
    return {
        one.name: (one.held, one.known, one.waiting, one.gone, [each.uid for each in one.absent])
        for one in checked.folders
    }


def verify(desk: Desk, *words: str) -> tuple[int, str]:
    done = zhengji(desk.settings.base / "zhengji.toml", "verify", *words)
    return done.exit_code, done.output


def test_what_the_server_holds_is_compared_mail_by_mail(desk_and_box: tuple[Desk, Account]) -> None:
    desk, account = desk_and_box
    assert checked_folders(desk) == {"INBOX": (2, 2, 0, 0, []), "Junk": (1, 1, 0, 0, [])}
    code, told = verify(desk)
    assert code == 0, told
    assert f"{account.user} 的 INBOX：服务器 2 封，这里有 2 封" in told
    assert f"{account.user}：收到 3 ＝ 已归档 0 ＋ 搁置 3 ＋ 未能处理 0" in told
    assert "全部完好" in told

    # One that has just come is no fault.
    account.append(mail("a@y.example", "新到", day("07-23T10:00:00")), day("07-23T10:00:01"))
    assert checked_folders(desk)["INBOX"] == (3, 2, 1, 0, [])
    code, told = verify(desk, "--server")
    assert code == 0
    assert "新到还没有收的 1 封（下次收信就收）" in told
    assert "文件库" not in told
    poll(desk)
    assert checked_folders(desk)["INBOX"] == (3, 3, 0, 0, [])

    # Nor is one that staff deleted on the server.
    with account.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([2])
        client.expunge()
    assert checked_folders(desk)["INBOX"] == (2, 2, 0, 1, [])
    assert verify(desk, "--server")[0] == 0


def test_a_mail_that_was_lost_here_is_named_and_comes_back_by_itself(desk_and_box: tuple[Desk, Account]) -> None:
    desk, account = desk_and_box
    with desk.store.session() as session:
        lost = session.scalars(select(Sighting.message_id).where(Sighting.uid == 1, Sighting.folder == "INBOX")).one()
        session.execute(delete(Message).where(Message.id == lost))
    assert checked_folders(desk)["INBOX"] == (2, 1, 0, 0, [1])
    code, told = verify(desk, "--server")
    assert code == 1
    assert f"{account.user} 的 INBOX：服务器上有、这里没有的邮件：UID 1，2026-07-20 10:00到达" in told
    poll(desk, later=25)
    assert checked_folders(desk)["INBOX"] == (2, 2, 0, 0, [])
    assert verify(desk)[0] == 0


def test_a_check_takes_nothing_and_changes_nothing(desk_and_box: tuple[Desk, Account]) -> None:
    desk, account = desk_and_box
    from tests.backups import rows

    account.append(mail("a@y.example", "新到", day("07-23T10:00:00")), day("07-23T10:00:01"))
    before = rows(desk.store), contents(desk.store)
    verify(desk)
    assert (rows(desk.store), contents(desk.store)) == before
    assert [*desk.store.vault.incoming.iterdir()] == []
    with account.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("SEEN") == []


def test_a_mailbox_that_cannot_be_looked_into_is_told_and_is_no_success(tmp_path: Path, account: Account) -> None:
    config = write_settings(tmp_path, mailbox(account).replace(account.server.password, "wrong"))
    done = zhengji(config, "verify", "--server")
    assert done.exit_code == 1
    assert f"{account.user}：没能核对完" in done.output


def test_the_sum_of_every_mailbox_comes_out_and_copies_are_counted_where_they_came(
    dovecot: Dovecot, account: Account, tmp_path: Path
) -> None:
    other = dovecot.account(f"other-{account.user}")
    raw = mail("x@y.example", "特价机票", day("07-21T10:00:00"))
    account.append(b"Received: from a by b; Tue, 21 Jul 2026 10:00:00 +0800\r\n" + raw, day("07-21T10:00:01"))
    other.append(b"Received: from c by d; Tue, 21 Jul 2026 10:00:00 +0800\r\n" + raw, day("07-21T10:00:01"))
    config = write_settings(tmp_path, mailbox(account) + mailbox(other))
    desk = open_desk(load_settings(config, {}))
    poll(desk)
    found = {one.mailbox: (one.seen, dict(one.places), list(one.uncounted)) for one in count(desk, datetime.now(UTC))}
    desk.close()
    assert found == {account.user: (1, {"aside": 1}, []), other.user: (1, {"aside": 1}, [])}


def test_the_command_says_whose_a_damaged_content_is(tmp_path: Path) -> None:
    with desk(tmp_path) as own:
        take(own, tmp_path / "inbox", sample_mail("浙江物协 <zjwyxh@example.cn>", "报送", day("07-20T10:12:03")))
        with own.store.reading() as session:
            raw = session.scalars(select(Message.sha256)).one()
    with opened(f"sqlite:///{tmp_path}/sent.db", tmp_path / "data" / "vault") as filled:
        fill(filled)
        with filled.reading() as session:
            names = {
                f"{one.sha256}": said
                for table, said in (
                    (Supplied, "补入来信 {message_pk} 的“{name}”"), (File, "来信 {message_pk} 的“{path}”"),
                    (SentDigest, "{day} 的日报"), (Reminder, "发给{province}的函件"), (Milestone, "{day} 的截止进度报告"),
                )
                for one in session.scalars(select(table).where(table.id == 1))
                for said in [said.format(**{key: one_line(str(value)) for key, value in vars(one).items()})]
            }  # fmt: skip
        found = {sha256: _of(one) for sha256, one in owners(filled, list(names)).items()}
    assert found == {sha256: f"（{said}）" for sha256, said in names.items()}
    (tmp_path / "data" / "vault" / raw[:2] / raw).write_bytes(b"x")
    assert f"{raw}（来信 1 的原信）：已损坏" in zhengji(tmp_path / "zhengji.toml", "verify", "--blobs").output


def test_the_command_names_what_is_damaged_and_what_to_do(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    with opened(f"sqlite:///{tmp_path}/data/zhengji.db", tmp_path / "data" / "vault") as store:
        fill(store)
        backed_up(store, tmp_path / "backup")
        bad, *_ = contents(store)
        store.vault.path(bad).write_bytes(b"x")
    done = zhengji(config, "verify", "--blobs")
    assert done.exit_code == 1
    assert re.search(f"{bad}（.+）：已损坏", done.output)
    assert "请从备份中取回" in done.output
    assert zhengji(config, "verify", "--backup", str(tmp_path / "backup")).exit_code == 0
    assert zhengji(config, "verify", "--blobs", "--share", "5").output.count("5 分之一") == 1
