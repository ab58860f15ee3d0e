"""The chat groups that get the digest: the robots of three services, and this machine itself for trying out."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from config.errors import ConfigError
from config.section import Section, secret_of

# The scheme of an address, what the service is called, and what may stand behind the two slashes: the robot's key, at
# DingTalk after the secret that signs; no path and no options, with which checks of certificates could be turned off.
_SERVICES: Mapping[str, tuple[str, str]] = {
    "wecombot": ("企业微信", r"[A-Za-z0-9_-]{8,}"),
    "dingtalk": ("钉钉", r"(?:[A-Za-z0-9]{8,}@)?[A-Za-z0-9]{8,}"),
    "feishu": ("飞书", r"[A-Za-z0-9_-]{8,}"),
    "json": ("本机", r"127\.0\.0\.1(?::\d{1,5})?(?:/[\w./-]*)?"),
}
# How the services themselves write these addresses, and how they are written here.
_NATIVE = (
    ("qyapi.weixin.qq.com", "企业微信的群机器人请写作 wecombot://密钥（网页地址中 key= 后面的部分）"),
    ("oapi.dingtalk.com", "钉钉的群机器人请写作 dingtalk://加签密钥@令牌（令牌是网页地址中 access_token= 后面的部分）"),
    ("open.feishu.cn", "飞书的群机器人请写作 feishu://令牌（网页地址最后一个 / 后面的部分）"),
)


def service_of(url: str) -> str:
    """Return the scheme of an accepted address of a chat group: wecombot, dingtalk, feishu or json."""
    return url.partition("://")[0]


def service_name(service: str) -> str:
    """Return what a service is called: 企业微信."""
    return _SERVICES[service][0] if service in _SERVICES else service


def chat_trouble(url: str) -> str | None:
    """Return what is wrong with the address of a chat group, in a Chinese line that does not repeat it, or None."""
    scheme, _, rest = url.partition("://")
    if scheme in _SERVICES:
        name, form = _SERVICES[scheme]
        return None if re.fullmatch(form, rest) else f"{name}群机器人的地址不完整或多了别的内容，只写 {scheme}://密钥"
    host = _host(url)
    native = next((advice for known, advice in _NATIVE if host == known), None)
    return native or "群的地址只能是 wecombot://（企业微信）、dingtalk://（钉钉）、feishu://（飞书）"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class ChatSettings(Section):
    """A chat group that gets the digest in short; whoever knows its address can write there, so it is a secret."""

    name: str = Field(min_length=1, max_length=40)
    url: SecretStr | None = None
    url_file: Path | None = None

    @model_validator(mode="after")
    def _one_address_that_is_accepted(self) -> "ChatSettings":
        if (self.url is None) == (self.url_file is None):
            raise ValueError("群的地址写在 url 或 url_file 里，写一个")
        if self.url is not None and (trouble := chat_trouble(self.url.get_secret_value())):
            raise ValueError(trouble)
        return self

    @property
    def address(self) -> str:
        """The address, from its file where one is named; ConfigError where that cannot be read or is not accepted."""
        url = secret_of(self.url, self.url_file)
        if trouble := chat_trouble(url):
            raise ConfigError(f"[[digest.chats]] {self.name}: {trouble}")
        return url

    @property
    def service(self) -> str:
        """Which service it is; ConfigError as for the address."""
        return service_of(self.address)

    @property
    def trouble(self) -> str:
        """Why its address cannot be had now, a Chinese line without the address; empty where it can."""
        try:
            return "" if self.address else "没有地址"
        except ConfigError as error:
            return str(error)
