"""Is the program ready to do its work? The checks behind /readyz, each with what it found in a Chinese sentence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reports.wording import hours
from store import polls
from store.database import Store, is_current
from store.errors import StoreError
from store.personal import closing

# No content has this hash: asked for it, an object store answers that it is not there.
_NOBODYS = "0" * 64
# So long the checks may take together (seconds): a probe of a container waits five.
SECONDS = 3.0


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it holds, and what to say."""

    name: str
    ok: bool
    said: str


@dataclass(frozen=True)
class Readiness:
    """What is checked: a store, the mailboxes that are to be polled, and how old the last good poll may be."""

    store: Store
    mailboxes: tuple[str, ...]
    poll_hours: float
    now: Callable[[], datetime]

    def checks(self) -> tuple[Check, ...]:
        """Return all checks; none raises."""
        database = _database(self.store)
        polled = self._polled() if database.ok else Check("poll", ok=False, said="数据库用不了，不知道收信情况")
        return database, _vault(self.store), polled

    def _polled(self) -> Check:
        """Tell whether every mailbox was read well within the time that is set."""
        try:
            if closing.find(self.store):
                return Check("poll", ok=True, said="个人信息已经清理，不再收信")
            last = {one.mailbox: one.last_good for one in polls.health(self.store, self.now())}
        except StoreError:
            return Check("poll", ok=False, said="数据库用不了，不知道收信情况")
        late = [text for one in self.mailboxes if (text := self._late(one, last.get(one)))]
        if late:
            return Check("poll", ok=False, said="；".join(late))
        return Check("poll", ok=True, said="收信正常" if self.mailboxes else "没有设置收件邮箱，不用收信")

    def _late(self, mailbox: str, last: datetime | None) -> str:
        if last is None:
            return f"{mailbox} 还没有成功收过信"
        old = self.now() - last > timedelta(hours=self.poll_hours)
        return f"{mailbox} 已有 {hours(last, self.now())}没有成功收信" if old else ""


def hanging() -> tuple[Check, ...]:
    """Return what to say where the checks take too long: nothing of them is known."""
    return (Check("database", ok=False, said=f"{SECONDS:.0f} 秒内没有查完：数据库或磁盘没有回答"),)


def told(checks: Iterable[Check]) -> tuple[bool, Mapping[str, Any]]:
    """Return whether all hold, and the checks as JSON has them."""
    listed = [vars(check) for check in checks]
    ready = all(one["ok"] for one in listed)
    return ready, {"status": "ok" if ready else "not ready", "checks": listed}


def _database(store: Store) -> Check:
    try:
        current = is_current(store)
    except (StoreError, OSError):
        return Check("database", ok=False, said="数据库连不上或没有回答")
    said = "数据库正常" if current else "数据库的版本与程序不一致：升级没有做完，或有旧版程序在运行"
    return Check("database", ok=current, said=said)


def _vault(store: Store) -> Check:
    """Tell whether a content could be kept: a few bytes are written, and taken away again."""
    try:
        with store.vault.temporary() as path:
            path.write_bytes(b"zhengji")
    except OSError:
        return Check("vault", ok=False, said="存放原信和附件的文件夹写不了：请看磁盘是否已满、是否接上、权限是否正确")
    try:
        store.vault.has(_NOBODYS)
    except StoreError as error:
        return Check("vault", ok=False, said=str(error))
    return Check("vault", ok=True, said="存放原信和附件的地方正常")
