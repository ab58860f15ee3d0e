"""A desk with a mailbox, a mail server and a chat group on loopback, whose clock the test sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.alarms.watch import Checked, Watch
from ingest.desk import Desk
from ingest.mailboxes.poll import Poller
from tests.quick import quick_desk
from tests.robots import Robots
from tests.servers import Dovecot, MailServer

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Monday, long before the digest of these settings is due.
MONDAY = datetime(2026, 7, 20, 10, 0, tzinfo=SHANGHAI)
MINUTES = timedelta(minutes=1)
BOX = "box@example.cn"


def mailbox(port: int, password: str = Dovecot.password, address: str = BOX) -> str:
    """Return the settings of a mailbox."""
    return (
        f'[[mailboxes]]\naddress = "{address}"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        f'password = "{password}"\ntimeout_seconds = 5\n'
    )


def channels(smtp_port: int, robots: Robots | None = None, time: str = "23:00:00") -> str:
    """Return the settings of the channels: one address, and a group where there is one."""
    group = f"[[digest.chats]]\nname = '编辑部群'\nurl = 'json://127.0.0.1:{robots.port}/t'\n" if robots else ""
    return (
        f"[digest]\ntime = {time}\nrecipients = ['a@b.cn']\n[digest.smtp]\nhost = '127.0.0.1'\n"
        f"port = {smtp_port}\nsecurity = 'none'\nsender = 'zhengji@b.cn'\ntimeout_seconds = 5\n{group}"
    )


@dataclass
class World:
    """A desk and its clock."""

    desk: Desk
    now: datetime = MONDAY
    since: datetime | None = None
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.restart(None)

    def clock(self) -> datetime:
        """Return what time it is here."""
        return self.now

    def restart(self, since: datetime | None) -> None:
        """Watch as a process that has just begun does."""
        self.watch = Watch(self.desk, self.clock, since)

    def poll(self, minutes: float = 0) -> str:
        """Look into the mailbox after so many minutes; return how that ended."""
        self.now += minutes * MINUTES
        results = Poller(self.desk, self.clock).poll_all()
        return results[0].outcome if results else "waiting"

    def look(self, minutes: float = 0) -> Checked:
        """Look for alarms after so many minutes."""
        self.now += minutes * MINUTES
        return self.watch.look()

    def turn(self, minutes: float = 10) -> str:
        """Do what the worker does every ten minutes."""
        outcome = self.poll(minutes)
        self.look()
        return outcome


@contextmanager
def world(settings: str) -> Iterator[World]:
    """Give a world on an empty store."""
    with quick_desk(settings) as desk:
        yield World(desk)


def subjects(smtp: MailServer) -> list[str]:
    """Return the subjects of the mails that were taken."""
    return [str(mail["Subject"]) for mail in smtp.mails]


def text_of(smtp: MailServer, at: int = -1) -> str:
    """Return the text of a mail that was taken."""
    mail = smtp.mails[at]
    return mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined, no-any-return]
