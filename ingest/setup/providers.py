"""Tells the servers of a mail provider, found by the domain of an address, and where its 授权码 is made.

The names and ports are those that the providers publish; see docs/providers.md for what was tried and what was not.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """A provider: its key in the sentences, its servers (all with TLS from the first byte), and whose domains it has.

    `oauth` says that it takes no passwords.
    """

    key: str
    imap: str
    smtp: str
    domains: tuple[str, ...] = ()
    oauth: bool = False
    imap_port: int = 993
    smtp_port: int = 465
    smtp_security: str = "ssl"
    # What is said of its 授权码, where several do alike.
    code: str = ""

    @property
    def hint(self) -> str:
        """The key of the sentence that says where its 授权码 is made."""
        return f"code.{self.code or self.key}"


PROVIDERS: tuple[Provider, ...] = (
    Provider("netease_company", "imap.qiye.163.com", "smtp.qiye.163.com"),
    Provider("netease_hz", "imaphz.qiye.163.com", "smtphz.qiye.163.com", code="netease_company"),
    Provider("tencent_company", "imap.exmail.qq.com", "smtp.exmail.qq.com", ("exmail.qq.com",)),
    Provider("aliyun_company", "imap.qiye.aliyun.com", "smtp.qiye.aliyun.com", ("qiye.aliyun.com",)),
    Provider("163", "imap.163.com", "smtp.163.com", ("163.com", "vip.163.com"), code="netease"),
    Provider("126", "imap.126.com", "smtp.126.com", ("126.com",), code="netease"),
    Provider("yeah", "imap.yeah.net", "smtp.yeah.net", ("yeah.net",), code="netease"),
    Provider("qq", "imap.qq.com", "smtp.qq.com", ("qq.com", "foxmail.com", "vip.qq.com")),
    Provider("gmail", "imap.gmail.com", "smtp.gmail.com", ("gmail.com", "googlemail.com"), oauth=True),
    Provider(
        "microsoft", "outlook.office365.com", "smtp.office365.com",
        ("outlook.com", "hotmail.com", "live.com", "live.cn", "outlook.com.cn"),
        oauth=True, smtp_port=587, smtp_security="starttls",
    ),
)  # fmt: skip
BY_DOMAIN: Mapping[str, Provider] = {domain: one for one in PROVIDERS for domain in one.domains}
BY_KEY: Mapping[str, Provider] = {one.key: one for one in PROVIDERS}
# An association's own domain may be with any of these.
FOR_OWN_DOMAINS = ("netease_company", "netease_hz", "tencent_company", "aliyun_company", "microsoft", "gmail")


def find_provider(address: str) -> Provider | None:
    """Return whose address it is; None where its domain is one's own."""
    return BY_DOMAIN.get(address.rpartition("@")[2].lower())
