"""Carries out what takes longer than a page can wait: one order after the other, each on the disk until it is done.

Killed in between, the console takes up again what was accepted when it is started the next time.
"""

import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from config.errors import ConfigError
from reports.console.acts import Acts, Lines, Who
from reports.console.adding.uploads import Uploads, write_safely
from reports.console.enduring import endured
from store import activity
from store.activity import Deed
from store.database import Store
from store.errors import AwayError, StoreError

log = structlog.get_logger()

ADD, ATTACH, MAIL = "add", "attach", "mail"
WORDS: Mapping[str, str] = {ADD: "补入文件", ATTACH: "补入云附件", MAIL: "收入邮件"}
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
STATES: Mapping[str, str] = {WAITING: "等待处理", RUNNING: "正在处理", DONE: "已完成", FAILED: "没有成功"}
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_KEPT = timedelta(days=7)
# An order that kills the console each time is given up, and its files stay with their person.
_ATTEMPTS = 3
_LATEST = 10
_BROKEN = "程序出错了，已记入日志；文件还在，可以再试一次，仍不行请找运维"
_GONE = "有文件不在了（被放弃或删除），没有补入；请重新选文件"
_AWAY = "数据库或对象存储暂时连不上，没有做完；文件还在，请过一会儿再试一次"
_NO_DISK = "磁盘读写不了（可能满了），没有做完；文件还在，请找运维腾出空间后再试一次"


@dataclass(frozen=True)
class Order:
    """What a person asked for: what, of which uploads, with which words; then how far it is and what came of it."""

    id: str
    what: str
    person: str
    address: str
    at: str
    note: str
    said: Mapping[str, str | None]
    uploads: Sequence[str]
    names: Sequence[str]
    state: str = WAITING
    attempts: int = 0
    lines: Sequence[str] = field(default_factory=list)

    @property
    def moment(self) -> datetime:
        """When it was given."""
        return datetime.fromisoformat(self.at)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (DONE, FAILED)

    @property
    def who(self) -> Who:
        """Who gave it, as of then: carried out again later, it is still the same."""
        return Who(self.person, self.moment, self.note)


def new_id() -> str:
    """Return the name of an order that nobody guesses."""
    return secrets.token_urlsafe(16)


