"""Keeps and reads what a mail holds: every part, every member of its archives and of the mails inside it.

Everything is opened in the clean room; here the files are put together, whatever is wrong with one of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from config.sentences import packed
from ingest.desk import Desk
from ingest.held import Held
from ingest.room.opened import Kept, kept_from, letter_from
from ingest.room.readers import UNREAD, all_of, reading_from, unique
from ingest.senders.clues import Written
from ingest.senders.origin import Inner
from parsers.archives import ARCHIVE_FORMATS, volume_of
from parsers.base import ParseError, as_json
from parsers.damaged import find_damage
from parsers.documents.pictures import shows_pictures
from parsers.letter import Letter
from parsers.links import CloudLink
from parsers.litter import TOLD as LITTER
from parsers.litter import find_litter
from parsers.mails import MAIL_FORMATS
from parsers.names import unique_path
from parsers.naming_kinds import PACKED
from parsers.passwords import NOTE_BYTES, find_passwords, passwords_in_note, passwords_in_path
from parsers.reading import Reading, format_at, kind_of
from store import documents
from store.contents.blobs import Blob
from store.documents import CachedReading, ReadFile
from store.siblings import VolumeFile

_EMPTY = ("corrupt", "文件是空的（0 字节），请对方重发")
_END_MISSING = "分卷压缩包不完整，已收到 {count} 卷，还缺第 {next} 卷（可能还有其后的卷），各卷到齐后自动打开"
_HEAD_BYTES = 4096
Problem = tuple[str, str]


@dataclass
class Pile:
    """The files of one mail as they come: what is spent on it, which passwords may open it, and its documents' names.

    `taken` are the paths in use: a mail, an archive in it and a member may claim the same one.
    """

    desk: Desk
    passwords: list[str]
    # What text files among them name as passwords: they may come after the archive that they open.
    noted: list[str] = field(default_factory=list)
    files: list[ReadFile] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=lambda: {"members": 0, "bytes": 0})
    taken: dict[str, int] = field(default_factory=dict)
    submitters: list[str] = field(default_factory=list)
    list_recommenders: list[str] = field(default_factory=list)
    form_recommenders: list[str] = field(default_factory=list)
    # The senders of the mails that lie right in this one, and how deep in such mails we are.
    inner: list[Inner] = field(default_factory=list)
    mails: int = 0
    # What the mails inside leave behind cloud links.
    links: list[CloudLink] = field(default_factory=list)

    @property
    def written(self) -> Written:
        """What the documents say of who sent them."""
        return Written(self.submitters, self.list_recommenders, self.form_recommenders)

    def path(self, wanted: str) -> str:
        """Return a path for a file: bounded in length, and unlike any other of the mail."""
        return unique_path(wanted, self.taken)


def read_mail(
    desk: Desk, raw: Path, passwords: Sequence[str] = (), beside: Iterable[Held] = (), format_: str = "eml"
) -> tuple[Letter, Pile]:
    """Keep and read all that a mail holds, and what lies beside it; return its letter and its files.

    ParseError where it cannot be opened at all.
    """
    pile = Pile(desk, list(passwords))
    letter, parts, problem = _open_mail(pile, raw, format_)
    if letter is None:
        raise ParseError("corrupt", "来信打不开")
    add_all(pile, parts, "", desk.settings.limits.depth)
    if problem:
        pile.files.append(_unopened(pile.path("邮件其余部分"), "邮件其余部分", 0, *problem))
    _add_held(pile, beside)
    return letter, pile


def added_format(raw: Path) -> str:
    """Return how a mail that a person added is kept: as Outlook's .msg, else as it went over the wire."""
    return "msg" if format_at(raw) == "msg" else "eml"


def letter_at(desk: Desk, raw: Path, format_: str) -> Letter | None:
    """Return the letter of a mail, without keeping what it holds; None where it cannot be opened."""
    answers, _ = all_of(desk.room.ask("letter", raw.stat().st_size, path=str(raw), format_=format_, most=0))
    return letter_from(answers[0]["letter"]) if answers else None


