"""`zhengji init` asks, tries everything on real servers, and writes a file that works; or nothing at all."""

import os
import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from ingest.setup import chinese, english
from ingest.setup.providers import PROVIDERS, find_provider
from tests.inbox import mail
from tests.sample import day
from tests.servers import Dovecot, MailServer
from tests.test_architecture import ROOT
from tests.wizards import (
    ADDRESSES,
    PLAIN,
    Asked,
    clean_environment,
    mailbox_lines,
    smtp_lines,
    zhengji,
    zhengji_process,
)

CAMPAIGN = ["", "", ""]
NO_SENDING = ["", "n", "n"]
SQLITE = ["1", ""]
TIME, WRITE = [""], [""]


@pytest.fixture(scope="module")
def sender(certificate: Path) -> Iterator[MailServer]:
    server = MailServer(certificate=certificate)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()
    }


def settings(folder: Path, name: str = "zhengji.toml") -> Settings:
    return load_settings(folder / name, {})


def both(dovecot: Dovecot, **given: str) -> list[str]:
    """Return the answers for both published addresses; the second is with whoever hosts the first."""
    first = mailbox_lines(dovecot, **given)
    return ["y", *first, "y", *first, "n"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_asks_in_both_languages_and_what_it_wrote_polls_the_mailboxes(
    dovecot: Dovecot, sender: MailServer, postgres_url: str, tmp_path: Path, language: str
) -> None:
    account = dovecot.account(ADDRESSES[0])
    letter = mail("x@y.example", f"机票{language}", day("07-21T10:00:00"))
    account.append(letter, day("07-21T10:00:00"), f"案例{language}")
    sending = ["陈静 <x", "editor@ecpmi.org.cn，boss@ecpmi.org.cn", *smtp_lines(sender), "y", "me@ecpmi.org.cn"]
    chats = ["y", "编辑部群", "https://qyapi.weixin.qq.com/x?key=1", "wecombot://abcdefgh-1234", "n"]
    database = ["2", postgres_url.replace("postgresql+psycopg", "postgresql"), ""]
    lines = [*CAMPAIGN, *both(dovecot), *sending, *chats, *database, "25:00", "8：05", *WRITE]
    sender.recipients.clear()
    run = zhengji_process if language == "zh" else zhengji
    done = run(tmp_path, "init", "--language", language, lines=lines)
    assert done.code == 0, done.out + done.error
    sentences = {"zh": chinese.SENTENCES, "en": english.SENTENCES}[language]
    assert sentences["trouble"] not in done.out
    assert sentences["next"].format(config="") in done.out
    assert sender.recipients == ["me@ecpmi.org.cn"]
    # The user name of the server is no address: who sends is offered for the test.
    assert f"{sentences['smtp.test_to']} [box@ecpmi.org.cn]" in done.out
    # The folders of the mailbox were shown with what is in them.
    assert f"案例{language} 1" in done.out
    made = settings(tmp_path)
    assert [one.address for one in made.accounts] == list(ADDRESSES)
    assert made.digest.recipients == ("editor@ecpmi.org.cn", "boss@ecpmi.org.cn")
    assert made.digest.time.isoformat() == "08:05:00"
    assert made.digest.chats[0].address == "wecombot://abcdefgh-1234"
    assert made.digest.smtp is not None
    assert (made.digest.smtp.secret, made.digest.smtp.sender) == (sender.password, "box@ecpmi.org.cn")
    assert made.database_url == postgres_url
    assert set(modes(tmp_path).values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    text = (tmp_path / "zhengji.toml").read_text(encoding="utf-8")
    assert not [word for word in (f'"{dovecot.password}"', sender.password, "abcdefgh-1234") if word in text + done.out]
    polled = zhengji(tmp_path, "poll")
    assert polled.code == 0, polled.error
    assert f"{ADDRESSES[0]}：新来信 " in polled.out


def test_nothing_of_the_comments_is_lost(dovecot: Dovecot, tmp_path: Path) -> None:
    lines = [*CAMPAIGN, *both(dovecot), *NO_SENDING, *SQLITE, *TIME, *WRITE]
    assert zhengji(tmp_path, "init", "--language", "zh", lines=lines).code == 0
    zhengji(tmp_path, "init", "--blank", "blank.toml")
    blank = (tmp_path / "blank.toml").read_text(encoding="utf-8").splitlines()
    made = (tmp_path / "zhengji.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in blank if line not in made] == []
    assert modes(tmp_path)["zhengji.toml"] == 0o600


def test_a_wrong_password_is_said_and_the_right_one_taken(dovecot: Dovecot, tmp_path: Path) -> None:
    wrong = ["y", *mailbox_lines(dovecot, "falsch"), "1", "", f"\u3000 {dovecot.password}\u200b ", "n", "n"]
    done = zhengji(tmp_path, "init", "--language", "zh", lines=[*CAMPAIGN, *wrong, *NO_SENDING, *SQLITE, *TIME, *WRITE])
    assert done.code == 0
    assert "没有登录成功：邮箱拒绝登录：" in done.out
    assert "falsch" not in done.out
    # The one address that was left out is told.
    assert f"请注意：{ADDRESSES[1]} 没有设置" in done.out
    assert settings(tmp_path).accounts[0].secret == dovecot.password


def test_a_wrong_port_and_a_certificate_that_nobody_vouches_for_are_mended_on_the_spot(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    own = str(dovecot.folder / "cert.pem")
    begin = ["y", "7", "localhost", "1", "70000", "1", "", "", dovecot.password]
    foreign = ["2", "", "1", str(dovecot.tls_port), ""]
    right = ["2", "", "1", str(dovecot.tls_port), "/no/such.pem", own, "n", "n"]
    lines = [*CAMPAIGN, *begin, *foreign, *right, *NO_SENDING, *SQLITE, *TIME, *WRITE]
    done = zhengji(tmp_path, "init", "--language", "zh", lines=lines)
    assert done.code == 0, done.out
    for said in ("70000”不是端口", "连不上", "证书不可信", "没有这个文件"):
        assert said in done.out
    assert (settings(tmp_path).accounts[0].port, str(settings(tmp_path).accounts[0].ca_file)) == (dovecot.tls_port, own)


def test_a_sending_server_that_refuses_is_said_and_mended(dovecot: Dovecot, sender: MailServer, tmp_path: Path) -> None:
    sending = ["a@b.cn", *smtp_lines(sender, "falsch"), "1", sender.username, sender.password, "n", "n"]
    lines = [*CAMPAIGN, *both(dovecot), *sending, *SQLITE, *TIME, *WRITE]
    done = zhengji(tmp_path, "init", "--language", "en", lines=lines)
    assert done.code == 0, done.out
    assert "refuses the login (535)" in done.out
    smtp = settings(tmp_path).digest.smtp
    assert smtp is not None
    assert smtp.secret == sender.password


def test_a_database_that_cannot_be_used_is_said_and_asked_for_again(
    dovecot: Dovecot, postgres_url: str, tmp_path: Path
) -> None:
    away = ["2", "mysql://x@y/z", "postgresql+psycopg://u@127.0.0.1:1/z", "geheim&#/?", "1"]
    unwritable = ["1", "/proc/none/zhengji.db", "1"]
    lines = [*CAMPAIGN, *both(dovecot), *NO_SENDING, *away, *unwritable, "2", postgres_url, "", *TIME, *WRITE]
    done = zhengji(tmp_path, "init", "--language", "zh", lines=lines)
    assert done.code == 0, done.out
    for said in ("请写作 postgresql+psycopg", "数据库打不开", "SQLite 3", "但用不了", "PostgreSQL 1"):
        assert said in done.out
    assert "geheim" not in done.out
    assert settings(tmp_path).database_url == postgres_url


HOSTILE = ['"], [x]\n', "'''", "\\", '\\"', "#", "\x7f\x00\x1b[31m", "\u202e", "a = 1", "{why}", "ü", "🙂"]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_the_file_is_valid_and_means_what_was_typed(
    dovecot: Dovecot, tmp_path: Path, text: str
) -> None:
    typed = f"a{text.strip()}z"
    address = f"{typed.replace(' ', '')}@ecpmi.org.cn"
    box = ["n", "n", "y", address, *mailbox_lines(dovecot, typed, PLAIN)]
    box = [*box, "3", "n"]
    chats = ["y", typed, "wecombot://abcdefgh", "n"]
    lines = [*CAMPAIGN, *box, "", "n", *chats, "1", f"{typed}.db", *TIME, *WRITE]
    done = zhengji(tmp_path, "init", "--language", "zh", lines=lines)
    assert done.code == 0, done.out + done.error
    tomllib.loads((tmp_path / "zhengji.toml").read_text(encoding="utf-8"))
    seen = "".join(one for one in typed if one.isprintable())
    made = settings(tmp_path)
    assert made.accounts[0].address == f"{seen.replace(' ', '')}@ecpmi.org.cn"
    assert made.accounts[0].secret == seen
    assert made.digest.chats[0].name == seen
    assert made.database.url == f"sqlite:///{seen}.db"
    assert {path.parent for path in tmp_path.rglob("*.txt")} == {tmp_path / "secrets"}


def test_an_answer_that_makes_no_sense_is_asked_again(dovecot: Dovecot, tmp_path: Path) -> None:
    campaign = ["2025-haofuwu", "", "none.toml", "", "none.csv", ""]
    box = ["vielleicht", "n", "n", "y", "no address", "@", "box@own.example", "99", *mailbox_lines(dovecot), "是"]
    twice = ["BOX@own.example", "box2@own.example", *mailbox_lines(dovecot), "不"]
    done = zhengji(
        tmp_path, "init", "--language", "zh", lines=[*campaign, *box, *twice, *NO_SENDING, *SQLITE, *TIME, *WRITE]
    )
    assert done.code == 0, done.out
    for said in ("没有名为 2025-haofuwu", "文件不存在", "请回答 y", "不是邮箱地址", "请输入 1 到 7", "已经设置过了"):
        assert said in done.out


def nothing_is_written(folder: Path) -> bool:
    return list(folder.iterdir()) == []


def test_where_the_answers_end_nothing_is_written(dovecot: Dovecot, tmp_path: Path) -> None:
    lines = [*CAMPAIGN, *both(dovecot), *NO_SENDING, *SQLITE, *TIME, *WRITE]
    for count in range(len(lines)):
        done = zhengji(tmp_path, "init", "--language", "zh", lines=lines[:count])
        assert done.code == 1
        assert "什么也没有写下" in done.error
        assert nothing_is_written(tmp_path)


@pytest.mark.parametrize("before", [0, 9])
def test_ctrl_c_leaves_nothing_half(dovecot: Dovecot, tmp_path: Path, before: int) -> None:
    lines = [*CAMPAIGN, *both(dovecot), *NO_SENDING, *SQLITE, *TIME]
    command = [str(Path(sys.executable).parent / "zhengji"), "init", "--language", "en"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**clean_environment(), "PYTHONUNBUFFERED": "1"},
    ) as asking:  # fmt: skip
        assert asking.stdin is not None
        assert asking.stdout is not None
        asking.stdin.write("".join(f"{line}\n" for line in lines[:before]).encode())
        asking.stdin.flush()
        # Once it has said hello it waits for answers, or is in the midst of them.
        asking.stdout.readline()
        asking.send_signal(signal.SIGINT)
        _, error = asking.communicate(timeout=120)
    assert asking.returncode == 1
    assert b"nothing was written" in error
    assert b"Traceback" not in error
    assert nothing_is_written(tmp_path)


@pytest.mark.parametrize("where", ["secret", "settings", "load", "name"])
def test_an_interruption_amid_the_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    from ingest.setup import writing
    from ingest.setup.answers import Answers, Secret

    calls = {"secret": "_write_own", "settings": "filled", "load": "load_settings", "name": "_name"}
    real = getattr(writing, calls[where])

    def interrupted(*arguments: object) -> None:
        if where in {"secret", "name"}:
            real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, calls[where], interrupted)
    old = tmp_path / "zhengji.toml"
    old.write_text("# mine", encoding="utf-8")
    box = {"address": "a@b.cn", "host": "h", "password_file": Secret("a@b.cn", "geheim")}
    with pytest.raises(KeyboardInterrupt):
        writing.write(old, Answers(mailboxes=[box]), tmp_path / "zhengji.toml.old")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"zhengji.toml": "# mine"}


def test_a_file_that_is_there_is_replaced_only_when_that_is_wanted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "zhengji.toml"
    path.write_text("# mine", encoding="utf-8")
    done = zhengji(tmp_path, "init", "--language", "zh", lines=[""])
    assert (done.code, path.read_text(encoding="utf-8")) == (1, "# mine")
    lines = ["y", *CAMPAIGN, "n", "n", "n", *NO_SENDING, *SQLITE, *TIME, *WRITE]
    assert zhengji(tmp_path, "init", "--language", "zh", lines=lines).code == 0
    (kept,) = (one for one in tmp_path.iterdir() if one.name.startswith("zhengji.toml."))
    assert kept.read_text(encoding="utf-8") == "# mine"
    assert "[database]" in path.read_text(encoding="utf-8")


def test_a_secret_that_is_there_is_never_overwritten(dovecot: Dovecot, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    old = tmp_path / "secrets" / f"{ADDRESSES[0]}.txt"
    old.write_text("old", encoding="utf-8")
    lines = [*CAMPAIGN, *both(dovecot), *NO_SENDING, *SQLITE, *TIME, *WRITE]
    assert zhengji(tmp_path, "init", "--language", "zh", "other.toml", lines=lines).code == 0
    assert old.read_text(encoding="utf-8") == "old"
    assert settings(tmp_path, "other.toml").accounts[0].secret == dovecot.password


def test_without_a_terminal_it_writes_the_commented_file_and_asks_nothing(tmp_path: Path) -> None:
    done = zhengji(tmp_path, "init")
    assert (done.code, "check-config" in done.out) == (0, True)
    assert settings(tmp_path).mailboxes == ()


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_on_a_terminal_it_asks_for_the_language_first_and_shows_no_password(dovecot: Dovecot, tmp_path: Path) -> None:
    done = on_terminal(tmp_path, ["English", *CAMPAIGN, *both(dovecot), *NO_SENDING, *SQLITE, *TIME, *WRITE])
    assert done.code == 0, done.out
    assert done.out.index("语言 / Language") < done.out.index("This sets zhengji up")
    assert dovecot.password not in done.out.replace("secrets/", "")
    assert settings(tmp_path).accounts[1].secret == dovecot.password


def on_terminal(folder: Path, lines: list[str]) -> Asked:
    """Run the wizard on a pseudo-terminal, and type a line whenever it waits for one."""
    import pty
    import select

    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).parent / "zhengji"), "init"]
    said, waiting = b"", list(lines)
    with subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=clean_environment(), start_new_session=True
    ) as asking:
        os.close(theirs)
        seen = 0
        while asking.poll() is None or select.select([ours], [], [], 0)[0]:
            if select.select([ours], [], [], 0.05)[0]:
                try:
                    said += os.read(ours, 65_536)
                except OSError:
                    break
            # A prompt ends with a colon and a space.
            elif waiting and said[seen:].endswith(b": "):
                seen = len(said)
                os.write(ours, f"{waiting.pop(0)}\n".encode())
    os.close(ours)
    return Asked(asking.returncode, said.decode(), "")


