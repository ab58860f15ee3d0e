"""`zhengji doctor` tells of everything that the program needs whether it is there, and for each failure what to do."""

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest
import structlog

from config.settings import load_settings
from ingest.doctor import checks, chinese, english, keeping, machine, papers, receiving, rooms, sending, staff
from ingest.doctor.result import Check, Patient, Result, ok, patient_at
from ingest.doctor.words import LANGUAGES
from ingest.room import cleanroom
from ingest.room.cleanroom import end_spare
from store import accounts
from store.database import open_store
from tests.certificates import authority, self_signed, signed
from tests.desks import write_settings
from tests.inbox import mail
from tests.sample import day
from tests.servers import Dovecot, MailServer, ObjectStore, free_port, program
from tests.test_full_disk import small_disk
from tests.wizards import ADDRESSES, zhengji

DISKS = "[alarms]\nwarn_bytes = 0\nstop_bytes = 0\n"


def mailbox_table(dovecot: Dovecot, address: str, word: str = "secret", **changes: object) -> str:
    keys = {"host": "localhost", "port": dovecot.tls_port, "security": "ssl", **changes}
    keys.setdefault("ca_file", str(dovecot.folder / "cert.pem"))
    rows = "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items() if value is not None)
    return f'[[mailboxes]]\naddress = "{address}"\npassword = "{word}"\n{rows}'


def smtp_table(server: MailServer, word: str = "geheim", **changes: object) -> str:
    keys = {
        "host": "localhost",
        "port": server.port,
        "security": "starttls",
        "ca_file": str(server.certificate),
        **changes,
    }
    rows = "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items())
    return f'[digest]\nrecipients = ["a@b.cn"]\n[digest.smtp]\nusername = "staff"\npassword = "{word}"\nsender = "box@b.cn"\n{rows}'


def patient(folder: Path, more: str = "") -> Patient:
    path = write_settings(folder, more)
    path.chmod(0o600)
    return patient_at(path)


def found(results: Iterator[Result]) -> dict[str, Result]:
    return {one.key: one for one in results}


def told(one: Result) -> tuple[str, str]:
    """Return what is said and what is to be done, which is there whenever something fails."""
    words = LANGUAGES["zh"]
    said, remedy = words.said(one), words.remedy(one)
    assert (one.state == "ok") != bool(remedy)
    assert words.said(one) != LANGUAGES["en"].said(one) or one.fields.get("why")
    return said, remedy


