"""Removing a finished campaign's personal data: shown first, gone for good, counted, and nothing comes back."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing as closed_after
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, event, select

from config.errors import ConfigError
from config.settings import load_settings
from ingest.alarms.watch import Watch
from ingest.cli import cli
from ingest.decisions import deciding
from ingest.desk import Desk, open_desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.monitoring import monitor_of
from ingest.safekeeping import leftovers, retention
from store import accounts, activity, alarms, arrivals, mail, saved, sent
from store.activity import Deed
from store.arrivals import Seen
from store.database import AwayError, Store
from store.decisions import Person
from store.models import Base, Message
from store.personal import closing, removing
from store.sent import Parcel
from tests.consoles import PEOPLE, sample_folder
from tests.desks import AFTER, assessed, desk, from_scratch, take
from tests.sample import ROSTER, day
from tests.sample import mail as sample_mail

ID = "2026-haofuwu"
LATER = AFTER + timedelta(days=400)
BY = Person("周管理", LATER, "保存期已满")
# Whoever and whatever the sample campaign and the fixture speak of.
KNOWN = (
    "陈静", "13900001234", "王建国", "13800010001", "李秀英", "057186012345", "0571-86012345", "zjwyxh@example.cn",
    "8812@qq.example", "蜀道难", "小胡", "hu@163.example", "赵改正", "13711112222", "机密的备注", "人民路6号",
    "editor@ecpmi.example", "203.0.113.9",
)  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sample campaign, and with what a campaign leaves beside its mails; copy it."""
    folder = tmp_path_factory.mktemp("full") / "desk"
    copied(sample_folder(tmp_path_factory), folder)
    with closed_after(opened(folder)) as made:
        fill(made)
    return folder


def copied(folder: Path, to: Path) -> Path:
    """Copy a desk; contents, which are only ever read or taken away, as further names of the same bytes."""

    def copy(source: str, target: str) -> None:
        (os.link if "vault" in Path(source).parts else shutil.copy2)(source, target)

    shutil.copytree(folder, to, copy_function=copy)
    return to


def opened(folder: Path) -> Desk:
    return open_desk(load_settings(folder / "zhengji.toml", {}))


def fill(made: Desk) -> None:
    """Leave something personal in each table and folder that a campaign fills."""
    store = made.store
    clerk = deciding.Clerk(made, Person("李编", AFTER, "机密的备注"))
    deciding.correct(clerk, "春江花园小区", "applicant_contact", "赵改正")
    activity.note(store, Deed(AFTER, "李编", "203.0.113.9", "更正", "春江花园", "联系人改为赵改正"))
    saved.keep(store, "找人", ["--text", "陈静 13711112222"], "李编", AFTER)
    kept = store.vault.keep([b"<html>13900001234</html>"]).sha256
    sent.begin(store, Parcel(AFTER.date(), AFTER, "mail", "editor@ecpmi.example", kept, kept), AFTER)
    for path in (
        "data/digests/日报-2026-08-05.html",
        "data/letters/催报函-浙江-2026-08-01.eml",
        "data/console/previews/x",
    ):
        written(made, path, "陈静 13900001234")
    written(made, "data/zhengji.db.before-0008", "陈静 13900001234")
    written(made, "data/letters/我自己的笔记.txt", "不归程序管")