class Jobs:
    """The orders of a console, carried out in threads that wait for each other."""

    def __init__(self, folder: Path, uploads: Uploads, acts: Acts, store: Store, now: Callable[[], datetime]) -> None:
        self.folder, self.uploads, self.acts, self.store, self.now = folder, uploads, acts, store, now
        self._turn = threading.Lock()
        # The orders that a thread has in its hands.
        self._held: set[str] = set()
        self._holding = threading.Lock()
        self._stopping = threading.Event()

    def accept(self, order: Order) -> None:
        """Keep an order, safe on the disk when this returns, and begin with it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        self._take(order.id)
        try:
            # Kept first: an upload in the hands of an order that there is not would lie here for ever.
            self._write(order)
            self._hand(order)
        except OSError:
            self._leave(order.id)
            raise
        self._begin(order.id)

    def find(self, key: str) -> Order | None:
        """Return an order; None where there is none of that name."""
        if not _ID.fullmatch(key):
            return None
        try:
            return Order(**json.loads(self._path(key).read_bytes()))
        except FileNotFoundError:
            return None

    def latest(self) -> list[Order]:
        """Return the last orders, the newest first."""
        return sorted(self._every(), key=lambda one: one.moment, reverse=True)[:_LATEST]

    def resume(self) -> None:
        """Take up again what was accepted and not carried out to its end."""
        for order in sorted(self._every(), key=lambda one: one.moment):
            if order.is_over:
                self._let_go(order)
        self.mind()

    def mind(self) -> None:
        """Take up again what nobody has in hands and is not over: what could not be begun, or its end not be said."""
        for order in sorted(self._every(), key=lambda one: one.moment):
            if not order.is_over and self._take(order.id):
                self._begin(order.id)

    def stop(self) -> None:
        """Say that the console ends: what breaks off from now on is taken up again the next time."""
        self._stopping.set()

    def _hand(self, order: Order) -> None:
        found = (self.uploads.find(order.person, key) for key in order.uploads)
        self.uploads.hand([one for one in found if one], order.id)

    def _let_go(self, order: Order) -> None:
        """Remove the files of what was done, for the vault has them; those of what failed go back to their person."""
        own = self.uploads.of_job(order.uploads, order.id)
        if order.state == DONE:
            for one in own:
                self.uploads.drop(one)
        else:
            self.uploads.hand(own, "")

    def _take(self, key: str) -> bool:
        """Take an order in hands; False where they have it already."""
        with self._holding:
            is_free = key not in self._held
            self._held.add(key)
            return is_free

    def _leave(self, key: str) -> None:
        with self._holding:
            self._held.discard(key)

    def _begin(self, key: str) -> None:
        threading.Thread(target=self._hold, args=(key,), name=f"order {key}", daemon=True).start()

    def _hold(self, key: str) -> None:
        """Carry an order out as far as it goes; where it breaks off, `mind` takes it up again."""
        endured(lambda: self._carry_out(key), "order.broken", order=key)
        self._leave(key)

    def _carry_out(self, key: str) -> None:
        with self._turn:
            # As it is now: whoever had it before may have ended it.
            order = self.find(key)
            if order is None or order.is_over or self._stopping.is_set():
                return
            self._hand(order)
            if order.attempts >= _ATTEMPTS:
                self._close(order, FAILED, [_BROKEN])
                return
            self._work(self._write(replace(order, state=RUNNING, attempts=order.attempts + 1)))

    def _work(self, order: Order) -> None:
        """Do what is asked for; however it ends, it is said, and the files of what failed go back to their person."""
        state, lines = FAILED, [_BROKEN]
        try:
            state, lines = DONE, _WORK[order.what](self.acts, order, self._files(order))
        except ConfigError as error:
            lines = [str(error)]
        except (OSError, StoreError) as error:
            log.warning("order.failed", order=order.id, error=type(error).__name__)
            lines = [_NO_DISK if isinstance(error, OSError) else _AWAY if isinstance(error, AwayError) else _BROKEN]
        finally:
            if state == DONE or not self._stopping.is_set():
                self._close(order, state, lines)

    def _files(self, order: Order) -> list[Path]:
        files = [one.path for one in self.uploads.of_job(order.uploads, order.id)]
        if len(files) < len(order.uploads):
            raise ConfigError(_GONE)
        return files

    def _close(self, order: Order, state: str, lines: Sequence[str]) -> None:
        """Say how an order ended. What is not said yet is done again at the next start, and twice is the same.

        Files that are needed again are with their person before that is said; those of what is done go after it.
        """
        self._note(order, state, lines)
        over = replace(order, state=state, lines=list(lines))
        if state == FAILED:
            self._let_go(over)
        self._write(over)
        if state == DONE:
            self._let_go(over)

    def _note(self, order: Order, state: str, lines: Sequence[str]) -> None:
        told = "\n".join(lines if state == DONE else ("没有成功：", *lines))
        deed = Deed(self.now(), order.person, order.address, WORDS[order.what], "、".join(order.names), told)
        activity.note(self.store, deed)

    def _every(self) -> list[Order]:
        paths = self.folder.glob("*.json") if self.folder.is_dir() else ()
        return [order for path in paths if (order := self.find(path.stem))]

    def _sweep(self) -> None:
        for order in self._every():
            if order.is_over and self.now() - order.moment > _KEPT:
                self._path(order.id).unlink(missing_ok=True)

    def _write(self, order: Order) -> Order:
        write_safely(self._path(order.id), json.dumps(asdict(order)))
        return order

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _add(acts: Acts, order: Order, files: Sequence[Path]) -> Lines:
    return acts.add(order.who, files, order.said)


def _attach(acts: Acts, order: Order, files: Sequence[Path]) -> Lines:
    link = order.said.get("link")
    return acts.attach(order.who, order.said["message"] or "", files, int(link) if link else None)


def _mail(acts: Acts, order: Order, files: Sequence[Path]) -> Lines:
    return [line for file in files for line in acts.take_mail(order.who, file)]


_WORK: Mapping[str, Callable[[Acts, Order, Sequence[Path]], Lines]] = {ADD: _add, ATTACH: _attach, MAIL: _mail}