@pytest.fixture(scope="module")
def sender(certificate: Path) -> Iterator[MailServer]:
    server = MailServer(certificate=certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_healthy_installation_passes_and_every_check_is_told(
    dovecot: Dovecot, sender: MailServer, object_store: ObjectStore, tmp_path: Path
) -> None:
    dovecot.account(ADDRESSES[0]).append(mail("a@b.example", "甲", day("07-20T10:00:00")), day("07-20T10:00:00"))
    boxes = "".join(mailbox_table(dovecot, address) for address in ADDRESSES)
    inbox = '[[mailboxes]]\nkind = "folder"\npath = "U盘"\n'
    chat = '[[digest.chats]]\nname = "群"\nurl = "wecombot://abcdefgh"\n'
    console = f"[console]\nport = {free_port()}\n"
    objects = object_store.settings("doctor/")
    path = write_settings(tmp_path, boxes + inbox + smtp_table(sender) + chat + DISKS + console + objects)
    path.chmod(0o600)
    (tmp_path / "U盘").mkdir()
    settings = load_settings(path, {})
    store = open_store(settings.database_url, settings.at(settings.vault.path))
    accounts.add(store, "陈静", "admin", "ein langes Wort", "陈静", datetime.now(UTC))
    store.close()
    polled = zhengji(tmp_path, "poll")
    assert polled.code == 0, polled.error
    before = {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*") if one.is_file()}
    done = zhengji(tmp_path, "doctor", "--json")
    rows = json.loads(done.out)
    assert [row for row in rows if row["state"] in {"failing", "skipped"}] == []
    assert done.code == 0
    assert {row["check"] for row in rows} == {check.name for check in checks.CHECKS} - {"secrets", "jobs"}
    assert [row["code"] for row in rows if row["check"] == "mail"].count("mail.ok") == 2
    assert sender.recipients == []
    assert not [word for word in ("geheim", "secret", "abcdefgh") if word in done.out.replace("secrets", "")]
    # Nothing that there was has changed.
    assert [
        one.name for one, moment in before.items() if one.stat().st_mtime_ns != moment and one.suffix != ".db-shm"
    ] == []
    assert {row["code"]: row["message"] for row in rows}["ocr.ok"].endswith("读出“征集案例汇总清单”")


def test_it_speaks_both_languages_and_fails_where_something_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(check for check in checks.CHECKS if check.name in {"settings", "addresses", "unar", "fonts"})
    monkeypatch.setattr(checks, "CHECKS", few)
    write_settings(tmp_path)
    chinese_run, english_run = zhengji(tmp_path, "doctor"), zhengji(tmp_path, "doctor", "--language", "en")
    assert (chinese_run.code, english_run.code) == (1, 1)
    lines = chinese_run.out.splitlines()
    assert lines[0] == "[正常] 设置文件：zhengji.toml 可用"
    assert lines[2].startswith("    怎么办：运行 zhengji init")
    assert lines[-1] == "检查完毕：正常 3 项，注意 0 项，有问题 1 项，未查 0 项。"
    assert "[failing] published addresses: no mailbox is set" in english_run.out
    assert english_run.out.splitlines()[-1] == "Done: 3 ok, 0 warnings, 1 failing, 0 skipped."
    (tmp_path / "zhengji.toml").unlink()
    assert "[未查] 公布的地址：没有检查" in zhengji(tmp_path, "doctor").out


def test_both_languages_know_the_same_findings_with_the_same_fields() -> None:
    assert list(chinese.SENTENCES) == list(english.SENTENCES)
    assert list(chinese.NAMES) == list(english.NAMES) == [check.name for check in checks.CHECKS]
    for key, own in chinese.SENTENCES.items():
        fields = [
            {name for one in pair for _, name, _, _ in Formatter().parse(one)} - {None}
            for pair in (own, english.SENTENCES[key])
        ]
        assert fields[0] == fields[1], key


def test_a_wrong_password_says_where_a_new_one_is_made(dovecot: Dovecot, tmp_path: Path) -> None:
    one = patient(tmp_path, mailbox_table(dovecot, ADDRESSES[0], "falsch"))
    said, remedy = told(found(receiving.mailbox(one, one.settings.accounts[0]))["mail.refused"])
    assert "falsch" not in said
    assert "重新生成客户端授权码" in remedy


def test_an_object_store_that_is_away_or_refuses_says_what_to_look_at(
    object_store: ObjectStore, tmp_path: Path
) -> None:
    from config.vault import ObjectStoreSettings

    where = {"bucket": object_store.bucket, "endpoint": f"http://127.0.0.1:{free_port()}"}
    one = patient(tmp_path, "")
    for settings in (
        where,
        {**where, "endpoint": object_store.endpoint, "access_key": "x" * 20, "secret_key": "falsch" * 4},
    ):
        said, remedy = told(found(keeping.objects(one, ObjectStoreSettings.model_validate(settings)))["objects.away"])
        assert "[vault.s3]" in remedy
        assert "falsch" not in said


def test_a_closed_port_and_an_unknown_name_say_what_to_look_at(dovecot: Dovecot, tmp_path: Path) -> None:
    one = patient(
        tmp_path,
        mailbox_table(dovecot, "a@b.cn", port=free_port()) + mailbox_table(dovecot, "c@d.cn", host="no.invalid"),
    )
    assert "port" in told(found(receiving.mailbox(one, one.settings.accounts[0]))["mail.unreachable"])[1]
    assert "DNS" in told(found(receiving.mailbox(one, one.settings.accounts[1]))["mail.unknown_host"])[1]


def test_a_folder_of_the_settings_that_is_not_there_is_named(dovecot: Dovecot, tmp_path: Path) -> None:
    one = patient(tmp_path, mailbox_table(dovecot, ADDRESSES[0], folders=["INBOX", "没有"]))
    results = found(receiving.mailbox(one, one.settings.accounts[0]))
    assert "没有" in told(results["mail.folder_missing"])[0]
    assert results["mail.ok"].fields["folders"].startswith("INBOX ")


def test_a_mail_of_the_future_tells_that_our_clock_is_slow(dovecot: Dovecot, tmp_path: Path) -> None:
    dovecot.account("future@example.cn").append(mail("a@b.example", "甲", day("07-20T10:00:00")), day("07-20T10:00:00"))
    made = patient(tmp_path, mailbox_table(dovecot, "future@example.cn"))
    one = Patient(made.path, made.settings, made.campaign, "", lambda: day("07-20T07:00:00"))
    result = found(receiving.mailbox(one, one.settings.accounts[0]))["clock.slow"]
    assert result.fields["minutes"] == "180"
    assert "timedatectl" in told(result)[1]


class Greeting(threading.Thread):
    """A server that does a TLS handshake, greets as IMAP does, and hangs up."""

    def __init__(self, context: ssl.SSLContext) -> None:
        import socket

        super().__init__(daemon=True)
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                with client, self.context.wrap_socket(client, server_side=True) as secure:
                    secure.sendall(b"* OK ready\r\n")
                    secure.recv(100)
            except OSError:
                continue

    def stop(self) -> None:
        import socket

        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join(10)


@pytest.mark.parametrize(
    ("key", "names", "days"),
    [
        ("certificate.expired", "subjectAltName=DNS:localhost", -1),
        ("certificate.other_host", "subjectAltName=DNS:mail.example.cn", 30),
        ("certificate.foreign", "", 0),
    ],
)
def test_a_certificate_that_is_not_believed_is_told_by_its_fault(
    dovecot: Dovecot, tmp_path: Path, key: str, names: str, days: int
) -> None:
    own = authority(tmp_path)
    server = Greeting(signed(tmp_path, "server", names, days=days) if names else self_signed(tmp_path))
    server.start()
    try:
        one = patient(tmp_path / "desk", mailbox_table(dovecot, "a@b.cn", port=server.port, ca_file=str(own)))
        assert told(found(receiving.mailbox(one, one.settings.accounts[0]))[key])
    finally:
        server.stop()


def test_a_certificate_that_soon_ends_is_warned_of(dovecot: Dovecot, tmp_path: Path) -> None:
    one = patient(tmp_path, mailbox_table(dovecot, ADDRESSES[0]))
    account = one.settings.accounts[0]
    # The test's certificate is valid for thirty days.
    assert found(receiving.mailbox(one, account))["certificate.days"].state == "ok"
    later = Patient(one.path, one.settings, one.campaign, "", lambda: datetime.now(UTC) + timedelta(days=10))
    assert found(receiving.mailbox(later, account))["certificate.days"].state == "warning"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"password": "falsch"}, "smtp.refused"),
        ({"ca_file": ""}, "certificate.foreign"),
        ({"port": 1}, "smtp.unreachable"),
        ({"host": "no.invalid"}, "smtp.unknown_host"),
        ({"password": "口令"}, "smtp.not_ascii"),
    ],
)
def test_what_is_wrong_with_sending_says_its_remedy(
    sender: MailServer, tmp_path: Path, changes: dict[str, object], key: str
) -> None:
    given = {name: value for name, value in changes.items() if name != "password"}
    text = smtp_table(sender, str(changes.get("password", "geheim")), **given).replace('ca_file = ""\n', "")
    result = found(sending.smtp(patient(tmp_path, text)))[key]
    said, _ = told(result)
    assert result.state == "failing"
    assert str(changes.get("password", "geheim")) not in said


