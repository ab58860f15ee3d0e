"""Lays the campaign out as a folder that opens without this program: the files, an index, a manifest, the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ingest.desk import Desk
from ingest.telling.digesting import assessment
from ingest.telling.reminding import reminded
from reports.alone import alone_in
from reports.archive import manifest
from reports.archive.index import Front, index
from reports.archive.layout import Layout, layout
from reports.archive.manifest import INDEX, LEDGER, README, SUMS, TABLE
from reports.archive.pages import Pages
from reports.archive.placing import Placed, Placing, is_half_written, others_in
from reports.archive.state import ArchiveError, State, state_of
from reports.finding import Assessment
from reports.ledger import Book, ledger
from reports.ledger.links import Links
from reports.making.writing import hash_of
from store import decisions, mail

# Where a ledger's documents lie that is no part of an archive.
ATTACHED = "台账附件"


@dataclass(frozen=True)
class Wishes:
    """What is asked for: old versions and raw mails too (None: as last time), and to look into every file."""

    every: bool | None = None
    mails: bool | None = None
    check: bool = False


@dataclass(frozen=True)
class Archived:
    """What an archive has become: the folder, what was done, under which names, and what a person should know."""

    folder: Path
    placed: Placed
    names: Mapping[str, str]
    options: Mapping[str, bool]
    others: Sequence[str]
    lost: Sequence[str]


def archive(desk: Desk, folder: Path, as_of: datetime, wishes: Wishes = Wishes()) -> Archived:
    """Bring an archive's folder in line with the campaign as of a moment.

    ArchiveError where the folder is not ours or the disk is full, BusyError where another run writes there.
    """
    seen = assessment(desk, as_of)
    with alone_in(folder):
        return _archived(desk, folder, seen, wishes)


def _archived(desk: Desk, folder: Path, seen: Assessment, wishes: Wishes) -> Archived:
    """Bring a folder in line in which nobody else writes."""
    state = opened(desk, folder)
    options = {name: _chosen(getattr(wishes, name), state, name) for name in ("every", "mails")}
    state.options = options
    laid = layout(seen.picture, mail.raws(desk.store) if options["mails"] else None, every=options["every"])
    placed = Placing(folder, desk.store.vault, state, check=wishes.check).run(laid.entries)
    pages = Pages(folder, state)
    names = {wanted: pages.name(wanted) for wanted in (INDEX, LEDGER, TABLE, README, SUMS)}
    pages.forget(names.values())
    others = others_in(folder, state, names.values())
    made = _pages(seen, laid, placed, names, Front(len(state.retired), others))
    made |= {names[TABLE]: manifest.table(laid.entries, placed.where, state.retired, desk.campaign.call)}
    last = decisions.last_id(desk.store, seen.picture.as_of)
    book = Book(Links(laid, placed.where), last, reminded=reminded(desk, seen))
    pages.write({**made, names[LEDGER]: ledger(seen, book)})
    pages.write({names[SUMS]: _sums(pages, [*made, names[LEDGER]])})
    lost = [f"《{file.name}》（来信 {file.message_pk}）：{reason}" for file, reason in laid.lost]
    return Archived(folder, placed, names, options, others, lost)


def _pages(seen: Assessment, laid: Layout, placed: Placed, names: Mapping[str, str], front: Front) -> dict[str, bytes]:
    """Return what people read first, by the names that it has: the index, and what this folder is."""
    call = seen.picture.campaign.call
    links = {"台账": names[LEDGER], "清单（含校验值）": names[TABLE], "说明": names[README]}
    counts = {"cases": sum(view.cases_expected for view in seen.picture.associations), "files": len(placed.where)}
    return {
        names[INDEX]: index(seen, laid, placed.where, replace(front, links=links)),
        names[README]: manifest.readme(call.title, seen.picture.as_of, call, names, counts),
    }


def _sums(pages: Pages, names: Iterable[str]) -> bytes:
    """Return the sums of all that we put there and of these pages, of which it is what was written."""
    own = {**pages.state.files, **pages.state.retired}
    hashes = [(path, one.sha256) for path, one in own.items()]
    return manifest.sums([*hashes, *((name, hash_of(pages.root / name)) for name in names)])


def _chosen(wish: bool | None, state: State, name: str) -> bool:  # noqa: FBT001 (an option of the command line)
    """Return an option: as it is asked for, else as it was last time."""
    return state.options.get(name, False) if wish is None else wish


def opened(desk: Desk, folder: Path) -> State:
    """Return what we know of a folder, which is made where there is none; ArchiveError where it is not ours."""
    campaign = desk.campaign.call.id
    folder.mkdir(parents=True, exist_ok=True)
    state = state_of(folder)
    if state is None:
        if any(not is_half_written(path) for path in folder.iterdir()):
            raise ArchiveError(f"{folder} 不是空文件夹，也不是以前归档的文件夹，没有写入；请换一个文件夹")
        state = State(campaign)
        # Noted before anything else: a run that is killed finds its folder again.
        state.save(folder)
    if state.campaign != campaign:
        raise ArchiveError(f"{folder} 是另一次征集（{state.campaign}）的归档，没有写入；请换一个文件夹")
    return state


def attach(desk: Desk, seen: Assessment, folder: Path) -> tuple[Links, Placed]:
    """Lay the filed documents of an assessment out in a folder beside a ledger that is to lie in `folder`."""
    beside = folder / ATTACHED
    laid = layout(seen.picture)
    with alone_in(beside):
        placed = Placing(beside, desk.store.vault, opened(desk, beside)).run(laid.entries)
    return Links(laid, placed.where, f"{ATTACHED}/"), placed


def documents_beside(desk: Desk, seen: Assessment, folder: Path) -> Links:
    """Return where documents lie already for a ledger in a folder: in an archive that this is, or beside the ledger."""
    for place, prefix in ((folder, ""), (folder / ATTACHED, f"{ATTACHED}/")):
        state = state_of(place)
        if state is None or state.campaign != desk.campaign.call.id:
            continue
        raws = mail.raws(desk.store) if state.options.get("mails") else None
        laid = layout(seen.picture, raws, every=state.options.get("every", False))
        there = ((entry.path, state.files.get(entry.path)) for entry in laid.entries)
        hashes = {entry.path: entry.sha256 for entry in laid.entries}
        return Links(laid, {path: path for path, own in there if own and own.sha256 == hashes[path]}, prefix)
    return Links()
