"""Answers about one community: has it come, its form and photos, what is wrong, was it late, whom to call."""

from collections.abc import Sequence

from reports import moments
from reports.finding import Finding
from reports.incoming import FileView
from reports.picture import CaseView
from reports.queries import items, late
from reports.queries.ask.answer import Answer, Inquiry, answered, at, beside, cases_said, file_said, hidden
from reports.queries.filters import findings_of, own_findings
from reports.stamps import seals_said
from reports.wording import SEVERITIES, joined

_STAMPED = {True: "盖有红色公章", False: "没有见到红色公章", None: "看不出是否盖章（灰度件，或没有读出）"}
_SHOWN = 4


def status(asked: Inquiry) -> Answer:
    """春江花园报了没有? When its first material came, what is there, what is missing."""
    case, picture = asked.case, asked.picture
    what = items.missing(case, picture.campaign)
    came = f"{at(case.first_arrival, picture)} 首次到达" if case.first_arrival else "清单里有，材料还没有收到"
    state = f"还缺{joined(what)}" if what else "材料齐全"
    gone = f"，已撤回（{case.withdrawn}）" if case.withdrawn else ""
    told = hidden(picture, case.province) if what else ()
    sentence = f"{case.name}：{came}，{state}{gone}{beside(told)}"
    return answered("case", case.community, sentence, (file_said(one, picture) for one in _current(case)))


def _current(case: CaseView) -> list[FileView]:
    return [file for file in case.files if not file.superseded]


def outstanding(asked: Inquiry) -> Answer:
    """Answer: 春江花园还缺什么."""
    case, picture = asked.case, asked.picture
    what = items.missing(case, picture.campaign)
    told = hidden(picture, case.province) if what else ()
    state = f"还缺{joined(what)}" if what else "应报的材料都齐了"
    sentence = f"{case.name}：{state}{beside(told)}"
    return answered(
        "outstanding", case.community, sentence, [*(file_said(one, picture) for one in _current(case)), *told]
    )


def item(asked: Inquiry) -> Answer:
    """Answer: 春江花园的推荐表收到没有, 盖章了吗."""
    case, picture, name = asked.case, asked.picture, asked.names.item or "form"
    label, files, said = {
        "form": ("推荐表", case.forms, f"推荐表收到了，{_STAMPED[case.form_stamped]}"),
        "material": ("案例材料", case.materials, "案例材料收到了"),
        "photo": ("照片", case.photo_files, _photos(asked)),
        "video": ("视频", case.video_files, f"视频收到了 {case.videos} 个"),
        "list": ("清单", tuple(row.file for row in case.rows), _row(case)),
    }[name]
    if files:
        enough = name != "photo" or case.photos >= picture.campaign.call.photos_min
        told = () if enough else hidden(picture, case.province)
        proof = [*(file_said(one, picture) for one in files), seals_said(case.forms) if name == "form" else ""]
        return answered("item", case.community, f"{case.name}：{said}{beside(told)}", proof)
    missing = "清单里没有列" if name == "list" else f"还没有收到{label}"
    told = hidden(picture, case.province)
    optional = "（视频可以不报）" if name == "video" else ""
    return answered("item", case.community, f"{case.name}：{missing}{optional}{beside(told)}", told)


def _row(case: CaseView) -> str:
    return "清单里列有" if case.in_list else "先前的清单里有，新清单没有列"


def _photos(asked: Inquiry) -> str:
    call = asked.picture.campaign.call
    case = asked.case
    enough = "够了" if case.photos >= call.photos_min else f"还差 {call.photos_min - case.photos} 张"
    asks = f"要求 {call.photos_min}–{call.photos_max} 张"
    return f"照片收到 {len(case.photo_files)} 张，合格 {case.photos} 张（{asks}），{enough}"


def was_late(asked: Inquiry) -> Answer:
    """岳麓山庄迟了没有? By its association's deadline."""
    case, picture = asked.case, asked.picture
    first, limit = moments.first_taken(case), late.deadline_of(case, picture)
    if first is None:
        return answered(
            "late",
            case.community,
            f"{case.name}：材料还没有收到，截止 {at(limit, picture)}",
            hidden(picture, case.province),
        )
    behind = {True: "迟了", False: "没有迟", None: ""}[late.is_late(case, picture)]
    sentence = f"{case.name}{behind}：材料最早 {at(first, picture)} 到达，截止 {at(limit, picture)}"
    return answered("late", case.community, sentence, (file_said(one, picture) for one in _current(case)))