def test_recipients_without_a_server_and_a_bad_group_are_failures(tmp_path: Path) -> None:
    text = '[digest]\nrecipients = ["a@b.cn"]\n[[digest.chats]]\nname = "群"\nurl_file = "none.txt"\n'
    one = patient(tmp_path, text)
    assert told(found(sending.smtp(one))["smtp.missing"])
    assert told(found(sending.chat(one, one.settings.digest.chats[0]))["chat.bad"])


def test_only_one_of_the_two_published_addresses_is_a_failure_with_its_remedy(dovecot: Dovecot, tmp_path: Path) -> None:
    one = patient(tmp_path, mailbox_table(dovecot, ADDRESSES[0]))
    said, remedy = told(found(papers.addresses(one))["addresses.missing"])
    assert ADDRESSES[1] in said
    assert "[[mailboxes]]" in remedy
    alias = mailbox_table(dovecot, ADDRESSES[0]) + mailbox_table(dovecot, ADDRESSES[1], username=ADDRESSES[0])
    assert found(papers.addresses(patient(tmp_path, alias)))["addresses.ok"]


def test_a_wrong_campaign_is_said_and_what_needs_none_is_looked_at_all_the_same(tmp_path: Path) -> None:
    path = write_settings(tmp_path, "")
    path.write_text('[campaign]\nid = "2027-haofuwu"\n', encoding="utf-8")
    few = tuple(check for check in checks.CHECKS if check.name in {"settings", "campaign", "addresses", "unar", "disk"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "CHECKS", few)
        results = {check.name: one for check, one in checks.examine(patient_at(path))}
    assert told(results["campaign"])[0].endswith("是不是 2026-haofuwu？")
    states = {name: one.state for name, one in results.items()}
    assert states["addresses"] == "skipped"
    assert states["unar"] == "ok"


def test_a_settings_file_that_cannot_be_read_fails_and_the_rest_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "zhengji.toml").write_text("[campain]\n", encoding="utf-8")
    one = patient_at(tmp_path / "zhengji.toml")
    assert "是不是 campaign" in told(found(papers.settings_file(one))["settings.bad"])[0]


