"""What the console asks to be done is done here: by the functions of the command line, one after the other."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import ConfigError, DecidedBeforeError
from ingest.decisions import adding, arriving, attaching, deciding, settling, unlocking, waiving
from ingest.decisions.deciding import Clerk, Shelved
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.telling import reminding
from reports.console.acts import Lines, Place, Told, Who
from reports.console.board import Board
from reports.finding import Assessment
from reports.letters.backlog import backlog, doubts
from reports.letters.history import Record
from reports.letters.letter import Letter, Writer
from reports.letters.situations import RECEIPT
from reports.telling import ON_PICTURE
from store import decisions, mail, reminders
from store.decisions import Person

_FAILED = "来信 {number} 未能读出：{reason}"
_ATTACHED = {
    True: "《{one.name}》已补入（编号 {one.decision}）",
    False: "《{one.name}》先前已补入，没有重复（编号 {one.decision}）",
}
# What the command line tells people to type, and what a page tells them instead.
_TYPED = (
    (re.compile(r"请先运行 zhengji undo (\d+)"), r"请先在“人工处理”里撤销编号 \1"),
    (re.compile(r"请加 --link 序号"), "请选明是哪个链接，一次补一个链接的文件"),
    (re.compile(r"--source "), "来源"),
    (re.compile(r"--case "), "案例"),
)


@dataclass(frozen=True)
class DeskActs:
    """The acts of the console at a desk; each has one of the board's turns, and the board looks anew afterwards."""

    desk: Desk
    board: Board

    def correct(self, who: Who, case: str, field: str, raw: str) -> Lines:
        """Correct a value of a case."""
        return self._as_clerk(who, lambda clerk: deciding.correct(clerk, case, field, raw))

    def waive(self, who: Who, findings: Sequence[str]) -> Lines:
        """Waive findings, all for one reason; those that cannot be are said, and hold up no others.

        ConfigError where nothing could be done, or a single one was asked for and that could not.
        """
        if not who.note:
            raise ConfigError("豁免要写明理由")
        if len(findings) == 1:
            return self._as_clerk(who, lambda clerk: deciding.waive(clerk, findings[0]))
        told = self.waive_each(who, findings)
        if not told.done:
            raise ConfigError("；".join(told.failed) or "没有选中任何一条")
        return [*told.done, *told.failed]

    def waive_each(self, who: Who, findings: Sequence[str]) -> Told:
        """Waive findings, all for one reason, and tell what was done and what could not be."""
        with self.board.deciding():
            return waiving.waive_each(Clerk(self.desk, _person(who), who.seen), findings)

    def reopen(self, who: Who, target: str) -> Lines:
        """Reopen a waived finding or a withdrawn case."""
        return self._as_clerk(who, lambda clerk: deciding.reopen(clerk, target))

    def withdraw(self, who: Who, case: str) -> Lines:
        """Mark a case withdrawn."""
        return self._as_clerk(who, lambda clerk: deciding.withdraw(clerk, case))

    def merge(self, who: Who, case: str, into: str) -> Lines:
        """Say that a case is another one."""
        return self._as_clerk(who, lambda clerk: deciding.merge(clerk, case, into))

    def split(self, who: Who, case: str, company: str | None) -> Lines:
        """Say that names are different communities."""
        return self._as_clerk(who, lambda clerk: deciding.split(clerk, case, company))

    def refile(self, who: Who, message: str, path: str, place: Place) -> Lines:
        """Say where a file belongs, or of what kind it is."""
        to = Shelved(place.case, place.new, place.none, place.kind)
        return self._as_clerk(who, lambda clerk: deciding.file_to(clerk, message, path, to))

    def extend(self, who: Who, province: str, day: str) -> Lines:
        """Grant a province a later last day."""
        if not who.note:
            raise ConfigError("延期要写明依据（谁同意的、哪份函）")
        return self._as_clerk(who, lambda clerk: deciding.extend(clerk, province, day))

    def send_nothing(self, who: Who, province: str) -> Lines:
        """Record that a province sends nothing."""
        return self._as_clerk(who, lambda clerk: deciding.send_nothing(clerk, province))

    def assign(self, who: Who, target: str, place: Mapping[str, str | None], *, only_this: bool) -> Lines:
        """Decide who sent a message, or whose an address is."""
        with self.board.reading():
            return settling.assign(self.desk, target, place, _person(who), only_this=only_this, seen=who.seen)

    def set_kind(self, who: Who, message: str, kind: str) -> Lines:
        """Decide what kind of mail a message is."""
        with self.board.reading():
            return settling.set_kind(self.desk, message, kind, _person(who), who.seen)

    def set_arrival(self, who: Who, message: str, verdict: str) -> Lines:
        """Decide which of a mail's two stamps counts."""
        with self.board.reading():
            return arriving.decide_arrival(self.desk, message, verdict, _person(who), who.seen)

    def unlock(self, who: Who, target: str, word: str) -> Lines:
        """Give a password for the archives and files of a message, or for all mail of an address."""
        with self.board.reading():
            return unlocking.set_password(self.desk, target, word, _person(who))

    def retry(self, who: Who) -> Lines:  # noqa: ARG002 (whoever asks, the same is done)
        """Read anew the mails that failed, and the scans that could not be read."""
        with self.board.reading():
            store = self.desk.store
            waiting = mail.wait_again(store, every_attempt=True) + mail.wait_where_half_read(store)
            take_in(self.desk)
            return [f"重读 {waiting} 封", *self._failures()]

    def undo(self, who: Who, decision: int) -> Lines:
        """Undo a decision; only one on a mail has documents read again."""
        found = decisions.find(self.desk.store, decision)
        reads = found is not None and found.what not in ON_PICTURE
        with self.board.reading() if reads else self.board.deciding():
            return settling.undo(self.desk, decision, _person(who))

    def add(self, who: Who, files: Sequence[Path], said: Mapping[str, str | None]) -> Lines:
        """Take in files that came by other ways; `said` is {province, city, case, source, arrived}."""
        with self.board.reading():
            with _in_words_of_pages():
                done = adding.add(self.desk, files, said, _person(who))
            return [*done.lines, *done.failures]

    def attach(self, who: Who, message: str, files: Sequence[Path], link: int | None) -> Lines:
        """Add to a message the files that lay behind its cloud links, or behind the one of a number."""
        with self.board.reading():
            with _in_words_of_pages():
                done = attaching.attach(self.desk, message, files, link, who.name, who.now)
            lines = [
                _ATTACHED[one.new].format(one=one) + (f"，答复链接 {one.link}" if one.link else "") for one in done
            ]
            failed = [(number, reason) for number, reason in mail.failed(self.desk.store) if str(number) == message]
            return [*lines, *(_FAILED.format(number=number, reason=reason) for number, reason in failed)]

    def take_mail(self, who: Who, raw: Path) -> Lines:
        """Take in a mail from a `.eml` file."""
        with self.board.reading():
            done = import_path(self.desk, raw, who.now)
            if not done.seen:
                raise ConfigError("这不是一封邮件（.eml）")
            take_in(self.desk)
            return ["已收下这封邮件" if done.new else "这封邮件先前已经收到，没有重复", *self._failures()]

    def writer(self, judged: Assessment) -> Writer:
        """Return what letters are written from; pages wait for no turn, for nothing is looked at anew."""
        return reminding.writer_of(self.desk, judged)

    def note_sent(self, who: Who, letter: tuple[str, str, datetime], channel: str) -> Lines:
        """Note that a letter was sent: it is written anew as of the moment that it was copied at."""
        province, what, as_of = letter
        if channel not in reminding.CHANNELS:
            raise ConfigError("请选一种渠道")
        with self.board.deciding():
            by = reminding.writer(self.desk, as_of)
            written = by.letter(reminding.view_named(by.assessment.picture, province), what)
            if written is None:
                raise ConfigError(f"{province}没有这封{what}可登记，请重新写出函件")
            reached = reminding.reached(written, channel)
            kept = reminding.record(self.desk, written, channel, reached, _person(who))
            return [f"已登记 {kept.id}：{province}　{kept.what}　{kept.asked} 项　{channel}　{who.name}"]

    def unnote_sent(self, who: Who, number: int) -> Lines:
        """Mark a reminder as noted by mistake; it stays to be seen and counts no more."""
        with self.board.deciding():
            if not reminders.undo(self.desk.store, number, _person(who)):
                raise ConfigError(f"催办记录 {number} 不能撤销：没有这一条，或已经撤销过")
            return [f"已撤销催办登记 {number}；撤销的只是登记，如果函件其实已经发出，请重新登记"]

    def before_sending(self, by: Writer, letter: Letter) -> Lines:
        """Return what staff should know before a letter leaves: what lies with us unread, that it is too soon."""
        view = reminding.view_named(by.assessment.picture, letter.province)
        told = [*backlog(by.assessment, view, by.unread)]
        if letter.what != RECEIPT:
            told += doubts(by.assessment, letter.province, lacks=letter.lacks)
        return [*told, *filter(None, [reminding.too_soon(self.desk, by, letter)])]

    def reminded(self, judged: Assessment, province: str) -> Sequence[Record]:
        """Return the reminders that were sent to a province."""
        return reminding.reminded(self.desk, judged, province)

    def _as_clerk(self, who: Who, work: Callable[[Clerk], Lines]) -> Lines:
        with self.board.deciding():
            return work(Clerk(self.desk, _person(who), who.seen))

    def _failures(self) -> Lines:
        return [_FAILED.format(number=number, reason=reason) for number, reason in mail.failed(self.desk.store)]


@contextmanager
def _in_words_of_pages() -> Iterator[None]:
    """Let what cannot be done be said without what only the command line knows."""
    try:
        yield
    except DecidedBeforeError:
        raise
    except ConfigError as error:
        said = str(error)
        for typed, instead in _TYPED:
            said = typed.sub(instead, said)
        raise ConfigError(said) from None


def _person(who: Who) -> Person:
    return Person(who.name, who.now, who.note)
