"""The store, on SQLite and on PostgreSQL: never lost, never twice, the same on both."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError, InvalidRequestError, StatementError

from store import arrivals, documents, folders, mail, polls, sent
from store.arrivals import Seen
from store.cases import CaseKey, FileRow, Placing, file_province, unfiled_provinces
from store.database import Store, open_store
from store.documents import CachedReading, ReadFile, ReadLetter
from store.errors import StoreError
from store.models import Base, Case, File, Filing, Message, Sighting
from store.polls import PollResult

NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)


def offer(store: Store, raw: bytes, uid: int = 1, arrival: datetime = NOW, **place: object) -> arrivals.Accepted:
    with store.vault.temporary() as path:
        path.write_bytes(raw)
        seen = Seen(**{"mailbox": "a@b.cn", "folder": "INBOX", "uidvalidity": 7, "uid": uid, **place})  # type: ignore[arg-type]
        return arrivals.accept(store, path, seen, arrival, "internaldate", NOW)


def letter(**changes: object) -> ReadLetter:
    fields = {
        "message_id": "<1@x>", "from_address": "a@b.cn", "from_name": "甲", "to": ["b@c.cn"], "subject": "报送",
        "date": None, "text": "", "automatic": None, "kind": "submission", "kind_evidence": "", "province": "浙江",
        "city": None, "sender_level": "provincial", "sender_clues": ["x"], "defects": [], "version": "1",
    }  # fmt: skip
    return ReadLetter(**{**fields, **changes})  # type: ignore[arg-type]


def file(path: str = "a.docx", sha256: str | None = "0" * 64) -> ReadFile:
    return ReadFile(path, path, sha256, 10, "docx", "case_material", "内容", "ok")


def test_a_message_is_kept_byte_for_byte(store: Store) -> None:
    raw = bytes(range(256)) * 5000
    accepted = offer(store, raw)
    assert accepted.new
    assert mail.raw(store, accepted.id).read_bytes() == raw


def test_the_same_bytes_from_another_folder_are_one_message_with_two_sightings(store: Store) -> None:
    first = offer(store, b"mail")
    again = offer(store, b"mail", folder="垃圾邮件", uid=9)
    assert (again.id, again.new) == (first.id, False)
    with store.reading() as session:
        assert session.scalar(select(func.count(Sighting.id))) == 2


def test_the_same_place_seen_again_after_a_lost_connection_is_noted_once(store: Store) -> None:
    offer(store, b"mail")
    offer(store, b"mail")
    with store.reading() as session:
        assert session.scalar(select(func.count(Sighting.id))) == 1


def test_the_earliest_arrival_of_the_same_bytes_counts(store: Store) -> None:
    accepted = offer(store, b"mail", arrival=NOW)
    offer(store, b"mail", uid=2, arrival=NOW - timedelta(days=3))
    offer(store, b"mail", uid=3, arrival=NOW + timedelta(days=3))
    with store.reading() as session:
        assert session.get_one(Message, accepted.id).arrival == NOW - timedelta(days=3)


def of(mark: folders.Mark | None) -> tuple[int, int]:
    assert mark is not None
    return mark.uidvalidity, mark.last_uid


def test_a_folder_is_remembered_up_to_its_last_uid_and_anew_when_it_was_made_anew(store: Store) -> None:
    for uid in (3, 5, 4):
        offer(store, b"mail %d" % uid, uid=uid)
    assert of(folders.folder_mark(store, "a@b.cn", "INBOX")) == (7, 5)
    offer(store, b"mail 1", uid=1, uidvalidity=8)
    assert of(folders.folder_mark(store, "a@b.cn", "INBOX")) == (8, 1)


def test_two_who_accept_the_same_bytes_at_once_keep_one(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda uid: offer(store, b"same", uid=uid), range(1, 17)))
    assert len({one.id for one in accepted}) == 1
    assert sum(one.new for one in accepted) == 1


def test_nothing_is_noted_where_the_disk_refuses(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        offer(store, b"mail")
    monkeypatch.undo()
    assert mail.count(store) == 0
    assert list(store.vault.incoming.iterdir()) == []
    assert offer(store, b"mail").new


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        offer(store, b"mail", arrival=datetime(2026, 8, 5, 12, 0))  # noqa: DTZ001 (that is the point)


def test_moments_come_back_as_they_went_in(store: Store) -> None:
    beijing = datetime.fromisoformat("2026-08-05T23:59:59+08:00")
    accepted = offer(store, b"mail", arrival=beijing)
    with store.reading() as session:
        kept = session.get_one(Message, accepted.id).arrival
    assert kept == beijing
    assert kept.tzinfo is not None


def test_reading_a_message_again_replaces_what_was_there(store: Store) -> None:
    accepted = offer(store, b"mail")
    documents.keep_read(store, accepted.id, letter(), [file("a.docx"), file("b.docx")])
    documents.keep_read(store, accepted.id, letter(subject="新"), [file("a.docx")])
    with store.reading() as session:
        assert session.scalars(select(File.path)).all() == ["a.docx"]
    assert mail.waiting(store) == []


def test_a_half_kept_letter_leaves_the_earlier_one_whole(store: Store) -> None:
    accepted = offer(store, b"mail")
    documents.keep_read(store, accepted.id, letter(), [file("a.docx")])
    with pytest.raises(IntegrityError):
        documents.keep_read(store, accepted.id, letter(subject="新"), [file("b.docx"), file("b.docx")])
    with store.reading() as session:
        assert session.scalars(select(File.path)).all() == ["a.docx"]


def test_a_failed_message_is_tried_a_few_times_and_then_only_on_demand(store: Store) -> None:
    accepted = offer(store, b"mail")
    for _ in range(3):
        mail.fail(store, accepted.id, "读不出")
        mail.wait_again(store)
    assert mail.waiting(store) == []
    assert list(mail.failed(store)) == [(accepted.id, "读不出")]
    mail.wait_again(store, every_attempt=True)
    assert mail.waiting(store) == [accepted.id]


def test_what_another_version_read_waits_again_and_nothing_else_does(store: Store) -> None:
    old, new = offer(store, b"old", uid=1), offer(store, b"new", uid=2)
    documents.keep_read(store, old.id, letter(version="1"), [])
    documents.keep_read(store, new.id, letter(version="2"), [])
    assert mail.wait_where_stale(store, "2") == 1
    assert mail.waiting(store) == [old.id]


def test_a_reading_of_another_version_is_not_used(store: Store) -> None:
    reading = CachedReading("0" * 64, "1", "docx", "ok", "", [{"kind": "photo", "confidence": 1.0, "facts": {}}])
    documents.keep_readings(store, [reading])
    assert documents.cached_readings(store, ["0" * 64], "1") == {reading.sha256: reading}
    assert documents.cached_readings(store, ["0" * 64], "2") == {}


def test_texts_are_kept_beside_a_reading_and_loaded_only_where_they_are_asked_for(store: Store) -> None:
    sha256 = "0" * 64
    for version, words in (("1", "旧"), ("2", "新")):
        reading = CachedReading(sha256, version, "docx", "ok", "", [], {"measures": words}, bytes(range(20)))
        documents.keep_readings(store, [reading])
    assert documents.texts(store, [sha256, "1" * 64]) == {sha256: {"measures": "新"}}
    with store.reading() as session:
        row = documents.readings(session, [sha256])[sha256]
        assert row.sentences == bytes(range(20))
        with pytest.raises(InvalidRequestError):
            _ = row.texts


def test_a_database_of_the_first_revision_is_brought_up_with_what_it_holds(database_url: str, tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    import store as room

    config = Config()
    config.set_main_option("script_location", str(Path(room.__file__ or "").parent / "migrations"))
    engine = create_engine(database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        insert = "INSERT INTO readings (sha256, version, format, found, status, reason) VALUES (:sha256, '1', 'docx', '[]', 'ok', '')"
        connection.execute(text(insert), {"sha256": "0" * 64})
    engine.dispose()
    opened = open_store(database_url, tmp_path / "vault")
    assert documents.cached_readings(opened, ["0" * 64], "1")["0" * 64].format == "docx"
    assert documents.texts(opened, ["0" * 64]) == {"0" * 64: {}}
    opened.close()


def test_two_who_keep_the_same_reading_at_once_do_not_collide(store: Store) -> None:
    reading = CachedReading("0" * 64, "1", "docx", "ok", "", [])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: documents.keep_readings(store, [reading]), range(32)))
    assert documents.cached_readings(store, ["0" * 64], "1") == {reading.sha256: reading}


def test_a_message_that_another_process_has_read_does_not_fail(store: Store) -> None:
    accepted = offer(store, b"mail")
    documents.keep_read(store, accepted.id, letter(), [])
    mail.fail(store, accepted.id, "读不出")
    assert list(mail.failed(store)) == []


def placing(key: str, city: str | None = "杭州市") -> Callable[[list[FileRow]], list[Placing]]:
    return lambda rows: [Placing(row.file.id, 0, 0, CaseKey(key, city, key), 1.0, ["x"]) for row in rows]


def test_filing_a_province_again_keeps_the_ids_of_cases_and_drops_those_that_are_gone(store: Store) -> None:
    accepted = offer(store, b"mail")
    documents.keep_read(store, accepted.id, letter(), [file()])
    assert unfiled_provinces(store) == ["浙江"]
    for key in ("春江花园", "春江花园", "秋江花园"):
        file_province(store, "浙江", placing(key))
    with store.reading() as session:
        assert session.scalars(select(Case.community)).all() == ["秋江花园"]
        assert session.scalar(select(func.count(Filing.id))) == 1
    assert unfiled_provinces(store) == []


def test_two_who_file_the_same_province_at_once_do_not_collide(store: Store) -> None:
    accepted = offer(store, b"mail")
    documents.keep_read(store, accepted.id, letter(), [file(f"{n}.docx") for n in range(20)])
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: file_province(store, "浙江", placing("春江花园")), range(12)))
    with store.reading() as session:
        assert session.scalar(select(func.count(Filing.id))) == 20


def test_forgetting_conclusions_leaves_the_facts(store: Store) -> None:
    accepted = offer(store, b"mail")
    documents.keep_read(store, accepted.id, letter(), [file()])
    file_province(store, "浙江", placing("春江花园"))
    assert mail.forget_conclusions(store) == 1
    with store.reading() as session:
        assert session.scalar(select(func.count(File.id))) == 0
        assert session.scalar(select(func.count(Case.id))) == 0
        assert session.scalar(select(func.count(Sighting.id))) == 1
    assert mail.waiting(store) == [accepted.id]


def test_a_mailbox_fails_since_its_first_failure_after_the_last_good_poll(store: Store) -> None:
    for hours, outcome in ((0, "ok"), (1, "unreachable"), (2, "unreachable")):
        at = NOW + timedelta(hours=hours)
        polls.note(store, PollResult("a@b.cn", at, at + timedelta(minutes=1), outcome, "连不上" if hours else ""))
    (health,) = polls.health(store, NOW + timedelta(hours=3))
    assert (health.last_good, health.failing_since) == (NOW + timedelta(minutes=1), NOW + timedelta(hours=1))
    (before,) = polls.health(store, NOW + timedelta(minutes=30))
    assert before.failing_since is None


def test_a_digest_is_noted_once_for_each_address(store: Store) -> None:
    day = NOW.date()
    parcel = sent.Parcel(day, NOW, sent.MAIL, "A@b.cn", "0" * 64, "1" * 64)
    sending = sent.begin(store, parcel, NOW)
    assert sending is not None
    assert sent.begin(store, replace(parcel, recipient="a@B.cn"), NOW) is None
    assert sent.finish(store, sending, "sent", "", NOW)
    assert sent.begin(store, parcel, NOW + timedelta(hours=1)) is None
    assert [(one.recipient, one.state) for one in sent.of_day(store, day)] == [("a@b.cn", "sent")]
    assert sent.last_before(store, day) is None
    assert sent.last_before(store, day + timedelta(days=1)) == NOW


def test_the_migrations_lead_to_exactly_the_tables_of_the_models(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert "messages" in inspect(store.engine).get_table_names()


def test_an_older_database_loses_nothing_that_hangs_on_its_messages(database_url: str, tmp_path: Path) -> None:
    engine = create_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(arrivals.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        message = (
            "INSERT INTO messages (id, sha256, bytes, arrival, arrival_source, kept_at, state, attempts)"
            " VALUES (1, 'a', 3, '2026-07-20 10:00:00', 'internaldate', '2026-07-20 10:00:00', 'filed', 0)"
        )
        seen = (
            "INSERT INTO sightings (id, message_id, mailbox, folder, uidvalidity, uid, place, junk, arrival, seen_at)"
            " VALUES (1, 1, 'm', 'INBOX', 1, 1, '', false, '2026-07-20 10:00:00', '2026-07-20 10:00:00')"
        )
        for statement in (message, seen):
            connection.execute(text(statement))
    engine.dispose()
    opened = open_store(database_url, tmp_path / "vault")
    with opened.reading() as session:
        assert [row.message_id for row in session.scalars(select(Sighting))] == [1]
        assert len(session.scalars(select(Message)).all()) == 1
    opened.close()


def test_opening_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    offer(store, b"mail")
    again = open_store(store.engine.url.render_as_string(hide_password=False), tmp_path / "vault")
    assert mail.count(again) == 1
    again.close()


def test_sqlite_has_a_write_ahead_log_foreign_keys_and_patience(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/z.db", tmp_path / "vault")
    with opened.reading() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    opened.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_database_that_cannot_be_opened_is_one_chinese_sentence_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql+psycopg://u:geheim@127.0.0.1:1/z", tmp_path / "vault")
    assert "数据库或文件库打不开" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_reader_does_not_hold_up_a_writer(store: Store) -> None:
    with store.reading() as session:
        session.scalars(select(Message.id)).all()
        assert offer(store, b"mail").new