def test_a_variable_that_names_no_setting_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGJI_DATABASE__ULR", "x")
    said, _ = told(found(papers.settings_file(patient(tmp_path)))["settings.bad"])
    assert "是不是 url" in said


def test_secrets_that_others_may_read_are_warned_of(dovecot: Dovecot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim\n", encoding="utf-8")
    secret.chmod(0o644)
    box = f'[[mailboxes]]\naddress = "a@b.cn"\nhost = "h"\npassword_file = "{secret}"\n'
    one = patient(tmp_path, box)
    said, remedy = told(found(papers.secrets(one))["secrets.open"])
    assert "0644" in said
    assert f"chmod 600 {secret}" in remedy
    secret.chmod(0o600)
    assert found(papers.secrets(one))["secrets.ok"]
    secret.write_text("\n", encoding="utf-8")
    assert told(found(papers.secrets(one))["secrets.empty"])
    secret.unlink()
    assert told(found(papers.secrets(one))["secrets.unreadable"])
    inline = patient(tmp_path, mailbox_table(dovecot, "a@b.cn"))
    assert found(papers.settings_file(inline))["settings.ok"]
    inline.path.chmod(0o640)
    assert "0640" in told(found(papers.settings_file(inline))["settings.open"])[0]


def test_a_database_is_told_by_its_state(postgres_url: str, tmp_path: Path) -> None:
    def key(url: str) -> str:
        (result,) = keeping.database(patient(tmp_path / "desk", f'[database]\nurl = "{url}"\n'))
        told(result)
        return result.key

    sqlite = tmp_path / "a.db"
    for url in (f"sqlite:///{sqlite}", postgres_url):
        assert key(url) == "database.empty"
        store = open_store(url, tmp_path / "vault")
        assert key(url) == "database.ok"
        for revision, expected in (("0001", "database.older"), ("9999", "database.newer")):
            with store.engine.begin() as connection:
                connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 (ours)
            assert key(url) == expected
        store.close()
    assert key("sqlite:////proc/none/a.db") == "database.read_only"


def test_a_database_that_is_away_or_holds_no_chinese_is_a_failure(postgres_url: str, tmp_path: Path) -> None:
    import psycopg

    away = Check("database", keeping.database)
    results = list(
        checks.in_its_time(
            away, patient(tmp_path, '[database]\nurl = "postgresql+psycopg://u:geheim@127.0.0.1:1/z"\n'), None
        )
    )
    assert [one.key for one in results] == ["check.said"]
    assert "geheim" not in told(results[0])[0]
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    url = f"{postgres_url.rpartition('/')[0]}/latin"
    (result,) = keeping.database(patient(tmp_path, f'[database]\nurl = "{url}"\n'))
    assert (result.key, "UTF8" in told(result)[1]) == ("database.encoding", True)


def test_a_vault_that_cannot_be_written_and_one_on_two_disks_are_failures(tmp_path: Path) -> None:
    one = patient(tmp_path, '[vault]\npath = "/proc/none"\n[digest]\nfolder = "/proc/none"\n')
    assert "权限" in told(found(keeping.vault(one))["vault.unwritable"])[1]
    assert told(found(keeping.folders(one))["folders.unwritable"])
    (tmp_path / "two").mkdir()
    with small_disk(tmp_path / "two" / "incoming"):
        two = patient(tmp_path, '[vault]\npath = "two"\n')
        assert told(found(keeping.vault(two))["vault.two_disks"])


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder one that nobody can write to; skip where root may not mount, whom no mode stops."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    done = subprocess.run(
        [program("mount", "mount"), "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if done.returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run([program("umount", "mount"), str(folder)], check=True)


def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    with read_only(tmp_path / "vault"):
        one = patient(tmp_path, '[vault]\npath = "vault"\n')
        assert told(found(keeping.vault(one))["vault.unwritable"])


def test_a_disk_that_is_nearly_full_is_warned_of_and_a_full_one_a_failure(tmp_path: Path) -> None:
    low = patient(tmp_path, "[alarms]\nwarn_bytes = 9_000_000_000_000_000\nstop_bytes = 0\n")
    (result,) = keeping.disk(low)
    assert (result.key, bool(told(result))) == ("disk.low", True)
    with small_disk(tmp_path / "small") as small:
        (small / "filler").write_bytes(b"x" * 1_000_000)
        full = patient(
            tmp_path, f'[vault]\npath = "{small}/vault"\n[alarms]\nwarn_bytes = 10_000_000\nstop_bytes = 5_000_000\n'
        )
        results = list(keeping.disk(full))
        assert [one.key for one in results] == ["disk.ok", "disk.full"]
        assert "自己恢复" in told(results[1])[1]


def test_sqlite_on_a_network_drive_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    assert keeping.network_kind(tmp_path) == ""
    monkeypatch.setattr(keeping, "_MOUNTS", mounts)
    assert told(found(keeping.database(patient(tmp_path / "desk")))["database.network"])


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        ("2026-07-20T10:00:00+08:00", "clock.ok"),
        ("2026-05-01T00:00:00+08:00", "clock.slow"),
        ("2036-01-01T00:00:00+08:00", "clock.year"),
    ],
)
def test_the_clock_is_compared_with_what_the_mail_server_has_stamped(tmp_path: Path, moment: str, key: str) -> None:
    one = patient(tmp_path)
    store = open_store(one.settings.database_url, one.settings.at(one.settings.vault.path))
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO messages (sha256, bytes, arrival, arrival_source, kept_at, state, attempts, mark) "
            "VALUES ('a', 1, '2026-07-20 01:00:00', 'internaldate', '2026-05-20 01:00:00', 'waiting', 0, 1)"
        )
    store.close()
    at = Patient(one.path, one.settings, one.campaign, "", lambda: datetime.fromisoformat(moment))
    (result,) = machine.clock(at)
    assert (result.key, bool(told(result))) == (key, True)