def read_held(desk: Desk, held: Iterable[Held], passwords: Sequence[str] = ()) -> Pile:
    """Read files that came without a mail."""
    pile = Pile(desk, list(passwords))
    _add_held(pile, held)
    return pile


def _add_held(pile: Pile, held: Iterable[Held]) -> None:
    kept = [Kept(one.path, PurePosixPath(one.path).name, one.bytes, one.sha256, None, place=PACKED) for one in held]
    add_all(pile, kept, "", pile.desk.settings.limits.depth)


def add_all(pile: Pile, kept: Iterable[Kept], prefix: str, depth: int) -> None:
    """Add what stood beside each other in one mail or archive."""
    beside = list(kept)
    readings = read_blobs(pile.desk, (Blob(one.sha256, one.bytes) for one in beside if one.sha256))
    for one in beside:
        _add(pile, one, readings.get(one.sha256 or ""), prefix, depth)


def _add(pile: Pile, kept: Kept, reading: Reading | None, prefix: str, depth: int) -> None:
    """Add one content and, where it holds others, those after it."""
    path = pile.path(prefix + kept.path)
    if kept.sha256 is None or reading is None:
        pile.files.append(_shut(path, kept))
        return
    blob = Blob(kept.sha256, kept.bytes)
    name = PurePosixPath(path).name
    kind, _, evidence = kind_of(reading, name, path, pile.desk.campaign, kept.place)
    if evidence.startswith(LITTER):
        # There is nothing in it to read.
        reading = Reading(reading.format)
    file = ReadFile(path, name, blob.sha256, blob.bytes, reading.format, kind, evidence, reading.status, reading.reason)
    at = len(pile.files)
    pile.files.append(file)
    if volume := volume_of(name, _head(pile.desk, blob), pile.desk.store.vault.path(blob.sha256)):
        own = {"number": volume.number, "last": volume.last, "scheme": volume.scheme}
        # Volumes of one name in two folders are two archives.
        stem = str(PurePosixPath(path).parent / volume.stem)[-400:]
        pile.files[at] = replace(file, kind="archive", volume_stem=stem, volume=own)
        return
    _note_names(pile, reading)
    _note_passwords(pile, file)
    if shows_pictures(reading):
        pile.files[at] = replace(file, **_add_pictures(pile, file))
        return
    inner, problem = _open(pile, file, depth, is_mail=kept.is_mail)
    problem = problem or kept.problem
    if problem and file.status == "ok":
        inner = {**inner, "status": problem[0], "reason": problem[1]}
    pile.files[at] = replace(pile.files[at], **inner)
    if len(pile.files) == at + 1:
        pile.files[at] = _called_by_name(pile, pile.files[at])


def _called_by_name(pile: Pile, file: ReadFile) -> ReadFile:
    """Return a file of which nothing was opened; a damaged document is called one, whatever its bytes look like."""
    reason = find_damage(file.name, file.format, file.status, file.bytes)
    if reason is None:
        return file
    told = replace(file, status="corrupt", reason=reason)
    if file.kind != "archive":
        return told
    kind, _, evidence = kind_of(Reading("docx", (), "corrupt"), file.name, file.path, pile.desk.campaign)
    return replace(told, kind=kind, kind_evidence=evidence)


