"""A backup holds everything, is made while mail comes in, costs by what is new, and is never half."""

import os
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, update

from store import arrivals
from store.arrivals import Seen
from store.database import Store
from store.models import Base, Message
from store.personal import closing
from store.safekeeping import dump
from store.safekeeping.backup import BackupError, find_backup
from store.safekeeping.named import NAMING, OTHER_HASHES, named
from store.safekeeping.verifying import check_backup
from tests.backups import NOW, backed_up, contents, fill, opened, restored, rows, wish, zhengji, zhengji_apart
from tests.desks import write_settings
from tests.inbox import mail, write_inbox
from tests.test_full_disk import small_disk


def offer(store: Store, raw: bytes, uid: int) -> None:
    with store.vault.temporary() as path:
        path.write_bytes(raw)
        arrivals.accept(store, path, Seen("a@b.cn", "INBOX", 7, uid), NOW, "internaldate", NOW)


@pytest.fixture
def some(store: Store) -> Store:
    fill(store)
    return store


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Store]:
    from store.database import open_store

    store = open_store(f"sqlite:///{tmp_path}/zhengji.db", tmp_path / "vault")
    fill(store)
    yield store
    store.close()


def test_every_table_of_the_database_is_dumped_or_made_anew(store: Store) -> None:
    there = set(inspect(store.engine).get_table_names())
    dumped = {one.name for one in dump.tables()}
    assert there - dumped <= {*dump.LEFT_OUT, "alembic_version"}
    assert dumped <= there


def test_every_column_that_holds_a_hash_is_known_to_name_a_content_or_not_to() -> None:
    known = {f"{column.table.name}.{column.name}" for column, _, _ in NAMING} | OTHER_HASHES
    there = {
        f"{one.name}.{own.name}" for one in Base.metadata.tables.values() for own in one.columns if "sha256" in own.name
    }
    assert there == known


def test_a_backup_holds_every_content_that_a_table_names(some: Store, tmp_path: Path) -> None:
    made = backed_up(some, tmp_path / "backup")
    with dump.frozen(some.engine) as connection:
        wanted = [one.sha256 for one in named(connection)]
    assert wanted == sorted(wanted)
    assert [one.sha256 for one in find_backup(tmp_path / "backup").blobs.kept()] == wanted
    assert (made.copied, made.manifest.contents, made.manifest.lost) == (len(wanted), len(wanted), {})
    assert made.manifest.content_bytes == sum(len(one) for one in contents(some).values())
    assert made.manifest.messages == 3


def test_where_personal_data_was_removed_the_record_of_it_is_backed_up_and_no_content(
    plain: Store, tmp_path: Path
) -> None:
    closing.begin(plain, closing.Closed("2026-haofuwu", "周管理", "", NOW, None, {"来信": {"rows": 1}}, {"cases": []}))
    made = backed_up(plain, tmp_path / "backup")
    assert (made.copied, made.manifest.contents, made.manifest.lost) == (0, 0, {})
    with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/new.db", tmp_path / "new") as (store, _):
        assert closing.find(store) == closing.find(plain)


def test_a_second_backup_copies_what_is_new_and_nothing_else(some: Store, tmp_path: Path) -> None:
    backed_up(some, tmp_path / "backup")
    blobs = find_backup(tmp_path / "backup").blobs
    before = {one.sha256: blobs.path(one.sha256).stat().st_mtime_ns for one in blobs.kept()}
    offer(some, b"new", 99)
    made = backed_up(some, tmp_path / "backup", NOW + timedelta(days=1))
    assert (made.copied, made.copied_bytes) == (1, 3)
    after = {one.sha256: blobs.path(one.sha256).stat().st_mtime_ns for one in blobs.kept()}
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


def test_what_the_backup_lost_is_copied_again_by_the_next_one(plain: Store, tmp_path: Path) -> None:
    backed_up(plain, tmp_path / "backup")
    lost = next(iter(contents(plain)))
    find_backup(tmp_path / "backup").blobs.remove(lost)
    assert backed_up(plain, tmp_path / "backup", NOW + timedelta(days=1)).copied == 1