def test_a_provider_without_passwords_is_asked_for_a_command_that_gives_tokens(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    server = ["n", "localhost", "1", str(dovecot.tls_port), str(dovecot.folder / "cert.pem")]
    box = ["n", "n", "y", "box@gmail.com", *server, "'", "", "printf 'to ken'", "3", "n"]
    done = zhengji(tmp_path, "init", "--language", "zh", lines=[*CAMPAIGN, *box, *NO_SENDING, *SQLITE, *TIME, *WRITE])
    assert done.code == 0, done.out
    assert "box@gmail.com 是Gmail（Google）" in done.out
    assert "docs/mail-servers.md" in done.out
    (account,) = settings(tmp_path).accounts
    assert (account.auth, account.token_command) == ("xoauth2", ("printf", "to ken"))


@pytest.mark.parametrize(
    ("address", "imap"),
    [
        ("a@163.com", "imap.163.com"),
        ("a@VIP.163.com", "imap.163.com"),
        ("a@126.com", "imap.126.com"),
        ("a@yeah.net", "imap.yeah.net"),
        ("a@foxmail.com", "imap.qq.com"),
        ("a@outlook.com", "outlook.office365.com"),
    ],
)
def test_a_provider_is_known_by_its_domain(address: str, imap: str) -> None:
    provider = find_provider(address)
    assert provider is not None
    assert provider.imap == imap


def test_every_provider_has_its_name_its_hint_and_its_row_in_the_documentation() -> None:
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    for provider in PROVIDERS:
        for sentences in (chinese.SENTENCES, english.SENTENCES):
            assert {provider.hint, f"provider.{provider.key}"} <= set(sentences)
        assert f"`{provider.imap}` {provider.imap_port}" in page
        assert f"`{provider.smtp}` {provider.smtp_port}" in page
    assert find_provider("a@own.example") is None


def test_both_languages_know_the_same_sentences_with_the_same_fields() -> None:
    from string import Formatter

    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    assert list(chinese.SENTENCES) == list(english.SENTENCES)
    # Reasons of other parts of the program are in Chinese, and left out in English where its sentence says the same.
    said = {"why", "host"}
    for key, sentence in chinese.SENTENCES.items():
        assert fields(sentence) - said == fields(english.SENTENCES[key]) - said, key
