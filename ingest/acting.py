"""What the console asks to be done is done here: by the functions of the command line, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from ingest import adding, arriving, deciding, settling
from ingest.deciding import Clerk, Shelved
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from reports.console.acts import Lines, Place, Who
from reports.console.board import Board
from store import mail
from store.decisions import Person

_FAILED = "来信 {number} 未能读出：{reason}"


@dataclass(frozen=True)
class DeskActs:
    """The acts of the console at a desk; whoever acts has the board's turn, and the board looks anew afterwards."""

    desk: Desk
    board: Board

    def correct(self, who: Who, case: str, field: str, raw: str) -> Lines:
        """Correct a value of a case."""
        return self._as_clerk(who, lambda clerk: deciding.correct(clerk, case, field, raw))

    def waive(self, who: Who, findings: Sequence[str]) -> Lines:
        """Waive findings, all for one reason; those that cannot be are said, and hold up no others."""
        if not who.note:
            raise ConfigError("豁免要写明理由")
        return self._as_clerk(who, lambda clerk: _each(findings, lambda one: deciding.waive(clerk, one)))

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
        with self.board.deciding():
            return settling.assign(self.desk, target, place, _person(who), only_this=only_this, seen=who.seen)

    def set_kind(self, who: Who, message: str, kind: str) -> Lines:
        """Decide what kind of mail a message is."""
        with self.board.deciding():
            return settling.set_kind(self.desk, message, kind, _person(who), who.seen)

    def set_arrival(self, who: Who, message: str, verdict: str) -> Lines:
        """Decide which of a mail's two stamps counts."""
        with self.board.deciding():
            return arriving.decide_arrival(self.desk, message, verdict, _person(who), who.seen)

    def retry(self, who: Who) -> Lines:  # noqa: ARG002 (whoever asks, the same is done)
        """Read anew the mails that failed, and the scans that could not be read."""
        with self.board.deciding():
            store = self.desk.store
            waiting = mail.wait_again(store, every_attempt=True) + mail.wait_where_half_read(store)
            take_in(self.desk)
            return [f"重读 {waiting} 封", *self._failures()]

    def undo(self, who: Who, decision: int) -> Lines:
        """Undo a decision."""
        with self.board.deciding():
            return settling.undo(self.desk, decision, _person(who))

    def add(self, who: Who, files: Sequence[Path], said: Mapping[str, str | None]) -> Lines:
        """Take in files that came by other ways; `said` is {province, city, case, source, arrived}."""
        with self.board.deciding():
            done = adding.add(self.desk, files, said, _person(who))
            return [*done.lines, *done.failures]

    def take_mail(self, who: Who, raw: Path) -> Lines:
        """Take in a mail from a `.eml` file."""
        with self.board.deciding():
            done = import_path(self.desk, raw, who.now)
            if not done.seen:
                raise ConfigError("这不是一封邮件（.eml）")
            take_in(self.desk)
            return ["已收下这封邮件" if done.new else "这封邮件先前已经收到，没有重复", *self._failures()]

    def _as_clerk(self, who: Who, work: Callable[[Clerk], Lines]) -> Lines:
        with self.board.deciding():
            return work(Clerk(self.desk, _person(who), who.seen))

    def _failures(self) -> Lines:
        return [_FAILED.format(number=number, reason=reason) for number, reason in mail.failed(self.desk.store)]


def _person(who: Who) -> Person:
    return Person(who.name, who.now, who.note)


def _each(targets: Sequence[str], work: Callable[[str], Lines]) -> Lines:
    """Do something to each; what cannot be done is said. ConfigError where nothing could, or a single one was asked."""
    if len(targets) == 1:
        return work(targets[0])
    lines: Lines = []
    troubles: Lines = []
    for target in targets:
        try:
            lines += work(target)
        except ConfigError as error:
            troubles.append(str(error))
    if not lines:
        raise ConfigError("；".join(troubles) or "没有选中任何一条")
    return [*lines, *troubles]