def test_what_is_being_taken_in_meanwhile_is_whole_or_not_there(store: Store, tmp_path: Path) -> None:
    """Mails come in through another connection all the time; each generation restores to what it says it holds."""
    stop, taken = threading.Event(), 0

    def take_in() -> None:
        nonlocal taken
        while not stop.is_set():
            taken += 1
            offer(store, f"mail {taken}".encode() * 100, taken)

    thread = threading.Thread(target=take_in)
    thread.start()
    try:
        made = [backed_up(store, tmp_path / "backup", NOW + timedelta(minutes=n)) for n in range(5)]
    finally:
        stop.set()
        thread.join()
    counts = [one.manifest.messages for one in made]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    assert taken >= counts[-1]
    for one in made:
        assert one.manifest.lost == {}
        with restored(
            tmp_path / "backup", f"sqlite:///{tmp_path}/{one.generation.name}.db", tmp_path / one.generation.name,
            one.generation.name,
        ) as (back, _):  # fmt: skip
            assert len(rows(back)["messages"]) == len(rows(back)["sightings"]) == one.manifest.messages
            assert len(contents(back)) == one.manifest.contents == one.manifest.messages
    assert check_backup(find_backup(tmp_path / "backup"), lambda _: None).is_whole


def test_another_process_takes_mail_in_meanwhile_and_each_generation_is_whole(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    write_inbox(tmp_path / "inbox", [mail("x@y.example", f"特价{n}", NOW) for n in range(15)])
    process = zhengji_apart(config, "import", str(tmp_path / "inbox"))
    with opened(f"sqlite:///{tmp_path}/data/zhengji.db", tmp_path / "data" / "vault") as store:
        made = []
        while process.poll() is None:
            made.append(backed_up(store, tmp_path / "backup", NOW + timedelta(seconds=len(made)), keep=500))
        made.append(backed_up(store, tmp_path / "backup", NOW + timedelta(days=1), keep=500))
        told, _ = process.communicate()
        assert "邮件 15 封" in told
        assert (made[-1].manifest.messages, made[-1].manifest.lost) == (15, {})
        assert made[0].manifest.messages < 15
        assert all(not one.manifest.lost for one in made)
        assert check_backup(find_backup(tmp_path / "backup"), lambda _: None).is_whole
        with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/b.db", tmp_path / "b") as (back, _):
            found, expected = rows(back), rows(store)
            assert {**found, "sign_ins": []} == {**expected, "sign_ins": []}


def test_so_many_generations_stay_and_contents_that_none_names_go_with_the_last_that_did(
    plain: Store, tmp_path: Path
) -> None:
    offer(plain, b"to be removed", 99)
    first = backed_up(plain, tmp_path / "backup", keep=2)
    gone = contents(plain)
    with plain.session() as session:
        message = session.scalars(select(Message).where(Message.bytes == len(b"to be removed"))).one()
        hashed = message.sha256
        session.delete(message)
    second = backed_up(plain, tmp_path / "backup", NOW + timedelta(days=1), keep=2)
    backup = find_backup(tmp_path / "backup")
    assert backup.blobs.has(hashed)
    third = backed_up(plain, tmp_path / "backup", NOW + timedelta(days=2), keep=2)
    assert third.removed == (first.generation.name,)
    assert [one.name for one in backup.generations()] == [second.generation.name, third.generation.name]
    assert {one.sha256 for one in backup.blobs.kept()} == {*gone} - {hashed}
    assert check_backup(backup, lambda _: None).is_whole


def test_two_backups_of_the_same_second_are_two(plain: Store, tmp_path: Path) -> None:
    names = [backed_up(plain, tmp_path / "backup").generation.name for _ in range(3)]
    assert names == ["20260801T020304Z", "20260801T020304Z-2", "20260801T020304Z-3"]
    assert [one.name for one in find_backup(tmp_path / "backup").generations()] == names


@pytest.mark.parametrize("fault", ["missing", "corrupt", "unreadable"])
def test_a_content_that_is_not_whole_is_named_and_everything_else_is_backed_up(
    plain: Store, tmp_path: Path, fault: str
) -> None:
    bad, *good = contents(plain)
    path = plain.vault.path(bad)
    if fault == "corrupt":
        path.write_bytes(b"something else")
    else:
        path.unlink()
        if fault == "unreadable":
            path.mkdir()
    made = backed_up(plain, tmp_path / "backup")
    assert made.manifest.lost == {bad: fault}
    assert [one.sha256 for one in find_backup(tmp_path / "backup").blobs.kept()] == sorted(good)
    assert made.copied == len(good)


@pytest.mark.parametrize("where", ["vault", "vault/backup"])
def test_a_folder_in_the_vault_is_refused_and_nothing_is_written_there(tmp_path: Path, where: str) -> None:
    config = write_settings(tmp_path)
    zhengji(config, "status")
    folder = tmp_path / "data" / where
    before = sorted((tmp_path / "data" / "vault").rglob("*"))
    done = zhengji(config, "backup", str(folder))
    assert isinstance(done.exception, BackupError)
    assert "不能放在文件库" in str(done.exception)
    assert sorted((tmp_path / "data" / "vault").rglob("*")) == before


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(plain: Store, tmp_path: Path) -> None:
    other = tmp_path / "mine" / "letter.txt"
    other.parent.mkdir()
    other.write_text("dear", encoding="utf-8")
    with pytest.raises(BackupError, match="不是 zhengji 的备份文件夹"):
        backed_up(plain, other.parent)
    assert [*other.parent.iterdir()] == [other]


def test_backups_of_two_installations_or_campaigns_are_never_mixed(plain: Store, tmp_path: Path) -> None:
    from store.database import open_store

    made = backed_up(plain, tmp_path / "backup")
    with pytest.raises(BackupError, match="（2026-haofuwu），没有写入"):
        backed_up(plain, tmp_path / "backup", campaign="2027")
    other = open_store(f"sqlite:///{tmp_path}/other.db", tmp_path / "other")
    with pytest.raises(BackupError, match="另一套数据"):
        backed_up(other, tmp_path / "backup")
    other.close()
    assert [one.name for one in find_backup(tmp_path / "backup").generations()] == [made.generation.name]


def test_nobody_else_on_the_machine_can_read_a_backup(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    done = zhengji(config, "backup", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    for path in (tmp_path / "backup", *(tmp_path / "backup").rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_second_of_two_backups_at_once_is_refused(tmp_path: Path) -> None:
    from reports.alone import alone_in

    config = write_settings(tmp_path)
    with alone_in(tmp_path / "backup"):
        process = zhengji_apart(config, "backup", str(tmp_path / "backup"))
        _, told = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "另一个 zhengji 正在写" in told
    assert [*(tmp_path / "backup").iterdir()] == []


def test_a_disk_that_would_not_hold_it_is_left_as_it_was(plain: Store, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        first = backed_up(plain, disk / "backup", spare=1_000_000)
        offer(plain, os.urandom(4_150_000), 99)
        with pytest.raises(BackupError, match=r"空间不够，还差 \d MB"):
            backed_up(plain, disk / "backup", NOW + timedelta(days=1), spare=1_000_000)
        backup = find_backup(disk / "backup")
        assert [one.name for one in backup.generations()] == [first.generation.name]
        assert check_backup(backup, lambda _: None).is_whole
        # Where somebody else fills it meanwhile, it says what a full disk says, and leaves nothing half.
        with pytest.raises(OSError, match="No space left"):
            backed_up(plain, disk / "backup", NOW + timedelta(days=1), spare=-10_000_000)
        assert check_backup(backup, lambda _: None).is_whole
        assert [*backup.incoming.iterdir(), *backup.blobs.incoming.iterdir()] == []
        assert len(backup.generations()) == 1


SECRETS = """\
[[mailboxes]]
address = "a@example.cn"
host = "imap.example.cn"
password = "geheim-1"
[[mailboxes]]
address = "b@example.cn"
host = "imap.example.cn"
auth = "xoauth2"
token_command = ["get-token", "--key=geheim-2"]
[digest.smtp]
host = "smtp.example.cn"
username = "a@example.cn"
# password = "geheim-3"
password = 'geheim-4'
[[digest.chats]]
name = "群"
url = "wecombot://geheim-5-geheim"
[reminders]
templates = "模板"
"""


def test_a_backup_holds_settings_and_tables_but_no_secret(tmp_path: Path) -> None:
    config = write_settings(tmp_path, SECRETS)
    (tmp_path / "模板").mkdir()
    (tmp_path / "模板" / "催报函.txt").write_text("尊敬的……", encoding="utf-8")
    done = zhengji(config, "backup", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    assert "密码、授权码、令牌和群地址" in done.output
    (generation,) = find_backup(tmp_path / "backup").generations()
    supplied = generation.folder / "supplied"
    for name in ("roster.toml", "selected.csv", "模板/催报函.txt"):
        assert (supplied / name).read_bytes() == (tmp_path / name).read_bytes()
    told = (supplied / "zhengji.toml").read_text(encoding="utf-8")
    assert "geheim" not in told
    assert 'address = "a@example.cn"' in told
    for path in (tmp_path / "backup").rglob("*"):
        assert not path.is_file() or b"geheim" not in path.read_bytes(), path


@pytest.mark.parametrize(
    "text",
    ['[digest.smtp]\npassword = """geheim\n1"""\n', '[database]\nurl = "postgresql+psycopg://u:geheim@h/db?password=geheim"\n', '[vault.s3]\nbucket = "abc"\nsecret_key = "geheim"\n'],
)  # fmt: skip
def test_addresses_lose_their_passwords(text: str) -> None:
    from config.without_secrets import without_secrets

    told = without_secrets(text)
    assert told is not None
    assert "geheim" not in told


@pytest.mark.parametrize("text", ['[digest.smtp]\npassword = "gehei\\u006d"\n', "no toml ="])
def test_settings_whose_secrets_cannot_be_told_apart_are_left_out(text: str) -> None:
    from config.without_secrets import without_secrets

    assert without_secrets(text) is None


def test_a_table_that_lies_above_the_settings_is_backed_up_and_written_nowhere_else(tmp_path: Path) -> None:
    config = write_settings(tmp_path / "a" / "b" / "c")
    (tmp_path / "roster.toml").write_bytes((config.parent / "roster.toml").read_bytes())
    told = config.read_text(encoding="utf-8").replace('"roster.toml"', '"../../../roster.toml"')
    config.write_text(told, encoding="utf-8")
    done = zhengji(config, "backup", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    (generation,) = find_backup(tmp_path / "backup").generations()
    assert "supplied/其他/roster.toml" in generation.check().files
    assert [one.parent.name for one in (tmp_path / "backup").rglob("roster.toml")] == ["其他"]


def test_two_tables_of_one_name_from_elsewhere_are_both_backed_up(tmp_path: Path) -> None:
    from config.settings import load_settings
    from ingest.safekeeping.belongings import belongings

    config = write_settings(tmp_path / "own")
    for folder, name in (("a", "roster.toml"), ("b", "selected.csv")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "table").write_bytes((config.parent / name).read_bytes())
    told = config.read_text(encoding="utf-8").replace('"roster.toml"', '"../a/table"')
    config.write_text(told.replace('"selected.csv"', '"../b/table"'), encoding="utf-8")
    files, missing = belongings(load_settings(config, {}), config)
    assert missing == []
    assert {name: files[name] for name in files if name != config.name} == {
        "其他/table": (tmp_path / "a" / "table").read_bytes(), "其他/2/table": (tmp_path / "b" / "table").read_bytes(),
    }  # fmt: skip


def test_a_person_is_told_what_was_backed_up_and_what_is_damaged(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    zhengji(config, "status")
    from config.settings import load_settings
    from store.database import open_store

    settings = load_settings(config, {})
    store = open_store(settings.database_url, settings.at(settings.vault.path))
    offer(store, b"one", 1)
    offer(store, b"two", 2)
    with store.session() as session:
        session.execute(update(Message).values(state="filed"))
        (bad, _) = session.scalars(select(Message.sha256)).all()
    store.vault.path(bad).write_bytes(b"eno")
    store.close()
    done = zhengji(config, "backup", str(tmp_path / "backup"), "--verify")
    assert done.exit_code == 1
    assert "来信 2 封，内容 2 个（6 B），这次新复制 1 个（3 B）" in done.output
    assert f"{bad}：内容已损坏，没有备份" in done.output
    assert "完好（备份时就缺 1 个内容）" in done.output


def test_the_folder_is_found_by_its_marker_alone(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="不是 zhengji 的备份文件夹"):
        find_backup(tmp_path)
    assert wish(tmp_path).keep == 30
