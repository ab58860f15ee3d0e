"""`zhengji console` and `zhengji user` as an operator runs them: processes that start, say what is wrong, and stop."""

import errno
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.console import ConsoleSettings
from config.errors import ConfigError
from config.settings import load_settings
from ingest.cli import cli
from ingest.console import listening
from store import accounts, activity
from tests.consoles import PASSWORD
from tests.quick import again, prepare
from tests.servers import free_port
from tests.test_cli import zhengji

# Other tests may keep the machine busy; who never stops does not do so in a minute and a half either.
PATIENCE = 180
LIMIT = 90
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("operator"), "")


@dataclass
class Process:
    """A running `zhengji console`, and what it says on standard error."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def line(self) -> socket.socket:
        """Return a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def stop(self, by: signal.Signals) -> tuple[int, float]:
        """Stop it by a signal; return its exit code, and after how many seconds it came."""
        began = time.monotonic()
        self.process.send_signal(by)
        return self.process.wait(PATIENCE), time.monotonic() - began


@contextmanager
def console(config: Path, *arguments: str) -> Iterator[Process]:
    """Give a console that answers; killed at the end where it still runs."""
    port, log = free_port(), config.with_name("console.log")
    command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "console", "--port", str(port), *arguments]
    with log.open("wb") as output, subprocess.Popen(command, stderr=output, cwd=config.parent) as process:
        made = Process(process, port, log)
        try:
            # It listens at once and answers once it has looked around.
            end = time.monotonic() + PATIENCE
            while not listens(port) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            with made.line() as line:
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert line.recv(65_536).startswith(b"HTTP/1.1 200"), log.read_text("utf-8")
            yield made
        finally:
            process.kill()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# Stopping


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_seconds_whoever_is_still_sending_or_reading(config: Path, by: signal.Signals) -> None:
    arguments = ("--host", "0.0.0.0") if by == signal.SIGINT else ()
    with (
        console(config, *arguments) as running,
        running.line() as idle,
        running.line() as sending,
        running.line() as slow,
    ):
        idle.sendall(GET)
        idle.recv(1)
        sending.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nname=")
        # Whoever asks for much and reads nothing of it.
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(GET.replace(b"GET /", b"GET /static/htmx.min.js") * 50)
        code, seconds = running.stop(by)
        said = running.log.read_text(encoding="utf-8")
        assert code == 0, said
        assert seconds < LIMIT
        assert "Traceback" not in said
        assert ("注意：别的电脑还打不开" in said) is bool(arguments)
        assert ("注意：没有 TLS" in said) is bool(arguments)
        assert "还没有账号，请先运行：zhengji user add 姓名 --role admin" in said
        assert "操作台已打开：http://" in said
        assert not listens(running.port)


def test_it_stops_while_it_still_starts(config: Path) -> None:
    port, log = free_port(), config.with_name("starting.log")
    command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "console", "--port", str(port)]
    with log.open("wb") as output, subprocess.Popen(command, stderr=output, cwd=config.parent) as process:
        end = time.monotonic() + PATIENCE
        while not listens(port) and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text(encoding="utf-8")


# Where it listens


