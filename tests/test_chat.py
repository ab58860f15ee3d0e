"""Chat groups: what the real plugins of Apprise ask for, what counts as an answer, and that no address is ever shown."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config.chats import ChatSettings, chat_trouble
from ingest.telling import chat
from ingest.telling.chat import write
from tests.robots import Robots, hosts_certificate

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "3a0f1c2b4d5e6f708192a3b4c5d6e7f8"
WECOM, DINGTALK, FEISHU = f"wecombot://{KEY}", f"dingtalk://SECabc123def456@{TOKEN}", f"feishu://{KEY}"
TEXT = "2026年住宅小区“好服务”案例征集日报（7月20日）\n今天需要处理 3 项；距截止还有 16 天\n· 打不开的文件 1 项"


def group(url: str) -> ChatSettings:
    return ChatSettings.model_validate({"name": "编辑部群", "url": url})


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hosts_certificate(tmp_path_factory.mktemp("robots"))


@pytest.fixture
def robots(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Robots]:
    with Robots(trusted).running() as running:
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield running


def test_a_wecom_robot_is_asked_once_with_the_text_as_it_is(robots: Robots) -> None:
    assert write(group(WECOM), TEXT).state == "sent"
    (asked,) = robots.asked
    assert (asked.host, asked.line) == ("qyapi.weixin.qq.com", f"POST /cgi-bin/webhook/send?key={KEY} HTTP/1.1")
    assert asked.body == {"msgtype": "text", "text": {"content": TEXT}}


def test_a_dingtalk_robot_is_asked_with_a_signature_and_calls_nobody_by_name(robots: Robots) -> None:
    assert write(group(DINGTALK), TEXT).state == "sent"
    (asked,) = robots.asked
    assert asked.host == "oapi.dingtalk.com"
    assert asked.line.startswith(f"POST /robot/send?access_token={TOKEN}&timestamp=")
    assert "&sign=" in asked.line
    assert asked.body == {"msgtype": "text", "at": {"atMobiles": [], "isAtAll": False}, "text": {"content": TEXT}}


def test_a_feishu_robot_is_asked_with_the_text_as_it_is(robots: Robots) -> None:
    assert write(group(FEISHU), TEXT).state == "sent"
    (asked,) = robots.asked
    assert asked.host == "open.feishu.cn"
    assert asked.line.startswith(f"POST /open-apis/bot/v2/hook/{KEY}")
    assert asked.body == {"msg_type": "text", "content": {"text": TEXT}}


@pytest.mark.parametrize(
    ("url", "answer", "says"),
    [
        (WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, "已被移出群"),
        (WECOM, {"errcode": 40058, "errmsg": "x"}, "没有收下（错误码 40058）"),
        (DINGTALK, {"errcode": 310000, "errmsg": "keywords not in content"}, "关键词须是“日报”"),
        (FEISHU, {"code": 19024, "msg": "Key Words Not Found"}, "关键词须是“日报”"),
    ],
)
def test_a_no_with_status_200_is_a_failure_that_is_said(
    robots: Robots, url: str, answer: dict[str, object], says: str
) -> None:
    robots.body = json.dumps(answer).encode()
    delivery = write(group(url), TEXT)
    assert delivery.state == "failed"
    assert says in delivery.reason


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "302 Found"])
def test_another_status_is_a_failure_and_no_redirect_is_followed(robots: Robots, status: str) -> None:
    robots.status, robots.headers = status, "Location: https://open.feishu.cn/elsewhere\r\n"
    delivery = write(group(WECOM), TEXT)
    assert delivery.state == "failed"
    assert status[:3] in delivery.reason
    assert len(robots.asked) == 1


@pytest.mark.parametrize("body", [b"<html>hotel network</html>", b"", b"[]", b'{"errmsg": "ok"}', b'{"errcode": "?"}'])
def test_an_answer_that_nobody_understands_is_unclear(robots: Robots, body: bytes) -> None:
    robots.body = body
    assert write(group(WECOM), TEXT).state == "unclear"


@pytest.mark.parametrize("manner", ["drop", "silent"])
def test_no_answer_after_the_request_is_unclear(robots: Robots, manner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "_ANSWER", 1.0)
    robots.manner = manner
    delivery = write(group(WECOM), TEXT)
    assert delivery.state == "unclear"
    assert "没有等到看得懂的答复" in delivery.reason
    assert len(robots.asked) == 1


def test_a_server_that_is_down_or_has_no_right_certificate_has_surely_got_nothing(
    robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert write(group(WECOM), TEXT).state == "failed"
    robots.manner = "closed"
    assert write(group(WECOM), TEXT).state == "failed"
    assert robots.asked == []
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    delivery = write(group(WECOM), TEXT)
    assert delivery.state == "failed"
    assert "连不上" in delivery.reason


def test_no_address_is_in_any_log_or_reason(
    robots: Robots, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    with structlog.testing.capture_logs() as lines:
        robots.body = b'{"errcode": 1}'
        said.append(write(group(WECOM), TEXT).reason)
        robots.status = "403 Forbidden"
        said += [write(group(url), TEXT).reason for url in (DINGTALK, FEISHU)]
        robots.manner = "drop"
        said.append(write(group(WECOM), TEXT).reason)
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
        said.append(write(group(DINGTALK), TEXT).reason)
    shown = caplog.text + repr(lines) + repr(said) + repr(group(WECOM)) + str(group(DINGTALK))
    assert len(said) == 5
    assert all(said)
    assert not [secret for secret in (KEY, TOKEN, "SECabc123def456") if secret in shown]


def test_without_a_proxy_too_a_line_that_breaks_is_unclear_and_a_closed_port_is_not() -> None:
    with Robots(manner="drop").running() as server:
        assert write(group(f"json://127.0.0.1:{server.port}/"), TEXT).state == "unclear"
    assert len(server.asked) == 1
    assert write(group("json://127.0.0.1:1/"), TEXT).state == "failed"


def test_apprise_is_left_as_it_was(robots: Robots) -> None:
    import apprise.plugins.wecombot as plugin

    before = plugin.requests
    write(group(WECOM), TEXT)
    robots.manner = "drop"
    write(group(WECOM), TEXT)
    assert plugin.requests is before


def test_this_machine_itself_may_be_written_to_for_trying_out() -> None:
    with Robots().running() as server:
        assert write(group(f"json://127.0.0.1:{server.port}/groups/1"), TEXT).state == "sent"
        server.status = "500 Oops"
        assert write(group(f"json://127.0.0.1:{server.port}/"), TEXT).state == "failed"
    assert [asked.body["message"] for asked in server.asked] == [TEXT, TEXT]
    assert server.asked[0].line == "POST /groups/1 HTTP/1.1"


@pytest.mark.parametrize(
    "url",
    [
        "json://169.254.169.254/", "json://127.0.0.1.evil.cn/", "json://127.0.0.1@evil.cn/", "jsons://127.0.0.1/",
        "json://localhost/", "json://127.0.0.1:80/?method=DELETE", "json://127.0.0.1/?+X=y",
        f"wecombot://{KEY}?verify=no", f"wecombot://{KEY}/?redirect=yes", f"dingtalk://{TOKEN}/13812345678",
        "wecombot://", "feishu://short", f"feishu://{KEY}\nx", "slack://a/b/c", "mailto://a:b@c.cn", "file:///etc/passwd",
        "http://127.0.0.1/", "https://evil.cn/", "https://qyapi.weixin.qq.com@evil.cn/", "", "x",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    assert chat_trouble(url)


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", "wecombot://"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", "dingtalk://"),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", "feishu://"),
    ],
)
def test_an_address_as_the_service_shows_it_is_told_how_to_be_written(url: str, scheme: str) -> None:
    said = chat_trouble(url) or ""
    assert scheme in said
    assert KEY not in said
    assert TOKEN not in said


def test_commands_that_write_into_no_chat_do_not_wait_for_apprise() -> None:
    import subprocess
    import sys

    code = "import sys, ingest.cli, ingest.worker; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
