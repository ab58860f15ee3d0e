"""What the program says on standard error: one line an event, the same keys for a mail, no phone and no secret in any."""

import json
import logging
import re
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from config.log import log_as, secrets_of, set_up_logging
from config.redaction import PHONE, SECRET, Redactor
from config.settings import load_settings
from tests.desks import AFTER, write_settings
from tests.servers import Account
from tests.test_architecture import ROOT, modules

PHONES = ("13812345678", "138-1234-5678", "１３８１２３４５６７８", "0571-88886666", "+86 138 1234 5678")
EVENT = re.compile(r"^[a-z_]+\.[a-z_]+$")


def lines(said: str) -> list[dict[str, object]]:
    """Return the events; every line must be one."""
    return [json.loads(line) for line in said.splitlines()]


def _fail(said: str) -> None:
    raise ValueError(said)


def test_a_line_of_ours_a_librarys_and_a_traceback_are_all_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True, form="json", redactor=Redactor(["Gq7-hunter"]))
    log = structlog.get_logger()
    for phone in PHONES:
        log.info(
            "test.own",
            text=f"电话{phone}。",
            deep={"a": [(phone, "Gq7-hunter")]},
            password="x",
            other=Path(f"/{phone}"),
        )
        logging.getLogger("uvicorn.error").warning("from %s with Gq7-hunter", phone)
        try:
            _fail(f"cannot read {phone} Gq7-hunter")
        except ValueError:
            log.exception("test.failed")
            logging.getLogger("alembic").exception("failed for %s", phone)
    said = capsys.readouterr().err
    assert not [phone for phone in (*PHONES, "1234", "Gq7", '"x"') if phone in said]
    found = lines(said)
    assert len(found) == 4 * len(PHONES)
    assert found[0] | {"timestamp": ""} == {
        "event": "test.own", "level": "info", "timestamp": "", "text": f"电话{PHONE}。",
        "deep": {"a": [[PHONE, SECRET]]}, "password": SECRET, "other": f"PosixPath('/{PHONE}')",
    }  # fmt: skip
    assert "ValueError: cannot read" in str(found[2]["exception"])
    assert all({"event", "level", "timestamp"} <= set(line) for line in found)
    # Logs of several machines are read together: a moment without its zone could not be.
    assert all(datetime.fromisoformat(line["timestamp"]).tzinfo for line in found)


def test_numbers_and_hashes_of_ours_stay(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True, form="json")
    values = {
        "bytes": 13812345678,
        "seconds": 13.8123456789,
        "sha256": "13812345678" + "a" * 53,
        "known": True,
        "province": None,
    }
    structlog.get_logger().info("test.own", **values)
    (found,) = lines(capsys.readouterr().err)
    assert {name: found[name] for name in values} == values


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_value_cannot_forge_a_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True, form=form)
    forged = 'x\n2026-01-01 00:00:00 [error    ] forged.event\r\n{"event": "forged.event"}\x1b[2J\u2028y'
    structlog.get_logger().info("test.own", text=forged, **{"a\nb": 1})
    structlog.get_logger().info(forged)
    try:
        _fail(forged)
    except ValueError:
        structlog.get_logger().exception("test.failed")
    said = capsys.readouterr().err
    starts = [line for line in said.split("\n") if line and not line.startswith("    | ")]
    assert len(starts) == 3
    assert "\x1b[2J" not in said
    assert not [line for line in starts if line.startswith(("2026-01-01", '{"event": "forged'))]


def _told(number: int) -> None:
    structlog.get_logger().info("test.read", number=number)


def test_whoever_reads_a_mail_in_a_thread_says_which(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from ingest.room.cleanroom import Setup
    from ingest.room.readers import Readers
    from parsers.archives import UnpackLimits
    from store.contents.blobs import Vault
    from tests.quick import prepared

    set_up_logging(verbose=True, form="json")
    setup = Setup(tmp_path, prepared()[0].campaign, UnpackLimits(), 10, 512_000_000)
    readers = Readers(Vault(tmp_path), setup, setup, 2)
    with bound_contextvars(message=7, mailbox="a@b.cn"):
        list(readers._each([1, 2, 3], _told))  # noqa: SLF001 (what gives the threads their work)
    found = lines(capsys.readouterr().err)
    assert [(line["message"], line["mailbox"]) for line in found] == [(7, "a@b.cn")] * 3


SETTINGS = """\
[[mailboxes]]
address = "{user}"
host = "127.0.0.1"
port = {port}
security = "none"
password = "secret"
[monitoring]
log = "json"
[[digest.chats]]
name = "群"
url = "wecombot://693a91f6-7xxx-4bc4"
"""


def test_all_secrets_of_the_settings_are_known_to_the_letter(tmp_path: Path) -> None:
    (tmp_path / "smtp.txt").write_text("smtp-geheim\n", encoding="utf-8")
    more = '[digest.smtp]\nhost = "x.cn"\nusername = "a@x.cn"\npassword_file = "smtp.txt"\n[vault.s3]\nbucket = "zhengji"\nsecret_key = "s3-geheim"\n'
    more += '[database]\nurl = "postgresql+psycopg://u:db-geheim@h/d"\n'
    path = write_settings(tmp_path, SETTINGS.format(user="a@b.cn", port=1) + more)
    found = set(secrets_of(load_settings(path, {})))
    assert {"secret", "smtp-geheim", "s3-geheim", "db-geheim", "693a91f6-7xxx-4bc4"} <= found


def test_it_logs_as_the_settings_say_once_they_are_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True)
    for form in ("console", "json"):
        path = write_settings(tmp_path, f'[monitoring]\nlog = "{form}"\n')
        log_as(load_settings(path, {}))
        structlog.get_logger().info("test.own", number=1)
        said = capsys.readouterr().err
        assert said.startswith("{") == (form == "json")
        assert "test.own" in said


