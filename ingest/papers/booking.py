"""Puts out what the book takes with it: contact sheets and text packs, of the cases that somebody asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from config.errors import ConfigError, nearest
from config.safe_names import safe_name
from ingest.desk import Desk
from ingest.papers.among import chosen_among
from ingest.room.thumbnails import thumbnail_of
from ingest.telling.digesting import assessment
from reports.alone import alone_in
from reports.book.contact_sheet import contact_sheet
from reports.book.directory import ABOUT, DIRECTORY, about_pack, directory
from reports.book.laying import Pack, Piece, told
from reports.book.text_pack import Entry, case_entries, case_folders, encoded
from reports.lookup import case_named
from reports.making.pdf import FontError, Fonts, absent_said
from reports.making.writing import write_beside
from reports.picture import CaseView, Picture
from reports.wording import clock
from store import documents

Cases = Sequence[CaseView]


def choose_cases(
    desk: Desk, as_of: datetime, provinces: Sequence[str], names: Sequence[str], among: Sequence[str]
) -> tuple[Picture, list[CaseView], Sequence[str]]:
    """Return the picture of a moment, the cases that are asked for, and what a person should know of these.

    Cases that were withdrawn are taken only where they are named.

    ConfigError where a province or a case is not known.
    """
    picture = assessment(desk, as_of).picture
    own = {_province(picture, one) for one in provinces}
    listed = chosen_among(desk, picture, among)
    wanted = {case_named(picture, name).id for name in names} | set(listed.ids if listed else ())
    asked = names or listed is not None
    chosen = [
        case
        for case in picture.cases
        if (case.id in wanted if asked else case.is_judged) and (not own or case.province in own)
    ]
    if not chosen:
        raise ConfigError("没有符合条件的案例")
    return picture, chosen, listed.notes if listed else ()


def _province(picture: Picture, text: str) -> str:
    for view in picture.associations:
        if text in (view.province, view.association.name):
            return view.province
    raise ConfigError(f"没有省份 {text}{nearest(text, [view.province for view in picture.associations])}")


def write_contact_sheets(
    desk: Desk, picture: Picture, chosen: Cases, folder: Path, *, by_province: bool
) -> Iterator[str]:
    """Write the contact sheets, one PDF a case or a province; yield what is to be said, the paths first."""
    try:
        fonts = Fonts(desk.settings.reports.font and desk.settings.at(desk.settings.reports.font))
    except FontError as error:
        raise ConfigError(f"[reports] font: {error}") from None
    if not fonts.is_embedded:
        yield "本机没有可以嵌入 PDF 的中文字体，改用阅读器自带的宋体；可安装 fonts-wqy-zenhei，或设 [reports] font"
    for path, own in _sheets(picture, chosen, by_province=by_province):
        made = contact_sheet(own, picture, partial(thumbnail_of, desk), fonts)
        write_beside(folder / path, made.data)
        yield str(folder / path)
        if made.absent:
            yield f"  {absent_said(made.absent)}"


def _sheets(picture: Picture, chosen: Cases, *, by_province: bool) -> Iterator[tuple[str, Cases]]:
    """Yield the paths of the sheets, and which cases stand on each."""
    if by_province:
        for province, cases in groupby(chosen, key=lambda case: case.province):
            yield f"{safe_name(province)}-照片页.pdf", list(cases)
        return
    folders = case_folders(picture)
    for case in chosen:
        yield f"{folders[case.id]}-照片页.pdf", [case]


def write_text_pack(desk: Desk, picture: Picture, chosen: Cases, folder: Path, *, overwrite: bool) -> Iterator[str]:
    """Lay the text pack down in a folder; yield what is to be said. BusyError where another run writes there."""
    with alone_in(folder):
        yield from _lay_pack(desk, picture, chosen, folder, overwrite=overwrite)


def _lay_pack(desk: Desk, picture: Picture, chosen: Cases, folder: Path, *, overwrite: bool) -> Iterator[str]:
    pack, vault = Pack(folder, overwrite=overwrite), desk.store.vault
    materials = {case.material.sha256 for case in chosen if case.material is not None and case.material.sha256}
    texts = documents.texts(desk.store, materials)
    folders, rows = case_folders(picture), []
    for case in chosen:
        kept = texts.get((case.material.sha256 if case.material else None) or "", {})
        for entry in case_entries(case, picture, kept):
            if entry.path:
                path = f"{folders[case.id]}/{entry.path}"
                pack.lay(_piece(path, entry, vault.find(entry.blob) if entry.blob else None))
                entry = replace(entry, path=path)  # noqa: PLW2901 (the same one, seen from the pack)
            rows.append((case, folders[case.id], entry))
    pack.lay(Piece(DIRECTORY, encoded(directory(rows, picture))))
    pack.lay(Piece(ABOUT, encoded(about_pack(chosen, picture))))
    pack.close(clock(picture.as_of, picture.campaign.call.zone))
    laid = pack.laid
    # Only who puts out everything knows what is not needed any more.
    everything = len(chosen) == sum(case.is_judged for case in picture.cases)
    now = {*laid.written, *laid.same, *laid.changed, *laid.absent}
    yield str(folder)
    yield from told(laid, pack.before - now if everything else ())


def _piece(path: str, entry: Entry, source: Path | None) -> Piece:
    return Piece(path, None if entry.blob else entry.data, source)