def _open(pile: Pile, file: ReadFile, depth: int, *, is_mail: bool) -> tuple[dict[str, Any], Problem | None]:
    """Add what a file holds; return what is to be noted of it, and what stopped it if anything did."""
    is_mail = is_mail or file.format in MAIL_FORMATS
    if not (is_mail or file.format in ARCHIVE_FORMATS) or file.status != "ok":
        return {}, None
    if depth == 0:
        return {}, ("unsafe", f"压缩包或邮件嵌套超过 {pile.desk.settings.limits.depth} 层，里面的没有再打开")
    opened = pile.desk.store.vault.path(file.sha256 or "")
    pile.passwords.extend(passwords_in_path(file.path))
    try:
        letter, inside, problem = (
            _open_mail(pile, opened, file.format) if is_mail else (None, *_unpack(pile, [opened], file.bytes))
        )
    except ParseError as error:
        return {}, (error.status, error.reason)
    pile.links.extend(letter.links if letter else ())
    with _inside(pile, letter):
        add_all(pile, inside, f"{file.path}!/", depth - 1)
    return {"letter": _provenance(letter)} if letter else {}, problem


def _add_pictures(pile: Pile, file: ReadFile) -> dict[str, Any]:
    """Add the pictures that stand in a Word file; return what is to be noted of it, which was read whatever they are.

    All of a material, as photos may be pasted into it; of other papers only where they are nothing but pictures.
    """
    answers, problem = all_of(
        pile.desk.room.ask(
            "pictures",
            file.bytes,
            path=str(pile.desk.store.vault.path(file.sha256 or "")),
            spent=pile.spent,
            bare=file.kind != "case_material",
        )
    )
    if answers:
        pile.spent = answers[-1]["spent"]
    add_all(pile, [kept_from(answer) for answer in answers], f"{file.path}!/", 0)
    told = (
        {} if file.kind_evidence or not answers else {"kind_evidence": f"内容：只有图片（{len(answers)} 张，已取出）"}
    )
    return {**told, "reason": f"文中的图片没有全部取出：{problem[1]}"} if problem else told


@contextmanager
def _inside(pile: Pile, letter: Letter | None) -> Iterator[None]:
    """Note whose mail is opened, unless it lies in another that was noted; a mere wrapper is of nobody."""
    counts = letter is not None and bool(letter.from_address or letter.from_name)
    if letter and counts and not pile.mails:
        pile.inner.append(Inner(letter.from_address, letter.from_name, letter.subject))
    pile.mails += counts
    try:
        yield
    finally:
        pile.mails -= counts


def open_volumes(pile: Pile, volumes: Sequence[VolumeFile]) -> None:
    """Add the members of a split archive whose volumes are all there, in order, under the name of its first volume."""
    paths = [pile.desk.store.vault.path(volume.sha256) for volume in volumes]
    pile.passwords.extend(word for volume in volumes for word in passwords_in_path(volume.path))
    members, problem = _unpack(pile, paths, sum(volume.bytes for volume in volumes))
    add_all(pile, members, f"{volumes[0].path}!/", pile.desk.settings.limits.depth - 1)
    if problem:
        own = {volume.path for volume in volumes}
        reason = _END_MISSING.format(count=len(volumes), next=len(volumes) + 1)
        reason = reason if problem[0] == "volume_missing" else problem[1]
        pile.files[:] = [
            replace(file, status=problem[0], reason=reason) if file.path in own and file.volume_stem else file
            for file in pile.files
        ]


def _head(desk: Desk, blob: Blob) -> bytes:
    with desk.store.vault.path(blob.sha256).open("rb") as file:
        return file.read(_HEAD_BYTES)


def _open_mail(pile: Pile, raw: Path, format_: str) -> tuple[Letter | None, list[Kept], Problem | None]:
    """Return a mail's letter, its parts, and what stopped them if anything did; note the passwords that it names."""
    most = max(pile.desk.settings.limits.members - pile.spent["members"], 0)
    answers = pile.desk.room.ask("letter", raw.stat().st_size, path=str(raw), format_=format_, most=most)
    letter = letter_from(next(answers)["letter"])
    if letter:
        pile.passwords.extend(find_passwords(f"{letter.subject}\n{letter.text}"))
    parts, problem = all_of(answers)
    pile.spent["members"] += len(parts)
    return letter, [kept_from(part) for part in parts], problem