def test_a_poll_of_mails_full_of_phones_says_none_and_names_the_mail_in_every_line(
    account: Account, tmp_path: Path
) -> None:
    """A real poll: mails whose every part holds phones, one that cannot be read, and a mailbox that refuses the login."""
    body = "\n".join((*PHONES, "密码：geheim-im-mail", "电话 13987654321"))
    plain = (
        f"From: 张13812345678 <13812345678@163.com>\r\nSubject: 报送 13812345678\r\nMessage-ID: <a@x>\r\n\r\n{body}\r\n"
    )
    attached = (
        "From: <13812345678@163.com>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name=13812345678.zip\r\n"
        "Content-Disposition: attachment; filename=13812345678.zip\r\n\r\nPK broken 13812345678\r\n"
    )
    account.append_all([(plain.encode(), AFTER), (attached.encode(), AFTER)])
    path = write_settings(tmp_path, SETTINGS.format(user=account.user, port=account.server.port))
    program = (
        "import sys\n"
        "import ingest.intake as intake\n"
        "from ingest.cli import main\n"
        "whole = intake.read_message\n"
        "def broken(desk, message):\n"
        "    if message == 2:\n"
        "        raise ValueError('cannot read 13812345678 of 0571-88886666\\nforged secret')\n"
        "    return whole(desk, message)\n"
        "intake.read_message = broken\n"
        f"sys.argv = ['zhengji', '--config', {str(path)!r}, 'poll']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    told = [line for line in done.stderr.splitlines() if line.startswith("{")]
    found = lines("\n".join(told))
    digits = re.sub(r"[\s-]", "", done.stderr)
    assert not [phone for phone in ("13812345678", "１３８", "88886666", "13987654321", "geheim") if phone in digits]
    about = [line for line in found if "message" in line]
    assert {line["event"] for line in about} >= {"message.kept", "message.read", "message.failed"}
    assert {(line["mailbox"], type(line["message"])) for line in about} == {(account.user, int)}
    assert all(
        line["mailbox"] == account.user for line in found if str(line["event"]).startswith(("poll.", "mailbox."))
    )
    failed = next(line for line in found if line["event"] == "message.failed")
    assert (failed["message"], failed["error"]) == (2, "ValueError")
    assert f"ValueError: cannot read {PHONE}" in str(failed["exception"])


def test_what_nobody_catches_is_logged_without_phones_and_secrets() -> None:
    program = (
        "import threading\n"
        "from config.log import catch_the_rest, set_up_logging\n"
        "set_up_logging(form='json')\n"
        "catch_the_rest()\n"
        "def broken(): raise ValueError('thread of 13812345678')\n"
        "thread = threading.Thread(target=broken, name='looking')\n"
        "thread.start(); thread.join()\n"
        "import warnings; warnings.warn('warned of 13812345678')\n"
        "raise RuntimeError('program of postgresql://u:geheim@h/d')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    found = lines(done.stderr)
    assert [line["event"] for line in found if EVENT.match(str(line["event"]))] == ["thread.crashed", "program.crashed"]
    assert not [word for word in ("13812345678", "geheim") if word in done.stderr]


def test_the_libraries_that_tell_every_step_are_quiet() -> None:
    set_up_logging(verbose=True)
    for name in ("imapclient", "apscheduler", "alembic", "procrastinate"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert threading.excepthook is not None


def events() -> set[str]:
    """Return the names of all events that the code logs."""
    found = set()
    for path in modules():
        text = path.read_text(encoding="utf-8")
        found |= set(
            re.findall(r"log(?:ger\(\))?\.(?:debug|info|warning|error|exception|critical)\(\s*\"([^\"]+)\"", text)
        )
        found |= set(re.findall(r"endured\([^\"]*\"([^\"]+)\"", text))
    return found


def test_every_event_is_explained_to_the_operator() -> None:
    page = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert len(events()) > 40
    assert sorted(one for one in events() if f"`{one}`" not in page) == []
    assert (
        sorted(one for one in re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page, re.MULTILINE) if one not in events())
        == []
    )


def test_the_name_of_an_event_is_one_word_of_a_family() -> None:
    assert [one for one in events() if not EVENT.match(one)] == []
