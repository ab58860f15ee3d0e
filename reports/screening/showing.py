"""The reviews for people and programs: a table for a terminal, JSON, CSV, and the workbook 筛选汇总."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from config.campaign import Campaign
from reports.ledger.fields import moment
from reports.making.tables import Column, Sheet, csv_text, json_text, workbook
from reports.screening.summary import CaseReviews, Reviewer, Standing, row_of
from reports.screening.words import SHOWN, VERDICTS
from reports.status import as_table
from reports.wording import clock, joined, one_line

FORMATS = ("table", "json", "csv", "xlsx")
_RED, _AMBER, _GREEN = ("#F8D7DA", "#8B1A1A"), ("#FFF0C2", "#6B4E00"), ("#DDF0E0", "#1E5B2E")
_NAMED = 20
# The columns of the workbook: the name in exports, heading, width, style, colours of words.
_COLUMNS: tuple[tuple[str, Column], ...] = (
    ("province", Column("省份", 7)),
    ("city", Column("城市", 9, "long")),
    ("community", Column("小区名称", 15, "long")),
    ("company", Column("物业服务企业", 20, "long")),
    ("project_type", Column("项目类型", 12, "long")),
    ("reviews", Column("已评阅人数", 7, "number")),
    *((code, Column(label, 7, "number")) for code, label in VERDICTS.items()),
    ("agreement", Column("是否一致", 8, "word", {"一致": _GREEN, "不一致": _RED})),
    ("verdicts", Column("各人结论", 22, "long")),
    ("vetoed", Column("一票否决（是）", 22, "long")),
    ("to_check", Column("一票否决（待核）", 22, "long")),
    ("points", Column("要点", 26, "long")),
    ("merit", Column("亮点", 28, "long")),
    ("reason", Column("理由", 28, "long")),
    ("awaiting", Column("尚未交回", 12, "long")),
    ("outdated", Column("评阅的是旧版材料", 12, "long")),
)
_POINT_COLUMNS = (
    Column("省份", 7), Column("小区名称", 15, "long"), Column("方向", 11, "word"), Column("要点", 46, "long"),
    *(Column(label, 9, "number") for label in SHOWN.values()), Column("备注", 46, "long"),
)  # fmt: skip
_REVIEWER_COLUMNS = (
    Column("评阅人", 12), Column("分派案例", 9, "number"), Column("已评阅", 9, "number"),
    Column("尚未评阅", 9, "number"), Column("最近收回", 18, "moment"),
)  # fmt: skip
_HEADINGS = ("省份", "小区", "评阅", "各人结论", "一致", "一票否决", "要点", "尚未交回")


def shown(standing: Standing, format_: str) -> bytes:
    """Return the reviews in a format of FORMATS."""
    return _WRITERS[format_](standing)


def _table(standing: Standing) -> bytes:
    rows = [_line(one, row_of(one)) for one in standing.cases]
    lines = [as_table(_HEADINGS, rows).rstrip("\n"), *summary_lines(standing)]
    return ("\n".join(lines) + "\n").encode()


def _line(one: CaseReviews, row: Mapping[str, Any]) -> tuple[Any, ...]:
    vetoes = "；".join(filter(None, (row["vetoed"], row["to_check"])))
    names = (row["verdicts"], one.agreement, vetoes, row["points"], row["awaiting"])
    return one.case.province, one.case.community, len(one.reviews), *names


def summary_lines(standing: Standing) -> Iterable[str]:
    """Yield what is to be done yet, a line each."""
    yield f"截至 {clock(standing.picture.as_of, standing.picture.campaign.call.zone)}：案例 {len(standing.cases)} 个"
    differing = [one.case.community for one in standing.cases if one.agreement == "不一致"]
    late = [reviewer for reviewer in standing.reviewers if reviewer.outstanding]
    old = [one.case.community for one in standing.cases if one.outdated]
    told = {
        "结论不一致": [one_line(name) for name in differing],
        "还没有人评阅": [one_line(case.community) for case in standing.unreviewed],
        "尚未交回": [f"{one_line(one.name)}（{one.done}/{one.given}）" for one in late],
        "评阅之后材料有新版": [one_line(name) for name in old],
        "所评案例已不在": [one_line(f"{one['reviewer']}：{one['community']}") for one in standing.idle],
    }
    yield from (f"{what}：{joined(names, _NAMED)}" for what, names in told.items() if names)


def _json(standing: Standing) -> bytes:
    rows = [row_of(one) for one in standing.cases]
    return json_text(rows).encode()


def _csv(standing: Standing) -> bytes:
    names = [name for name, _ in _COLUMNS]
    names[names.index("points") : names.index("points")] = list(SHOWN)
    rows = (row_of(one) for one in standing.cases)
    return csv_text(names, [[row[name] for name in names] for row in rows]).encode()


def _workbook(standing: Standing) -> bytes:
    campaign = standing.picture.campaign
    head = f"{campaign.call.title}　筛选汇总　截至 {clock(standing.picture.as_of, campaign.call.zone)}"
    columns = [column for _, column in _COLUMNS]
    rows = [_said(row_of(one, "\n"), campaign) for one in standing.cases]
    return workbook(
        [
            Sheet("汇总", columns, rows, head, pages_wide=2, repeated_columns=3),
            Sheet("逐条", _POINT_COLUMNS, list(_point_rows(standing)), head),
            Sheet("评阅人", _REVIEWER_COLUMNS, [_reviewer(one, campaign) for one in standing.reviewers], head),
        ]
    )


def _said(row: Mapping[str, Any], campaign: Campaign) -> list[Any]:
    """Return a row as people read it: nothing stands where nobody has said anything yet."""
    counts = {code: row[code] or None for code in ("reviews", *VERDICTS)}
    said = {**row, **counts, "project_type": campaign.type_labels.get(row["project_type"], row["project_type"])}
    return [said[name] for name, _ in _COLUMNS]


def _point_rows(standing: Standing) -> Iterable[Sequence[Any]]:
    """Yield a row for each point of each case that somebody has reviewed: how often it is said to be shown."""
    for one in standing.cases:
        for point in standing.picture.campaign.screening.criterion if one.reviews else ():
            own = [value["points"].get(point.id) for value in one.reviews]
            counts = Counter(said["shown"] for said in own if said)
            notes = one.by_reviewer(lambda value, name=point.id: value["points"].get(name, {}).get("note", ""))  # type: ignore[misc]
            place = (one.case.province, one.case.community, point.name, point.text)
            yield *place, *(counts[code] or None for code in SHOWN), notes or None


def _reviewer(one: Reviewer, campaign: Campaign) -> Sequence[Any]:
    return one.name, one.given, one.done, one.outstanding, moment(one.last, campaign)


_WRITERS: Mapping[str, Callable[[Standing], bytes]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "xlsx": _workbook,
}
