"""The mail providers of Chinese associations as servers on loopback: their oddities, one row each.

What they do is from public logs and issue threads, see docs/mail-servers.md; the engine is `tests.imap_engine`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tests.imap_engine import Behaviour, Engine, running

WHEN = datetime.fromisoformat("2026-07-20T10:00:00+08:00")

_NETEASE = (
    ("INBOX", ""),
    ("草稿箱", "\\Drafts"),
    ("已发送", "\\Sent"),
    ("已删除", "\\Trash"),
    ("垃圾邮件", "\\Junk"),
    ("病毒文件夹", ""),
    ("病毒邮件", ""),
    ("广告邮件", ""),
    ("订阅邮件", ""),
    ("省协会 & 企业", ""),
)
_QQ = (
    ("INBOX", "\\NoInferiors"),
    ("Sent Messages", "\\NoInferiors"),
    ("Drafts", "\\NoInferiors"),
    ("Deleted Messages", "\\NoInferiors"),
    ("Junk", "\\NoInferiors"),
    ("其他文件夹", "\\Noselect \\HasChildren"),
    ("其他文件夹/QQ邮件订阅", "\\HasNoChildren"),
    ("其他文件夹/省协会", "\\HasNoChildren"),
)
_ALIYUN = (("INBOX", ""), ("已发送", ""), ("草稿", ""), ("已删除邮件", ""), ("垃圾邮件", ""), ("案例", ""))
_COREMAIL = (
    ("INBOX", ""),
    ("Drafts", "\\Drafts"),
    ("Sent Items", "\\Sent"),
    ("Trash", "\\Trash"),
    ("Junk E-mail", "\\Junk"),
    ("Virus Items", ""),
    ("案例", ""),
)
_DOVECOT = (
    ("INBOX", "\\HasNoChildren"),
    ("Sent", "\\HasNoChildren \\Sent"),
    ("Drafts", "\\HasNoChildren \\Drafts"),
    ("Trash", "\\HasNoChildren \\Trash"),
    ("Spam", "\\HasNoChildren \\Junk"),
    ("案例/浙江", "\\HasNoChildren"),
)
_UNSAFE = "EXAMINE Unsafe Login. Please contact kefu@188.com for help"

PROVIDERS = {
    "netease": Behaviour(
        _NETEASE,
        capability="IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=71680000 UIDPLUS SASL-IR",
        before_login="IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=71680000 UIDPLUS SASL-IR",
        greeting="Coremail System IMap Server Ready(163com[10774b260cc7a37d26d71b52404dcf5c])",
        uidvalidity=1,
        id_first=_UNSAFE,
        status_empty=True,
        gives_uidnext=False,
        chinese_search_broken=True,
    ),
    "qq": Behaviour(
        _QQ,
        capability="IMAP4rev1 XLIST MOVE IDLE NAMESPACE CHILDREN ID UIDPLUS",
        before_login="IMAP4rev1 XLIST MOVE IDLE XAPPLEPUSHSERVICE AUTH=LOGIN NAMESPACE CHILDREN ID UIDPLUS",
        greeting="[CAPABILITY IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN NAMESPACE] QQMail IMAP4Server ready",
        text_search_ignored=True,
        search_is_stale=True,
        ascending_only=True,
        drops_unknown=True,
    ),
    "aliyun": Behaviour(
        _ALIYUN,
        capability="IMAP4rev1 IDLE XLIST UIDPLUS ID SASL-IR",
        before_login="IMAP4rev1 IDLE XLIST UIDPLUS ID SASL-IR AUTH=XOAUTH AUTH=XOAUTH2",
        greeting="AliYun IMAP Server Ready",
        plain_search_only=True,
    ),
    "coremail": Behaviour(
        _COREMAIL,
        capability="IMAP4rev1 LITERAL+ ID UIDPLUS SPECIAL-USE STARTTLS",
        before_login="IMAP4rev1 LITERAL+ ID UIDPLUS SPECIAL-USE STARTTLS",
        greeting="Coremail IMap Server Ready",
        uidvalidity=1,
    ),
    "dovecot": Behaviour(
        _DOVECOT,
        capability="IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ UIDPLUS UNSELECT CHILDREN SPECIAL-USE",
        before_login="IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ AUTH=PLAIN",
        greeting="Dovecot (Debian) ready.",
        uidvalidity=1_785_000_000,
    ),
    # No provider by name: everything that the standard lets a server leave out, turn round, or say in between.
    "laconic": Behaviour((("INBOX", ""), ("Junk", ""), ("Sent", "")), gives_uidnext=False, laconic=True),
}
# The folders that hold no submissions, and those where a submission is found by accident.
UNREAD = {"草稿箱", "草稿", "已发送", "已删除", "已删除邮件", "Sent", "Sent Messages", "Sent Items", "Drafts", "Trash"}
UNREAD |= {"Deleted Messages", "其他文件夹"}
JUNK = {"垃圾邮件", "病毒文件夹", "病毒邮件", "广告邮件", "订阅邮件", "Junk", "Spam", "Junk E-mail"}
JUNK |= {"其他文件夹/QQ邮件订阅"}


def letter(folder: str, number: int) -> bytes:
    """Return a small mail, other bytes for each folder and number; eight-bit, as they come."""
    subject = f"{folder} {number}".encode("gb18030")
    return b"Subject: %b\r\nFrom: a@example.cn\r\n\r\n%b\r\n%d)\r\n" % (subject, b"x" * (40 * number), number)


def fill(engine: Engine, count: int = 4) -> None:
    """Put some mails into every folder, one of them read already."""
    for name, folder in engine.folders.items():
        for number in range(1, count + 1):
            engine.append(name, letter(name, number), WHEN + timedelta(minutes=number))
        folder.mails[2].flags.add("\\Seen")


def wanted(engine: Engine) -> set[bytes]:
    """Return the bytes of all mails in the folders that are to be read."""
    return {mail.raw for name, folder in engine.folders.items() if name not in UNREAD for mail in folder.mails.values()}


@contextmanager
def provider(name: str) -> Iterator[Engine]:
    """Give a running provider with mails in every folder."""
    with running(PROVIDERS[name]) as engine:
        fill(engine)
        yield engine
