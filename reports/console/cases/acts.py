"""What is decided of a case on its page: a value corrected, a withdrawal, two cases that are one, one that is two."""

from starlette.responses import Response

from config.campaign import Campaign
from config.errors import ConfigError
from config.matching import Named, likeness, why
from reports.console.asked import Asked, Done, missing
from reports.console.cases.cases import address_of, case_of
from reports.console.cases.fields import LONGEST
from reports.console.cases.part import Part
from reports.console.leads import lead, province_page
from reports.console.roles import EDITOR
from reports.console.route import Route, write
from reports.lookup import case_named
from reports.picture import CaseView
from reports.sides import captions_of

_OFFERED = 12
# Only so many of a province's cases are compared closely.
_COMPARED = 200


def correct(asked: Asked) -> Done:
    """Correct a value."""
    case, part = case_of(asked)
    field, raw = asked.text("field"), asked.text("value")
    caption = _caption(asked.console.campaign, field)
    if not raw:
        raise ConfigError(f"请写上正确的{caption}；材料里本来就空着的，可以在问题里豁免")
    if len(raw) > LONGEST:
        raise ConfigError(f"{caption}太长了，最多 {LONGEST} 字")
    lines = asked.console.acts.correct(asked.who, _named(case, part), field, raw)
    return Done(lines, asked.back, f"{case.name} {caption}")


def _caption(campaign: Campaign, field: str) -> str:
    captions = captions_of(campaign)
    if field not in captions:
        raise ConfigError("没有这一栏，请刷新页面后再试")
    return captions[field]


def withdraw(asked: Asked) -> Done:
    """Mark a case withdrawn."""
    case, part = case_of(asked)
    _reasoned(asked, "撤回")
    return Done(asked.console.acts.withdraw(asked.who, _named(case, part)), asked.back, f"{case.name} 撤回")


def reopen(asked: Asked) -> Done:
    """Take back that a case was withdrawn."""
    case, part = case_of(asked)
    if part.picture.rulings.withdrawal_of(case.name) is None:
        raise ConfigError(f"{case.name} 没有登记撤回，可能别人刚刚恢复过")
    return Done(asked.console.acts.reopen(asked.who, _named(case, part)), asked.back, f"{case.name} 恢复")


def split(asked: Asked) -> Done:
    """Say that a name, or what one company has of it, is another community."""
    case, part = case_of(asked)
    _reasoned(asked, "分开")
    company = asked.text("company") or None
    lines = asked.console.acts.split(asked.who, _named(case, part), company)
    # What is left of a case may be nothing.
    stays = asked.path["key"] in asked.console.board.seen.cases
    back = asked.back if stays else province_page(case.province)
    return Done(lines, back, f"{case.name} {f'分开（{company}）' if company else '分开'}")


def merge_page(asked: Asked) -> Response:
    """Return the page on which one says which case it really is."""
    case, part = case_of(asked)
    near = [(asked.seen.case_keys[one.id], one, told) for one, told in _nearest(case, part)]
    return asked.show("merge.html", case=case, here=address_of(asked, case), near=near)


def merge(asked: Asked) -> Done:
    """Say that a case is another one of its province."""
    case, part = case_of(asked)
    other = _other(asked, part)
    if other.id == case.id:
        raise ConfigError("这就是它自己，请选别的案例")
    _reasoned(asked, "合并")
    lines = asked.console.acts.merge(asked.who, _named(case, part), _named(other, part))
    return Done(lines, lead(other, asked.seen), f"{case.name} 并入 {other.name}")


def _other(asked: Asked, part: Part) -> CaseView:
    """Return the case that was typed, else the one that was chosen."""
    if typed := asked.text("typed"):
        return case_named(part.picture, typed)
    if not (chosen := asked.text("into")):
        raise ConfigError("请选一个案例，或写上它的名称")
    if (other := asked.seen.cases.get(chosen)) is None:
        raise missing("选中的案例已经不在了，请返回刷新")
    return other


def _reasoned(asked: Asked, act: str) -> None:
    if not asked.text("note"):
        raise ConfigError(f"{act}要写明理由（谁说的、依据什么）")


def _named(case: CaseView, part: Part) -> str:
    """Return by what a decision names a case; ConfigError where that names another one too."""
    if len(part.called(str(case.name))) > 1:
        raise ConfigError(f"有不止一个案例叫 {case.name}，分不清是哪一个；请先把其中一个的城市或文件归档改对")
    return str(case.name)


def _nearest(case: CaseView, part: Part) -> list[tuple[CaseView, str]]:
    """Return the cases of a province that are called most like a case, each with why; the others of its city last."""
    own, signs = Named(case.community, case.city, case.company), set(case.community)
    others = [one for one in part.picture.cases if one.id != case.id]
    rough = sorted(others, key=lambda one: (-len(signs & set(one.community)), one.city != case.city, one.community))
    named = [(one, Named(one.community, one.city, one.company)) for one in rough[:_COMPARED]]
    close = sorted(named, key=lambda pair: -likeness(own, pair[1]))
    return [(one, why(own, other) if likeness(own, other) else "") for one, other in close[:_OFFERED]]


ROUTES = (
    write("/cases/{key}/correct", correct, "更正"),
    write("/cases/{key}/withdraw", withdraw, "撤回"),
    write("/cases/{key}/reopen", reopen, "恢复"),
    Route("/cases/{key}/merge", merge_page, EDITOR),
    write("/cases/{key}/merge", merge, "合并案例"),
    write("/cases/{key}/split", split, "分开案例"),
)
