"""Writes into chat groups through Apprise: WeCom, DingTalk and Feishu; each refusal is said, and no address is shown.

Apprise looks at the HTTP status alone. WeCom and DingTalk say no with status 200 and a number in the answer, and a line
that broke is told from a refusal by nothing that Apprise gives back: so the answer to its one request is listened to.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from config.chats import ChatSettings, service_of
from config.errors import ConfigError
from ingest.telling.outbox import Delivery

if TYPE_CHECKING:
    from apprise import NotifyBase

log = structlog.get_logger()

# A robot answers within a second or two (seconds to connect, seconds to wait for an answer).
_CONNECT, _ANSWER = 10.0, 30.0
# The robots' numbers that staff can do something about, from the services' documentation.
_NUMBERS: Mapping[tuple[str, int], str] = {
    ("wecombot", 93000): "机器人的地址不对，或机器人已被移出群",
    ("wecombot", 45009): "机器人发得太频繁，稍后会再试",
    ("dingtalk", 300001): "机器人的令牌不对，或机器人已被移出群",
    ("dingtalk", 310000): "机器人的安全设置没有通过：关键词须是“日报”，或加签密钥不对，或只许指定的 IP 地址",
    ("dingtalk", 130101): "机器人发得太频繁，稍后会再试",
    ("feishu", 19001): "机器人的地址不对，或机器人已被移出群",
    ("feishu", 19021): "机器人设了签名校验，请改用自定义关键词“日报”",
    ("feishu", 19022): "机器人只许指定的 IP 地址发送",
    ("feishu", 19024): "机器人的关键词须是“日报”",
}
# Under which key each service gives its number; this machine's own is believed by the status.
_KEYS: Mapping[str, str] = {"wecombot": "errcode", "dingtalk": "errcode", "feishu": "code"}
_OK = range(200, 300)
# What surely came before the request was given: by the names of the classes of requests and urllib3.
_BEFORE = {
    "ConnectTimeout", "ConnectTimeoutError", "NewConnectionError", "NameResolutionError",
    "InvalidURL", "InvalidProxyURL",
}  # fmt: skip
# … and by what they say: a wrong certificate, and a proxy that lets nobody through. Behind a proxy an answer that never
# came is a ProxyError too, so its class says nothing.
_SAID_BEFORE = ("CERTIFICATE_VERIFY_FAILED", "Tunnel connection failed")
_UNCLEAR = "已交给群机器人的服务器，没有等到看得懂的答复"
_LISTENING = threading.Lock()


@dataclass
class Heard:
    """What came back for Apprise's request: the status and the answer, or the error; all None where none was made."""

    status: int | None = None
    body: bytes = b""
    error: Exception | None = None


def write(chat: ChatSettings, text: str) -> Delivery:
    """Write a text into a group, once; return what became of it."""
    try:
        address = chat.address
    except ConfigError as error:
        return Delivery(chat.name, "failed", str(error))
    robot = _robot(address)
    if robot is None:
        return Delivery(chat.name, "failed", "群机器人的地址不对")
    with _listening(robot) as heard:
        robot.notify(body=text, body_format="text")
    state, reason = _outcome(chat.service, heard)
    # Never the error itself nor the answer: both can repeat the address.
    cause = {"status": heard.status, "error": type(heard.error).__name__ if heard.error else None}
    if state != "sent":
        log.warning("chat.not_written", group=chat.name, state=state, **cause)
    return Delivery(chat.name, state, reason)


def _robot(address: str) -> "NotifyBase | None":
    """Return the robot of an address, patient and following no redirect; None where Apprise takes it for none.

    Its class is named here: asked by the address alone, Apprise would load the plugins of two hundred services.
    """
    # Not at the head of the file: it takes a third of a second, and most commands write into no chat.
    from apprise import AppriseAsset
    from apprise.plugins.custom_json import NotifyJSON
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.feishu import NotifyFeishu
    from apprise.plugins.wecombot import NotifyWeComBot

    # What it and the library below it log holds addresses.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    kinds: Mapping[str, type[NotifyBase]] = {
        "wecombot": NotifyWeComBot,
        "dingtalk": NotifyDingTalk,
        "feishu": NotifyFeishu,
        "json": NotifyJSON,
    }
    kind = kinds[service_of(address)]
    parsed = kind.parse_url(address)
    try:
        robot = kind(**parsed, asset=AppriseAsset(http_redirects=False)) if parsed else None
    except TypeError:
        return None
    if robot is not None:
        robot.socket_connect_timeout, robot.socket_read_timeout = _CONNECT, _ANSWER
    return robot


class _Requests:
    """The library that a robot's module calls `requests`, with whose answer is noted on the way."""

    def __init__(self, library: Any, heard: Heard) -> None:  # noqa: ANN401 (a module)
        self._library, self._heard = library, heard

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the module holds)
        return getattr(self._library, name)

    def post(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (as requests.post)
        return self.request("POST", *arguments, **options)

    def request(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 (as requests.request)
        try:
            answer = self._library.request(*arguments, **options)
            self._heard.status, self._heard.body = answer.status_code, answer.content
        except self._library.RequestException as error:
            self._heard.error = error
            raise
        return answer


@contextmanager
def _listening(robot: "NotifyBase") -> Iterator[Heard]:
    """Give what comes back for a robot's request; its module alone, and only meanwhile, sees another library."""
    module: Any = sys.modules[type(robot).__module__]
    heard = Heard()
    with _LISTENING:
        library = module.requests
        module.requests = _Requests(library, heard)
        try:
            yield heard
        finally:
            module.requests = library


def _outcome(service: str, heard: Heard) -> tuple[str, str]:
    """Return the state and the Chinese reason of what came back."""
    if heard.error is not None:
        return _broken(heard.error)
    if heard.status is None:
        return "failed", "群机器人的地址不对"
    if heard.status not in _OK:
        return "failed", f"群机器人的服务器没有收下（HTTP {heard.status}）"
    return _answered(service, heard.body)


def _answered(service: str, body: bytes) -> tuple[str, str]:
    key = _KEYS.get(service)
    if key is None:
        return "sent", ""
    try:
        answer = json.loads(body)
        number = int(answer[key])
    except (ValueError, TypeError, KeyError):
        return "unclear", _UNCLEAR
    if number == 0:
        return "sent", ""
    return "failed", f"{_NUMBERS.get((service, number), '群机器人没有收下')}（错误码 {number}）"


def _broken(error: Exception) -> tuple[str, str]:
    """Return whether a request that broke was surely never given: no connection, or no encrypted one."""
    causes = {type(one).__name__ for one in _causes(error)}
    if causes & _BEFORE or any(words in str(error) for words in _SAID_BEFORE):
        return "failed", "连不上群机器人的服务器，请看网络是否通"
    return "unclear", _UNCLEAR


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what lies below it, as requests and urllib3 wrap them."""
    yield error
    for below in (getattr(error, "reason", None), *error.args):
        if isinstance(below, BaseException):
            yield from _causes(below)