def test_a_port_that_is_taken_is_told_in_one_line(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = zhengji("--config", str(config), "console", "--port", str(other.getsockname()[1]))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("zhengji: 端口 ")
    assert "已被占用" in done.stderr


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(ConfigError, match="192.0.2.1 不是本机的地址"):
        listening.listen("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EACCES, "没有权限使用端口 80"), (errno.EADDRINUSE, "端口 80 已被占用"), (errno.ENOBUFS, "打不开")],
)
def test_each_trouble_of_listening_has_its_words(monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    def refused(*_: object) -> socket.socket:
        raise OSError(number, os.strerror(number))

    # Who runs the tests may use every port.
    monkeypatch.setattr(listening, "_open", refused)
    with pytest.raises(ConfigError, match=said):
        listening.listen("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 300, "127.0.0.1:80", "http://127.0.0.1"])
def test_a_host_that_is_none_is_told(host: str) -> None:
    with pytest.raises(ConfigError, match="不认识地址"):
        listening.listen(host, 8360)


def test_a_name_with_several_addresses_is_listened_at_all_that_there_are() -> None:
    opened = listening.listen("localhost", 0)
    try:
        assert opened
        assert all(one.getsockname()[0] in ("127.0.0.1", "::1") for one in opened)
    finally:
        for one in opened:
            one.close()


@pytest.mark.parametrize(
    ("host", "settings", "said"),
    [
        ("127.0.0.1", {}, []), ("::1", {}, []), ("localhost", {}, []), ("127.8.8.8", {}, []),
        ("0.0.0.0", {}, ["别的电脑还打不开", "没有 TLS"]), ("::", {"hosts": ("a.cn",)}, ["没有 TLS"]),
        ("192.0.2.1", {"hosts": ("a.cn",), "proxies": ("192.0.2.2",)}, ["请只让反向代理 192.0.2.2"]),
    ],
)  # fmt: skip
def test_whoever_opens_it_to_others_is_warned(host: str, settings: dict[str, tuple[str]], said: list[str]) -> None:
    lines = list(listening.warnings(ConsoleSettings(**settings), host))  # type: ignore[arg-type]
    assert len(lines) == len(said)
    assert all(word in line for word, line in zip(said, lines, strict=True))


@pytest.mark.parametrize(
    "line",
    ['proxies = ["*"]', 'proxies = ["0.0.0.0/0"]', 'proxies = ["nginx"]', 'proxies = ["::/0"]', 'hosts = ["*"]',
     'hosts = ["https://a.cn"]', 'hosts = ["a.cn:443"]', 'hosts = [""]'],
)  # fmt: skip
def test_settings_that_would_believe_everybody_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "zhengji.toml"
    path.write_text(f'[campaign]\nid = "2026-haofuwu"\n[console]\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=line.partition(" ")[0]):
        load_settings(path, {})


# Accounts


def user(config: Path, *arguments: str, given: str = "") -> tuple[int, str]:
    """Return exit code and words of a command that gets a line on standard input; the process of it is tested below."""
    done = CliRunner().invoke(cli, ["--config", str(config), "user", *arguments], input=f"{given}\n")
    told = isinstance(done.exception, ConfigError)
    return (2, str(done.exception)) if told else (done.exit_code, done.output)


def test_an_operator_keeps_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGJI_PERSON", "运维")
    config = prepare(tmp_path, "")
    steps = (
        (("add", " 陈  静", "--role", "admin", "--password-stdin"), 0, "已建账号 陈 静（管理员）\n"),
        (("add", "陈 静", "--password-stdin"), 2, "已有账号 陈 静"),
        (("add", "a\u200bb", "--password-stdin"), 2, "姓名要在 1 到 60 个字之间，没有看不见的字符"),
        (("role", "陈静", "editor"), 2, "没有账号 陈静，全部列在 zhengji user list 里"),
        (("password", "陈 静", "--password-stdin"), 0, "陈 静 的密码已改，已登录的须重新登录\n"),
        (("end", "陈　静"), 0, "陈 静 已从 0 处退出\n"),
        (("disable", "陈 静"), 0, "陈 静 已停用\n注意：现在没有管理员能登录了；需要时请运行 zhengji user add 或 role、enable\n"),
        (("enable", "陈 静"), 0, "陈 静 可以登录了\n"),
    )  # fmt: skip
    for arguments, code, said in steps:
        assert user(config, *arguments, given=PASSWORD) == (code, said), arguments
    code, said = user(config, "add", "王读", "--password-stdin", given="123456789")
    assert (code, "密码要有 10 到 200 个字符" in said) == (2, True)
    assert user(config, "list")[1].startswith("陈 静：管理员，运维 20")
    with again(config) as desk:
        rows, _ = activity.latest(desk.store, 50)
        assert [(row.person, row.action, row.target) for row in reversed(rows)] == [
            ("运维", deed, "陈 静") for deed in ("新建账号", "重设密码", "结束登录", "停用账号", "恢复账号")
        ]
        assert PASSWORD not in str(rows)
        assert accounts.sign_in(desk.store, "陈 静", PASSWORD)


def test_a_password_is_asked_for_twice_on_a_terminal_and_not_shown(tmp_path: Path) -> None:
    config = prepare(tmp_path, "")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "ingest.cli", "--config", str(config), "user", "add", "陈静", "--role", "admin"]
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, close_fds=True)
    os.close(follower)
    said = typed(leader, process, ["something else", PASSWORD, PASSWORD, PASSWORD])
    assert process.wait(PATIENCE) == 0, said
    os.close(leader)
    assert PASSWORD not in said
    assert "密码（至少 10 个字符）" in said
    with again(config) as desk:
        assert accounts.sign_in(desk.store, "陈静", PASSWORD)


def typed(leader: int, process: subprocess.Popen[bytes], answers: list[str]) -> str:
    """Type an answer to every question; return all that the terminal showed."""
    said, waiting, end = b"", list(answers), time.monotonic() + PATIENCE
    asked = 0
    while time.monotonic() < end:
        if not select.select([leader], [], [], 0.1)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            said += os.read(leader, 4096)
        except OSError:
            break
        if said.count(b": ") > asked and said.endswith(b": ") and waiting:
            asked = said.count(b": ")
            os.write(leader, f"{waiting.pop(0)}\n".encode())
    return said.decode(errors="replace")