def contact(asked: Inquiry) -> Answer:
    """春江花园联系人是谁? Of the company and of the recommending association, as the form states them."""
    case = asked.case
    sides = (
        ("申报单位", case.company, case.applicant_contact, case.applicant_phone),
        ("推荐单位", case.recommender, case.recommender_contact, case.recommender_phone),
    )
    said = [
        f"{side}{f' {who}' if who else ''}：{name or '联系人未写'}，{phone or '电话未写'}"
        for side, who, name, phone in sides
    ]
    proof = [case.form[field].evidence for field in ("applicant_contact", "applicant_phone") if field in case.form]
    return answered("contact", case.community, f"{case.name}，{'；'.join(said)}", proof)


def findings(asked: Inquiry) -> Answer:
    """春江花园为什么被标? The open findings with their clauses and evidence."""
    case = asked.case
    found = own_findings(case, findings_of(asked.assessment))
    waived = [
        one for one in asked.assessment.findings
        if one.status == "waived" and (one.province, one.community) == (case.province, case.community)
    ]  # fmt: skip
    return findings_said("finding", case.community, str(case.name), found, waived)


def findings_said(kind: str, about: str, name: str, found: Sequence[Finding], waived: Sequence[Finding]) -> Answer:
    """Return an answer that names findings, those that must be put right first."""
    order = list(SEVERITIES)
    sorted_ = sorted(found, key=lambda one: order.index(one.severity))
    more = f"；另有 {len(waived)} 个已豁免" if waived else ""
    if not sorted_:
        return answered(kind, about, f"{name}：没有待处理的问题{more}", (_finding_line(one) for one in waived))
    first = "；".join(one.message for one in sorted_[:_SHOWN])
    rest = f"……共 {len(sorted_)} 个问题" if len(sorted_) > _SHOWN else ""
    return answered(
        kind, about, f"{name}有 {len(sorted_)} 个问题：{first}{rest}{more}", map(_finding_line, [*sorted_, *waived])
    )


def _finding_line(one: Finding) -> str:
    waived = f"（已豁免：{one.waived}）" if one.waived else ""
    evidence = f"；依据 {one.evidence}" if one.evidence else ""
    return f"{SEVERITIES[one.severity]}：{one.message}〔{one.clause}〕{evidence}{waived}"


def company(asked: Inquiry) -> Answer:
    """Answer: 某企业报了几个小区."""
    names = asked.names.companies
    own = [case for case in asked.picture.cases if case.company in names and case.is_judged]
    called = joined(names)
    sentence = f"{called}报了 {len(own)} 个小区：{cases_said(own, place=True)}" if own else f"{called}没有在报的小区"
    return answered("company", names[0], sentence, (_line(case, asked) for case in own))


def of_type(asked: Inquiry) -> Answer:
    """弃管小区有几个? Also of one province; those of which the type is not known are named apart."""
    campaign, wanted = asked.picture.campaign, asked.names.types
    cases = [case for case in asked.picture.cases if case.is_judged]
    if asked.names.provinces:
        cases = [case for case in cases if case.province in asked.names.provinces]
    if asked.names.cities:
        cases = [case for case in cases if (case.province, case.city) in asked.names.cities]
    place = asked.names.provinces or [province for province, _ in asked.names.cities]
    where = joined([city for _, city in asked.names.cities] or asked.names.provinces)
    unknown = sum(case.project_type is None for case in cases)
    rest = f"；另有 {unknown} 个案例的项目类型未知" if unknown else ""
    kinds = [kind for kind in campaign.project_type if not wanted or kind.name in wanted]
    own = {kind.label: [case for case in cases if case.project_type == kind.name] for kind in kinds}
    if wanted:
        label, found = next(iter(own.items()))
        told = hidden(asked.picture, place[0]) if place and not cases else ()
        none = f"（{where}还没有认定的案例）" if place and not cases else ""
        named = f"：{cases_said(found, place=True)}" if found else none
        sentence = f"{where}{label}有 {len(found)} 个{named}{rest}{beside(told)}"
        return answered("type", wanted[0], sentence, (_line(case, asked) for case in found))
    counts = "，".join(f"{label} {len(found)} 个" for label, found in own.items())
    return answered("type", "", f"{where}共 {len(cases)} 个案例：{counts}{rest}")


def _line(case: CaseView, asked: Inquiry) -> str:
    what = items.missing(case, asked.picture.campaign)
    return f"{case.name}：{case.company or '企业未知'}，{f'缺{joined(what)}' if what else '材料齐全'}"
