"""One file: what it is, where it came from, by which clues it lies where it lies, and how to put it elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from config.errors import ConfigError
from reports.console.acts import Place
from reports.console.asked import ROWS, Asked, Done, missing
from reports.console.board import file_key
from reports.console.cases.files import item
from reports.console.cases.part import Part
from reports.console.leads import lead
from reports.console.route import Route, write
from reports.incoming import FileView
from reports.lookup import case_named
from reports.picture import CaseView

CASE, NEW, NONE, STAY = "case", "new", "none", ""
_PLACES = (CASE, NEW, NONE, STAY)
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Home:
    """A case that a file belongs to, or may."""

    case: CaseView
    key: str


def file_page(asked: Asked) -> Response:
    """Return the page of a file."""
    file, part = _file_of(asked)
    campaign = asked.console.campaign
    return asked.show(
        "file.html",
        one=item(file, part, campaign),
        message=asked.seen.messages.get(file.message_pk),
        homes=_homes(asked, part, file.case_ids),
        offered=_offered(asked, file, part),
        decided=_decided(file, part),
        arrivals=_others(file, part),
        kinds=campaign.kind,
        here=lead(file, asked.seen),
    )


def _file_of(asked: Asked) -> tuple[FileView, Part | None]:
    file = asked.seen.files.get(asked.path["key"])
    if file is None:
        raise missing("没有这个文件：来信可能刚重新读过，请从来信或案例页再进来")
    return file, asked.seen.parts.get(file.province)


def _homes(asked: Asked, part: Part | None, ids: Sequence[int]) -> list[Home]:
    own = set(ids)
    cases = (case for case in part.picture.cases if case.id in own) if part and own else ()
    return [Home(case, asked.seen.case_keys[case.id]) for case in cases]


def _offered(asked: Asked, file: FileView, part: Part | None) -> list[CaseView]:
    """Return the cases that a file may rather be of: those of what came with it, then others of its province."""
    if part is None or not file.province:
        return []
    together = {id_ for one in asked.seen.files_of.get(file.message_pk, ()) for id_ in one.case_ids}
    return sorted(part.picture.cases, key=lambda one: (one.community != file.guess, one.id not in together))[:ROWS]


def _decided(file: FileView, part: Part | None) -> object:
    return part.picture.rulings.shelf.of(file.message_pk, file.path, file.sha256) if part else None


def _others(file: FileView, part: Part | None) -> list[tuple[str, FileView]]:
    """Return the other arrivals of the same content."""
    copies = part.copies.get((file.province, file.sha256), ()) if part and file.sha256 else ()
    return [(file_key(one), one) for one in copies if one.id != file.id][:ROWS]


def refile(asked: Asked) -> Done:
    """Say where a file belongs, or of what kind it is."""
    file, part = _file_of(asked)
    if file.province is None or part is None:
        raise ConfigError("还不知道这封来信是哪个省的，请先在来信页认定发信单位，再归档文件")
    place, told = _place(asked, file, part)
    lines = asked.console.acts.refile(asked.who, str(file.message_pk), file.path, place)
    return Done(lines, asked.back, f"{file.province} 来信{file.message_pk}《{file.name}》{told}")


def _place(asked: Asked, file: FileView, part: Part) -> tuple[Place, str]:
    """Return where a file is put, and that in words; ConfigError where nothing is changed or no case is named."""
    to, name, kind = asked.text("to"), asked.text("case"), asked.text("kind")
    labels = {one.name: one.label for one in asked.console.campaign.kind}
    if to not in _PLACES or (kind and kind not in labels):
        raise ConfigError("没有这种归法，请刷新页面后再试")
    if to in (CASE, NEW) and not name:
        raise ConfigError("请写上归入哪个案例")
    if to == STAY and name:
        raise ConfigError("写了案例名称，但“归到哪里”还选着“不动”，请选一项")
    kind = "" if kind == file.kind else kind
    if to == STAY and not kind:
        raise ConfigError("没有改动：请选归到哪里，或换一种材料")
    said = {CASE: f" 归入 {name}", NEW: f" 归入新案例 {name}", NONE: " 不归任何小区", STAY: ""}[to]
    said += f" 是{labels[kind]}" if kind else ""
    if to == NEW and any(case.name.is_written(name) for case in part.picture.cases):
        raise ConfigError(f"“{name[:_LONGEST_NAME]}”已经是本省的案例，请选“归入本省的案例”")
    own = str(case_named(part.picture, name).name) if to == CASE else name or None
    return Place(own if to in (CASE, NEW) else None, to == NEW, to == NONE, kind or None), said


ROUTES = (
    Route("/files/{key}", file_page),
    write("/files/{key}/refile", refile, "归档"),
)