def test_a_calendar_that_is_not_known_is_warned_of(tmp_path: Path) -> None:
    one = patient(tmp_path)
    later = Patient(one.path, one.settings, one.campaign, "", lambda: datetime(2049, 1, 4, tzinfo=UTC))
    assert "2049" in told(found(machine.calendar(later))["calendar.unknown"])[0]


def test_too_little_memory_for_so_many_processes_is_warned_of(tmp_path: Path) -> None:
    one = patient(tmp_path, "[limits]\nprocesses = 64\nscan_memory_bytes = 1_000_000_000_000\n")
    assert "processes" in told(found(machine.memory(one))["memory.short"])[1]


def test_missing_programs_are_told_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = patient(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("parsers.documents.legacy._USUAL_PLACES", ())
    assert "libreoffice-writer-nogui" in told(found(machine.office(one))["office.missing"])[1]
    assert "apt-get install unar" in told(found(machine.unar(one))["unar.missing"])[1]
    for name in ("soffice", "unar"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
        (tmp_path / name).chmod(0o755)
    assert told(found(machine.office(one))["office.fails"])
    assert told(found(machine.unar(one))["unar.fails"])


def test_fonts_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.ttf").write_bytes(b"none")
    assert told(found(machine.fonts(patient(tmp_path, '[reports]\nfont = "a.ttf"\n')))["fonts.bad"])
    monkeypatch.setattr("reports.making.pdf.Fonts.__init__.__defaults__", (None, ()))
    assert told(found(machine.fonts(patient(tmp_path)))["fonts.none"])


def test_a_clean_room_that_cannot_start_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end_spare()
    monkeypatch.setattr(cleanroom, "_COMMAND", (sys.executable, "-c", "import no_such_module"))
    one = patient(tmp_path)
    for check in (rooms.room, rooms.ocr):
        with structlog.testing.capture_logs():
            said, remedy = told(found(check(one))["room.not_started"])
        assert "no_such_module" in said
        assert "zhengji retry" in remedy


def test_an_ocr_that_finds_no_memory_is_a_failure_with_its_remedy(tmp_path: Path) -> None:
    one = patient(tmp_path)
    limits = one.settings.limits.model_copy(update={"scan_memory_bytes": 150_000_000})
    small = Patient(one.path, one.settings.model_copy(update={"limits": limits}), one.campaign, "")
    with structlog.testing.capture_logs():
        (result,) = rooms.ocr(small)
    assert result.key in {"ocr.fails", "room.not_started"}
    assert told(result)
    end_spare()


def test_a_port_that_another_program_holds_is_a_failure(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        one = patient(tmp_path, f"[console]\nport = {port}\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staff, "_ANSWER_SECONDS", 0.2)
            assert "[console] port" in told(found(staff.console(one))["console.taken"])[1]
    results = found(staff.console(patient(tmp_path, f'[console]\nport = {free_port()}\nhost = "0.0.0.0"\n')))
    assert results["console.free"].state == "ok"
    assert told(results["console.others"])


def test_polls_that_fail_are_late_or_never_were_are_told(dovecot: Dovecot, tmp_path: Path) -> None:
    one = patient(
        tmp_path,
        mailbox_table(dovecot, ADDRESSES[0], "falsch")
        + mailbox_table(dovecot, "b@beat.cn")
        + mailbox_table(dovecot, "c@beat.cn"),
    )
    assert found(staff.heartbeat(one))["beat.new"]
    assert found(staff.people(one))["people.none"]
    assert zhengji(tmp_path, "poll").code == 1
    later = Patient(one.path, one.settings, one.campaign, "", lambda: datetime.now(UTC) + timedelta(hours=3))
    assert {one.key for one in staff.heartbeat(one)} == {"beat.failing", "beat.ok"}
    results = found(staff.heartbeat(later))
    assert "授权码" in told(results["beat.failing"])[0]
    assert told(results["beat.late"])


def test_one_check_that_breaks_or_hangs_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def breaks(_patient: Patient) -> Iterator[Result]:
        yield ok("fonts.ok")
        raise KeyError("geheim")

    def hangs(_patient: Patient) -> Iterator[Result]:
        released.wait(60)
        yield ok("fonts.ok")

    def refuses(_patient: Patient) -> Iterator[Result]:
        yield from (ok("fonts.ok") for _ in Path("/no/such/folder").iterdir())

    own = tuple(
        Check("fonts", work, "nothing", 0.2 if work is hangs else 30)
        for work in (breaks, hangs, refuses, machine.fonts)
    )
    monkeypatch.setattr(checks, "CHECKS", own)
    with structlog.testing.capture_logs() as logs:
        results = [one for _, one in checks.examine(patient(tmp_path))]
    released.set()
    assert [one.key for one in results] == ["fonts.ok", "check.broken", "check.too_long", "check.os", "fonts.ok"]
    assert [(one["event"], one["error"]) for one in logs] == [("doctor.check_failed", "KeyError")]
    assert "geheim" not in str(logs)


def test_what_a_server_says_cannot_move_the_cursor() -> None:
    result = Result("failing", "smtp.sender", {"server": "h:1", "sender": "a", "why": "550 \x1b[2J\r\n[正常] 假的"})
    assert "\x1b" not in told(result)[0]
    assert len(LANGUAGES["zh"].lines(checks.CHECKS[0], result)) == 2
