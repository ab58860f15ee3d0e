"""Which case, finding or file does a person mean? Found by what it is called; else it is said what may be meant."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from config.case_name import CaseName
from config.errors import ConfigError
from config.matching import Named, likeness
from reports.finding import Assessment, Finding
from reports.incoming import FileView
from reports.picture import CaseView, Picture

_OFFERED = 5
# From here on a name may be a slip of what was meant.
_SLIP = 0.4


class NotFoundError(ConfigError):
    """Nothing is called so, or several are; the text is one Chinese line that says what may have been meant."""


def case_named(picture: Picture, text: str) -> CaseView:
    """Return the case that a person names: 春江花园, 浙江/春江花园, 浙江/杭州市/春江花园, also by a corrected name."""
    found = [case for case in picture.cases if _is_meant(case, text)]
    exact = [case for case in found if str(case.name) == text] or found
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise NotFoundError(f"“{text}”不止一个：{_listed(exact)}，请写全")
    own = Named(text.rpartition("/")[2])
    near = sorted(picture.cases, key=lambda case: -likeness(own, Named(case.community)))
    alike = [case for case in near[:_OFFERED] if likeness(own, Named(case.community)) >= _SLIP]
    raise NotFoundError(f"没有叫“{text}”的案例{f'，你是不是想说 {_listed(alike)}？' if alike else ''}")


def _is_meant(case: CaseView, text: str) -> bool:
    shown = CaseName(case.province, case.city, case.community)
    return case.name.is_written(text) or shown.is_written(text)


def _listed(cases: Iterable[CaseView]) -> str:
    known = [str(case.name) for case in cases]
    return "、".join(known[:_OFFERED]) + (" 等" if len(known) > _OFFERED else "")


def finding_named(assessment: Assessment, text: str) -> Finding:
    """Return the finding of a number (8 signs, or as many as tell it from the others)."""
    wanted = text.strip().lower()
    found = {one.id: one for one in assessment.findings if wanted and one.id.startswith(wanted)}
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise NotFoundError(f"编号 {text} 不止一个问题：{'、'.join(sorted(found)[:_OFFERED])}，请多写几位")
    raise NotFoundError(f"没有编号为 {text} 的问题，编号见 zhengji findings；也可能已经解决")


def files_named(picture: Picture, message_id: int, text: str) -> list[FileView]:
    """Return the files of a message that a path, a name or a pattern (IMG_*.jpg) means; a name means one file only."""
    own = [file for file in picture.files if file.message_pk == message_id]
    found = [file for file in own if file.path == text] or [file for file in own if file.name == text]
    if not found and any(sign in text for sign in "*?"):
        found = [file for file in own if fnmatchcase(file.name, text) or fnmatchcase(file.path, text)]
    elif len(found) > 1:
        paths = "、".join(file.path for file in found[:_OFFERED])
        raise NotFoundError(f"来信 {message_id} 里不止一个《{text}》：{paths}")
    if found:
        return found
    names = "、".join(file.path for file in own[:_OFFERED])
    raise NotFoundError(f"来信 {message_id} 里没有《{text}》{f'，有：{names}' if names else ''}")