def _unpack(pile: Pile, volumes: Sequence[Path], size: int) -> tuple[list[Kept], Problem | None]:
    """Return an archive's members, and what stopped it if anything did. What was had until then is kept."""
    answers, problem = all_of(
        pile.desk.room.ask(
            "unpack",
            size,
            paths=[str(path) for path in volumes],
            spent=pile.spent,
            passwords=list(dict.fromkeys(pile.passwords)),
        )
    )
    if answers:
        pile.spent = answers[-1]["spent"]
    return [kept_from(answer) for answer in answers], problem


def _provenance(letter: Letter) -> dict[str, Any]:
    """Return what is kept of a mail inside another: whose it was, and when they say they sent it."""
    return {
        "from_name": letter.from_name,
        "from_address": letter.from_address,
        "date": letter.date.isoformat() if letter.date else None,
        "subject": letter.subject,
    }


def _unopened(path: str, name: str, size: int, status: str, reason: str) -> ReadFile:
    return ReadFile(path, name, None, size, UNREAD, "other", "", status, reason)


def _shut(path: str, kept: Kept) -> ReadFile:
    """Return a file of which nothing could be had; an empty one that a system left behind lacks nothing."""
    problem = kept.problem or _EMPTY
    litter = find_litter(Reading(UNREAD), path) if problem[0] == "corrupt" else None
    if litter:
        return ReadFile(path, kept.name, None, kept.bytes, UNREAD, "other", litter, "ok", "")
    return _unopened(path, kept.name, kept.bytes, *problem)


def read_blobs(desk: Desk, blobs: Iterable[Blob]) -> dict[str, Reading]:
    """Return the readings of contents by hash, from what is kept of those that this version has read before."""
    wanted = unique(blobs)
    kept = documents.cached_readings(desk.store, [blob.sha256 for blob in wanted], desk.reading_version)
    readings = {sha256: reading_from(vars(one)) for sha256, one in kept.items()}
    fresh = desk.readers.read([blob for blob in wanted if blob.sha256 not in readings])
    documents.keep_readings(desk.store, [_cached(desk, sha256, reading) for sha256, reading in fresh.items()])
    return readings | fresh


def _cached(desk: Desk, sha256: str, reading: Reading) -> CachedReading:
    # What an OCR failed at, for want of time or memory, is of no version: whoever asks again tries again.
    version = "" if reading.needs else desk.reading_version
    found = [{"kind": one.kind, "confidence": one.confidence, "facts": as_json(one.facts)} for one in reading.found]
    texts = next((one.texts for one in reading.found if one.texts), {})
    told = (reading.format, reading.status, reading.reason)
    return CachedReading(sha256, version, *told, found, texts, packed(texts, desk.campaign))


def _note_names(pile: Pile, reading: Reading) -> None:
    """Note the organisations that lists and forms name: clues to the sender."""
    for found in reading.found:
        if found.kind in ("summary_list", "summary_list_scan"):
            pile.submitters.extend(_texts([found.facts.get("submitter")]))
            pile.list_recommenders.extend(_texts(row.get("recommender") for row in found.facts.get("rows", ())))
        elif found.kind in ("recommendation_form", "recommendation_form_scan"):
            pile.form_recommenders.extend(_texts([found.facts.get("fields", {}).get("recommender")]))


def _note_passwords(pile: Pile, file: ReadFile) -> None:
    """Note what a small text file names as passwords, for the archives beside it and in the sender's other mails."""
    if file.format == "text" and file.sha256 and file.bytes <= NOTE_BYTES:
        found = passwords_in_note(file.name, pile.desk.store.vault.path(file.sha256).read_bytes())
        pile.passwords.extend(found)
        pile.noted.extend(found)


def _texts(cells: Iterable[dict[str, Any] | None]) -> Iterator[str]:
    return (str(cell["value"]) for cell in cells if cell and cell.get("value"))
