"""The commands `digest` and `sent` as staff meet them: shown first, tried on oneself, sent once, and what is unclear."""

import io
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import structlog

from config.settings import load_settings
from ingest.cli import main
from ingest.desk import open_desk
from store import sent
from tests.quick import prepare
from tests.robots import Robots
from tests.servers import MailServer

AS_OF = ("--as-of", "2026-07-22T08:30")
SECRET = "token-geheim"


@pytest.fixture
def robots() -> Iterator[Robots]:
    with Robots().running() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, smtp: MailServer, robots: Robots) -> str:
    text = (
        f'[digest]\nrecipients = ["a@b.cn", "c@d.cn"]\n[digest.smtp]\nhost = "127.0.0.1"\nport = {smtp.port}\n'
        'security = "none"\nsender = "box@b.cn"\ntimeout_seconds = 5\n'
        f'[[digest.chats]]\nname = "编辑部群"\nurl = "json://127.0.0.1:{robots.port}/{SECRET}"\n'
    )
    return str(prepare(tmp_path / "desk", text))


@dataclass(frozen=True)
class Done:
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def run(config: str, *arguments: str) -> Done:
    """Run a command here, where that is quick; tests/test_cli.py runs some as processes of their own."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    root, code = logging.getLogger(), 0
    handlers, level = root.handlers[:], root.level
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["zhengji", "--config", config, *arguments])
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    done = Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]
    assert SECRET not in done.stdout + done.stderr
    return done


def rows(config: str) -> list[sent.Sending]:
    desk = open_desk(load_settings(Path(config), {}))
    try:
        return list(sent.every(desk.store))
    finally:
        desk.close()


def test_a_dry_run_shows_recipients_and_text_as_they_would_go_and_does_nothing(
    config: str, smtp: MailServer, robots: Robots
) -> None:
    shown = run(config, "digest", *AS_OF, "--dry-run")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "没有发送，也没有登记" in shown.stdout
    assert "a@b.cn　邮件，将发送（" in shown.stdout
    assert "编辑部群（本机）　本机，将发送（" in shown.stdout
    assert (smtp.recipients, robots.asked, rows(config)) == ([], [], [])
    assert not (Path(config).parent / "data" / "digests").exists()
    assert run(config, "digest", *AS_OF, "--send").returncode == 0
    plain = smtp.mails[0].get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert plain.replace("\r\n", "\n").rstrip() in shown.stdout
    assert f"主题：{smtp.mails[0]['Subject']}\n" in shown.stdout
    assert robots.asked[0].body["message"] in shown.stdout


def test_a_dry_run_says_who_had_it_and_who_waits_and_of_whom_nobody_knows(config: str, smtp: MailServer) -> None:
    smtp.silent.add("a@b.cn")
    smtp.refused.add("c@d.cn")
    assert run(config, "digest", *AS_OF, "--send").returncode == 1
    shown = run(config, "digest", *AS_OF, "--dry-run").stdout
    assert "a@b.cn　邮件，不知道是否送达（邮件已交给发信服务器" in shown
    assert "c@d.cn　邮件，将发送（" in shown
    assert "上次未发出：收件地址被拒绝（550）" in shown
    assert "编辑部群（本机）　本机，已发送（" in shown


def test_a_test_goes_to_oneself_and_the_days_digest_still_goes_to_all(config: str, smtp: MailServer) -> None:
    shown = run(config, "digest", *AS_OF, "--dry-run", "--to", "me@b.cn").stdout
    assert "me@b.cn　测试邮件，将发送（" in shown
    assert "主题：【测试】" in shown
    assert run(config, "digest", *AS_OF, "--to", "me@b.cn").stdout.endswith("me@b.cn：已发送\n")
    assert smtp.recipients == ["me@b.cn"]
    assert smtp.mails[0]["Subject"].startswith("【测试】")
    assert run(config, "digest", *AS_OF, "--send").returncode == 0
    assert smtp.recipients == ["me@b.cn", "a@b.cn", "c@d.cn"]


def test_what_is_unclear_is_told_not_repeated_and_let_go_again_by_a_person(config: str, smtp: MailServer) -> None:
    smtp.silent.add("c@d.cn")
    first = run(config, "digest", *AS_OF, "--send")
    assert first.returncode == 1
    assert "c@d.cn：不知道是否送达" in first.stderr
    smtp.silent.clear()
    second = run(config, "digest", *AS_OF, "--send")
    assert second.returncode == 1
    assert "zhengji digest --send --again c@d.cn" in second.stderr
    assert Counter(smtp.recipients) == {"a@b.cn": 1, "c@d.cn": 1}
    tomorrow = run(config, "digest", "--as-of", "2026-07-23T08:30", "--dry-run")
    assert "7月22日的日报不知道是否送达 c@d.cn" in tomorrow.stderr
    assert "7月22日的日报不知道是否送达 c@d.cn" in tomorrow.stdout
    again = run(config, "digest", "--send", "--again", "c@d.cn", "--person", "陈静", "--note", "电话问过")
    assert (again.returncode, again.stdout) == (0, "c@d.cn：已发送\n")
    assert Counter(smtp.recipients) == {"a@b.cn": 1, "c@d.cn": 2}
    refused = run(config, "digest", "--send", "--again", "c@d.cn")
    assert refused.returncode == 2
    assert "没有不明的" in refused.stderr
    listed = run(config, "sent").stdout
    assert "陈静" in listed
    assert "不知道是否送达" not in listed


def test_what_was_sent_is_listed_and_given_back_as_it_went(config: str, smtp: MailServer, tmp_path: Path) -> None:
    assert "还没有发过日报" in run(config, "sent").stdout
    run(config, "digest", *AS_OF, "--send")
    listed = run(config, "sent").stdout
    assert all(word in listed for word in ("2026-07-22", "邮件", "a@b.cn", "已发送", "本机", "编辑部群"))
    assert "还没有发过日报" in run(config, "sent", "--as-of", "2026-01-01").stdout
    target = tmp_path / "日报.eml"
    assert run(config, "sent", "1", "-o", str(target)).stdout == f"{target}\n"
    assert target.read_bytes() == smtp.raw[0]
    assert message_from_bytes(target.read_bytes(), policy=policy.default)["To"] == "a@b.cn"
    assert "今天需要处理" in run(config, "sent", "3").stdout or "没有需要人工处理" in run(config, "sent", "3").stdout
    assert run(config, "sent", "99").returncode == 2


def test_a_worker_and_a_person_at_once_send_each_one_once(config: str, smtp: MailServer, robots: Robots) -> None:
    command = [sys.executable, "-m", "ingest.cli", "--config", config, "digest", *AS_OF, "--send"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate()[0].decode() for process in both]
    assert Counter(smtp.recipients) == {"a@b.cn": 1, "c@d.cn": 1}
    assert len(robots.asked) == 1
    assert sum(one.count("已发送") for one in said) == 3
    assert [process.returncode for process in both] == [0, 0]


def test_groups_get_theirs_where_the_mail_server_is_not_set_and_that_is_said(config: str, robots: Robots) -> None:
    text = Path(config).read_text(encoding="utf-8")
    start, end = text.index("[digest.smtp]"), text.index("[[digest.chats]]")
    Path(config).write_text(text[:start] + text[end:], encoding="utf-8")
    done = run(config, "digest", *AS_OF, "--send")
    assert done.returncode == 1
    assert "编辑部群（本机）：已发送" in done.stdout
    assert "a@b.cn：未发出，没有设置发信服务器" in done.stderr
    assert len(robots.asked) == 1
    assert "没有设置发信服务器" in run(config, "digest", *AS_OF, "--to", "me@b.cn").stderr


@pytest.mark.parametrize("arguments", [("--again", "a@b.cn"), ("--send", "--dry-run"), ("--send", "--to", "me@b.cn")])
def test_options_that_contradict_each_other_are_one_line(config: str, arguments: tuple[str, ...]) -> None:
    done = run(config, "digest", *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_digest_of_a_day_to_come_is_sent_with_a_warning(config: str) -> None:
    ahead = f"{datetime.now(UTC).year + 1}-07-22"
    assert "还没有到" in run(config, "digest", "--as-of", ahead, "--send").stderr


def test_check_config_names_recipients_and_groups_and_no_address_of_a_group(config: str, tmp_path: Path) -> None:
    shown = run(config, "check-config").stdout
    assert "收日报的人：a@b.cn、c@d.cn；群：编辑部群（本机）" in shown
    path, text = Path(config), Path(config).read_text(encoding="utf-8")
    (tmp_path / "secret").write_text(
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=token-geheim\n", encoding="utf-8"
    )
    path.write_text(text[: text.index("url =")] + f'url_file = "{tmp_path}/secret"\n', encoding="utf-8")
    done = run(config, "check-config")
    assert done.returncode == 2
    assert "请写作 wecombot://密钥" in done.stderr