def written(made: Desk, name: str, text: str) -> Path:
    path = made.settings.at(Path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(full: Path, tmp_path: Path) -> Path:
    return copied(full, tmp_path / "desk")


@pytest.fixture(scope="module")
def cleaned(full: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    """Give a desk as it was, and one whose personal data was removed: tests only look at them."""
    folder = tmp_path_factory.mktemp("cleaned")
    for name in ("before", "after"):
        copied(full, folder / name)
    before, after = opened(folder / "before"), opened(folder / "after")
    retention.remove(after, BY)
    yield before, after
    before.close()
    after.close()


def run(folder: Path, *arguments: str, **more: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(folder / "zhengji.toml"), *arguments], **more)  # type: ignore[arg-type]


def bytes_below(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def spoken_of(folder: Path) -> set[tuple[str, str]]:
    """Return which known names stand in which files, as UTF-8, as JSON writes them, or in UTF-16."""
    found = set()
    for path, data in bytes_below(folder):
        for word in KNOWN:
            ways = (word.encode(), json.dumps(word)[1:-1].encode(), word.encode("utf-16-le"))
            if any(way in data for way in ways):
                found.add((path.name, word))
    return found


def test_what_would_go_is_shown_with_numbers_and_nothing_is_changed(folder: Path) -> None:
    before = dict(bytes_below(folder / "data" / "vault"))
    shown = run(folder, "retention")
    assert shown.exit_code == 0, shown.output
    for said in (
        "会删去",
        "留下的",
        "来信的发件人",
        "操作记录里的对象",
        "备份里还有清理前的全部内容",
        "我自己的笔记.txt",
    ):
        assert said in shown.output
    # Staff read words, not the names of tables; and what goes is not listed as if it stayed.
    assert "sightings" not in shown.output
    assert "来信的发件人、收件人、主题、正文、认定线索删去后，留下省份" in shown.output
    assert dict(bytes_below(folder / "data" / "vault")) == before
    with closed_after(opened(folder)) as made:
        assert closing.find(made.store) is None


def test_the_numbers_shown_are_what_is_there(full: Path) -> None:
    with closed_after(opened(full)) as made:
        counts = retention.plan(made).counts
        files = [path for path, _ in bytes_below(made.store.vault.folder) if len(path.name) == 64]
        assert (counts[retention.VAULT].rows, counts[retention.VAULT].bytes) == (
            len(files),
            sum(path.stat().st_size for path in files),
        )
        assert counts["来信的发件人、收件人、主题、正文、认定线索"].rows == mail.count(made.store)
        assert counts["保存的查询（里面的检索词）"].rows == 1


def test_no_name_and_no_phone_is_left_in_any_file(cleaned: tuple[Desk, Desk]) -> None:
    before, after = cleaned
    assert {word for _, word in spoken_of(before.settings.base / "data")} >= {"陈静", "13900001234", "赵改正"}
    assert spoken_of(after.settings.base / "data") == set()


def test_what_is_no_file_of_ours_stays(cleaned: tuple[Desk, Desk]) -> None:
    after = cleaned[1]
    (note,) = leftovers.strangers(after)
    assert note.name == "我自己的笔记.txt"
    assert note.exists()


def numbers(made: Desk, moment: datetime = LATER) -> tuple[object, ...]:
    found = assessed(made, moment)
    picture = found.picture
    cases = [
        (case.province, case.city, case.community, case.complete, len(case.counted_photos)) for case in picture.cases
    ]
    provinces = [(one.province, one.status, len(one.messages_in)) for one in picture.associations]
    findings = Counter((one.code, one.province, one.city, one.community, one.status) for one in found.findings)
    return cases, provinces, findings


def test_the_statistics_of_the_campaign_stay_the_same(cleaned: tuple[Desk, Desk]) -> None:
    before, after = cleaned
    assert numbers(after) == numbers(before)
    assert numbers(after, AFTER) == numbers(before, AFTER)
    kept = [[(row.sha256, row.arrival, row.bytes) for row in _messages(made)] for made in cleaned]
    assert kept[0] == kept[1]


def _messages(made: Desk) -> list[Message]:
    with made.store.reading() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_a_picture_from_scratch_is_the_same_as_the_kept_one(cleaned: tuple[Desk, Desk]) -> None:
    after = cleaned[1]
    assert len(from_scratch(after).findings) == len(assessed(after).findings)


def test_the_record_says_who_what_and_how_much(cleaned: tuple[Desk, Desk]) -> None:
    _, after = cleaned
    closed = closing.find(after.store)
    assert closed is not None
    assert closed.ended_at is not None
    assert (closed.person, "key" in closed.kept) == ("周管理", False)
    shown = run(after.settings.base, "retention", "show").output
    for said in ("个人信息清理记录", "周管理", "第四十七条", "原信、附件", "| 浙江 | 1 | 3 | 3 |", "经办人签字"):
        assert said in shown
    assert not any(word in shown for word in KNOWN)


@pytest.mark.parametrize(
    "command",
    [
        ("rebuild",), ("import", "."), ("assign", "1", "浙江"), ("kind", "1", "inquiry"),
        ("decide", "nothing", "浙江"), ("undo", "1"), ("password", "1", "x"),
    ],
)  # fmt: skip
def test_nothing_is_taken_in_or_decided_any_more(cleaned: tuple[Desk, Desk], command: tuple[str, ...]) -> None:
    base = cleaned[1].settings.base
    (base / "later.eml").write_bytes(sample_mail("甲 <a@b.example>", "报送", day("08-01T10:00:00")))
    done = run(base, *command)
    assert isinstance(done.exception, ConfigError), done.output
    assert "已经清理" in str(done.exception)


def test_a_look_into_the_mailboxes_is_refused_for_the_mails_are_still_there(cleaned: tuple[Desk, Desk]) -> None:
    with pytest.raises(closing.ClosedError):
        Poller(cleaned[1], lambda: LATER).poll_all()
    with pytest.raises(closing.ClosedError):
        mail.forget_conclusions(cleaned[1].store)
    assert take_in(cleaned[1]) == 0


def test_nobody_is_alarmed_by_what_is_silent_for_good(folder: Path) -> None:
    kept = '[[mailboxes]]\nkind = "folder"\npath = "nowhere"\n'
    with (folder / "zhengji.toml").open("a", encoding="utf-8") as file:
        file.write(kept)
    with closed_after(opened(folder)) as made:
        watch = Watch(made, lambda: LATER, since=LATER - timedelta(days=1))
        assert {one.kind for one in watch.look().begun} >= {"silent", "digest"}
        retention.remove(made, BY)
        assert alarms.open_alarms(made.store) == ()
        done = watch.look()
        assert (done.begun, done.ended, done.told) == ((), (), ())
        ready = {one["name"]: one["ok"] for one in monitor_of(made, lambda: LATER).ready()[1]["checks"]}
        assert ready == {"database": True, "vault": True, "poll": True}


@pytest.mark.parametrize("command", [("status",), ("findings",), ("deadline",), ("decisions",), ("history", "浙江")])
def test_what_tells_goes_on(cleaned: tuple[Desk, Desk], command: tuple[str, ...]) -> None:
    done = run(cleaned[1].settings.base, *command)
    assert done.exit_code == 0, done.output


def test_the_console_opens_and_shows_no_name(folder: Path) -> None:
    with closed_after(opened(folder)) as made:
        retention.remove(made, BY)
        with_accounts = [one.name for one in accounts.every(made.store)]
        assert set(with_accounts) == set(PEOPLE.values())
        running = console_again(made)
        client = running.client("admin")
        assert "已于" in client.get("/").text
        for path in (
            "/",
            "/provinces",
            "/provinces/浙江",
            "/inbox",
            "/messages/1",
            "/findings",
            "/activity",
            "/decisions",
        ):
            page = client.get(path)
            assert page.status_code == 200, path
            # The roster is the operator's own file, and is named as such.
            assert not [word for word in KNOWN if word in page.text and word not in ROSTER], path


def console_again(made: Desk):  # type: ignore[no-untyped-def]  # noqa: ANN201 (see tests.consoles)
    from tests import consoles

    return consoles._running(made)  # noqa: SLF001 (the accounts are there)


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.safekeeping import retention
from store.personal import removing
from tests.test_retention import BY, opened
left, removed = [int(sys.argv[2])], removing.removed
def until(*given):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return removed(*given)
removing.removed = until
vault_removes = int(sys.argv[3])
made = opened(Path(sys.argv[1]))
remove = made.store.vault.remove
def gone(sha256):
    global vault_removes
    vault_removes -= 1
    if vault_removes < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return remove(sha256)
object.__setattr__(made.store.vault, "remove", gone)
retention.remove(made, BY)
"""


@pytest.mark.parametrize(("steps", "contents"), [(2, 99), (6, 99), (99, 3)])
def test_killed_in_the_middle_it_is_taken_up_again(folder: Path, steps: int, contents: int) -> None:
    with closed_after(opened(folder)) as made:
        planned = {what: count for what, count in retention.plan(made).counts.items() if count.rows}
        before = numbers(made)
    command = [sys.executable, "-c", KILLED, str(folder), str(steps), str(contents)]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parent.parent, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    assert "没有做完" in run(folder, "retention").output
    with closed_after(opened(folder)) as made:
        closed = retention.remove(made, replace(BY, name="另一个人"))
        assert numbers(made) == before
    assert spoken_of(folder / "data") == set()
    assert (closed.person, closed.ended_at is not None) == ("周管理", True)
    assert {what: own["rows"] for what, own in closed.counts.items()} == {
        what: one.rows for what, one in planned.items()
    }


def test_it_waits_for_the_deadline_and_for_the_days_after_it(full: Path) -> None:
    with closed_after(opened(full)) as made:
        for early in (False, True):
            with pytest.raises(ConfigError, match="还没有结束"):
                retention.check(made, ID, made.campaign.call.last_moment, early=early)
        with pytest.raises(ConfigError, match="不满 180 天"):
            retention.check(made, ID, AFTER, early=False)
        retention.check(made, ID, AFTER, early=True)
        retention.check(made, ID, retention.due(made), early=False)


def test_a_deadline_that_was_granted_puts_it_off(folder: Path) -> None:
    with closed_after(opened(folder)) as made:
        clerk = deciding.Clerk(made, Person("李编", AFTER, "同意函"))
        before = retention.due(made)
        deciding.extend(clerk, "浙江", "2026-08-15")
        assert retention.due(made) - before == timedelta(days=10)


def test_another_campaign_is_not_removed_in_its_place(folder: Path) -> None:
    with closed_after(opened(folder)) as made, pytest.raises(ConfigError, match="不是 2027-haofuwu"):
        retention.check(made, "2027-haofuwu", LATER, early=False)
    done = run(folder, "retention", "remove", "--early", "--note", "试", "--person", "周管理", input="yes\n")
    assert "编号不对，没有清理" in str(done.exception)
    with closed_after(opened(folder)) as made:
        assert closing.find(made.store) is None


def test_an_early_removal_says_why(folder: Path) -> None:
    done = run(folder, "retention", "remove", "--campaign", ID, "--yes", "--early", "--person", "周管理")
    assert "写明原因" in str(done.exception)


def test_every_table_is_said_to_go_or_to_stay() -> None:
    assert sorted(step.table for step in removing.STEPS) == sorted(Base.metadata.tables)


def test_every_column_with_words_of_a_scrubbed_table_is_known() -> None:
    """A column that is added must be named in `store.personal.removing`, or here as one that holds nothing personal."""
    fine = {
        "messages": {"sha256", "arrival_source"},
        "letters": {"kind", "province", "city", "sender_level", "candidates", "decided", "soft_key", "version"},
        "sightings": {"mailbox"},
        "files": {"sha256", "format", "kind", "status", "volume", "province"},
        "filings": set(),
        "readings": {"sha256", "version", "format", "status"},
        "links": {"provider", "size_text", "expires_text"},
        "supplied": {"sha256", "person"},
        "drops": {"mailbox", "province", "sha256"},
        "cases": {"province", "city"},
        "decisions": {"what", "person", "undone_by"},
        "digests": {"day", "channel", "state", "html_sha256", "sha256"},
        "reminders": {"province", "what", "channel", "person", "sha256", "state", "undone_by"},
        "alarms": {"kind", "ending"},
        "alarm_notices": {"side", "channel", "state", "sha256"},
        "activity": {"person", "action"},
        "accesses": {"person", "kind"},
    }
    for step in removing.STEPS:
        if step.goes and step.columns:
            wordy = {
                c.name for c in removing.table_of(step).columns if type(c.type).__name__ in {"Text", "String", "JSON"}
            }
            assert wordy - set(step.columns) == fine[step.table], step.table


def test_afterwards_a_backup_holds_the_tables_and_misses_no_content(tmp_path: Path) -> None:
    from tests.backups import backed_up, opened, restored, rows

    with desk(tmp_path / "desk") as made:
        take(made, tmp_path / "inbox", sample_mail("浙江物协 <zjwyxh@example.cn>", "报送", day("07-20T10:12:03")))
        retention.remove(made, BY)
        done = backed_up(made.store, tmp_path / "backup")
        assert (done.manifest.contents, done.manifest.lost) == (0, {})
        before = rows(made.store)
    with restored(tmp_path / "backup", f"sqlite:///{tmp_path}/new.db", tmp_path / "vault") as (store, _):
        assert rows(store) == before
        assert before["removals"]
    with opened(f"sqlite:///{tmp_path}/new.db", tmp_path / "vault") as store:
        assert closing.find(store) is not None


def test_on_postgresql_no_row_speaks_of_anybody_either(postgres_url: str, tmp_path: Path) -> None:
    with desk(tmp_path / "desk", f'[database]\nurl = "{postgres_url}"\n') as made:
        own = sample_mail(
            "浙江物协 <zjwyxh@example.cn>", "报送", day("07-20T10:12:03"), text="联系人陈静 13900001234。"
        )
        take(made, tmp_path / "inbox", own)
        activity.note(made.store, Deed(AFTER, "李编", "203.0.113.9", "更正", "春江花园", "联系人改为赵改正"))
        assert set(removing.left_over(made.store, KNOWN)) == {"letters", "activity"}
        retention.remove(made, BY)
        assert removing.left_over(made.store, KNOWN) == []
        assert list(made.store.vault.kept()) == []
        with pytest.raises(closing.ClosedError):
            import_path(made, tmp_path / "inbox", LATER)


def test_a_mail_that_is_taken_in_while_it_goes_on_is_refused(folder: Path) -> None:
    with closed_after(opened(folder)) as made, closed_after(opened(folder)) as other:
        (folder / "later.eml").write_bytes(sample_mail("甲 <a@b.example>", "报送", day("08-01T10:00:00")))
        closing.begin(made.store, closing.Closed(ID, "周管理", "", LATER, None, {}, {}))
        with pytest.raises(closing.ClosedError):
            import_path(other, folder / "later.eml", LATER)
        late = Seen("imported", "", 1, 1)
        with other.store.vault.temporary() as path, pytest.raises(closing.ClosedError):
            path.write_bytes(b"From: a@b.example\r\n\r\nlate")
            arrivals.accept(other.store, path, late, LATER, "import", LATER)
        assert not other.store.vault.has(sha256(b"From: a@b.example\r\n\r\nlate").hexdigest())


def test_a_reader_that_holds_the_database_is_named_and_nothing_is_called_done(folder: Path) -> None:
    with closed_after(opened(folder)) as made, closed_after(opened(folder)) as other:
        with other.store.reading() as session:
            session.scalars(select(Message)).first()
            made.store.engine.dispose()
            quick = create_engine(made.store.engine.url, connect_args={"timeout": 0.1})
            event.listen(quick, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=100"))
            with pytest.raises(AwayError, match="请停掉"):
                removing.press(Store(quick, made.store.vault))
            quick.dispose()
        removing.press(made.store)
