"""Summary lists (附件4) with their truth: as the annex prints them, and in the layouts to which provinces change them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from tests import doc_builders as docs
from tests.docx_writer import LEFT, UP, Block
from tests.labelled import names, values
from tests.labelled.truth import LIST, Draft, Fields, Normal, Said, Truth

_COLUMNS = ("number", "community", "company", "delivered", "project_type", "recommender", "remark")
_REMARKS = ("", "", "", "省级示范项目", "补报", "/", "已整改", "红色物业示范点")
_ACROSS = [LEFT] * 6
Row = dict[str, Said]


def summary_list(random: Random, most_rows: int = 30, layout: str = "", without: Sequence[str] = ()) -> Draft:
    """Return a list of 1 to `most_rows` cases in a layout, else in one by chance that is not among `without`."""
    layout = layout or random.choice([name for name in LAYOUTS if name not in without])
    of = names.place(random)
    count = min(most_rows, random.choice((1, 2, 3, 5, 6, 8, 12, 20, 30)))
    head = {
        "submitter": Said(submitter := names.association(random, of.province_name), submitter),
        "contact": Said(contact := names.person(random), contact),
        "phone": values.phone(random),
    }
    if random.random() < 0.08:
        head[random.choice(("contact", "phone"))] = Said("", None)
    rows = _rows(random, of.province, count, dittos=layout not in _WITHOUT_DITTOS)
    lines = {name: said.raw.replace("\n", " ") for name, said in head.items()}
    blocks = LAYOUTS[layout](lines, [_written(row) for row in rows])
    truth = Truth(_values(head), [_row_truth(row, layout) for row in rows])
    return Draft(LIST, layout, blocks, truth, wide=random.random() < 0.5, seals={"提交单位": submitter})


def _rows(random: Random, province: str, count: int, *, dittos: bool) -> list[Row]:
    """Return the cases by city; a recommender repeats itself in full or, where `dittos`, as 同上."""
    rows: list[Row] = []
    seen: set[str] = set()
    while len(rows) < count:
        at = names.place(random, province)
        recommender = names.association(random, at.city)
        for nth in range(min(count - len(rows), random.randint(1, 3))):
            row = _row(random, len(rows) + 1, at, recommender)
            if str(row["community"].value) in seen:
                continue
            seen.add(str(row["community"].value))
            if nth and dittos and random.random() < 0.3:
                row["recommender"] = Said("同上", recommender)
            rows.append(row)
    return [{**row, "number": Said(str(at), str(at))} for at, row in enumerate(rows, start=1)]


def _row(random: Random, number: int, at: names.Place, recommender: str) -> Row:
    community, company, remark = names.community(random), names.company(random, at), random.choice(_REMARKS)
    return {
        "number": Said(str(number), str(number)),
        "community": Said(community, community),
        "company": Said(company, company),
        "delivered": values.date(random),
        "project_type": values.project_type(random, boxes=False),
        "recommender": Said(recommender, recommender),
        "remark": Said(remark, remark if remark not in {"", "/"} else None),
        "city": Said(at.city, at.city),
        "floor_area": values.area(random),
    }


def _written(row: Row) -> dict[str, str]:
    return {name: said.raw for name, said in row.items()}


def _values(said: Mapping[str, Said]) -> dict[str, Normal]:
    return {name: one.value for name, one in said.items()}


def _row_truth(row: Row, layout: str) -> Fields:
    columns = (*_COLUMNS, "city") if layout in _WITH_CITY else _COLUMNS
    return {name: row[name].value for name in columns}


def _head(lines: Mapping[str, str]) -> list[Block]:
    labels = (("提交单位（盖章）", "submitter"), ("联系人", "contact"), ("联系电话", "phone"))
    return ["附件 4", docs.LIST_TITLE, *(f"{label}：{lines[name] or '_____'}" for label, name in labels)]


def _grid(rows: Sequence[Mapping[str, str]]) -> list[list[str]]:
    return docs.list_grid(rows, blank_to=0, dots=False)


def _of_builder(variant: str) -> Callable[[Mapping[str, str], Sequence[Mapping[str, str]]], list[Block]]:
    build = docs.LIST_VARIANTS[variant]

    def blocks(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
        made = build(lines["submitter"], lines["contact"], lines["phone"], rows)
        # A list of one case has no second table.
        return [block for block in made if isinstance(block, str) or block]

    return blocks


def _merged_recommender(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
    """Merge the recommender's cells of cases that follow each other, as people do who sort by city."""
    grid = _grid(rows)
    merged = [list(row) for row in grid]
    for above, row, target in zip(grid[1:], grid[2:], merged[2:], strict=False):
        target[5] = UP if row[5] == above[5] else target[5]
    return [*_head(lines), merged, docs.LIST_NOTE]


def _more_columns(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
    header = [
        "序号",
        "市（州）",
        "小区名称",
        "项目交付时间",
        "项目类型",
        "建筑面积（万㎡）",
        "申报单位（物业服务企业）",
        "推荐单位（市级物协）",
        "备注",
    ]
    order = (
        "number",
        "city",
        "community",
        "delivered",
        "project_type",
        "floor_area",
        "company",
        "recommender",
        "remark",
    )
    return [*_head(lines), [header, *([row[name] for name in order] for row in rows)]]


def _two_row_header(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
    upper = ["序号", "小区名称", "申报单位（物业服务企业）", "项目情况", LEFT, "推荐单位（市级物协）", "备注"]
    lower = [UP, UP, UP, "交付时间", "类型", UP, UP]
    return [*_head(lines), [upper, lower, *_grid(rows)[1:]]]


def _foot_below(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
    head, *rest = _head(lines)[1:]
    return [head, _grid(rows), "", *rest, "2026年7月20日"]


def _dots_between(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
    grid = docs.list_grid(rows, blank_to=len(rows) + 2)
    return [*_head(lines), [*grid[:-1], ["……", *["……"] * 6]], docs.LIST_NOTE]


def _title_in_table(lines: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> list[Block]:
    line = f"提交单位（盖章）：{lines['submitter']}　　联系人：{lines['contact'] or '____'}　　联系电话：{lines['phone'] or '____'}"
    return [[[docs.LIST_TITLE, *_ACROSS], [line, *_ACROSS], *_grid(rows)]]


LAYOUTS: dict[str, Callable[[Mapping[str, str], Sequence[Mapping[str, str]]], list[Block]]] = {
    "annex": _of_builder("annex"),
    "head_in_table": _of_builder("head_in_table"),
    "foot_in_table": _of_builder("foot_in_table"),
    "one_line_head": _of_builder("one_line_head"),
    "two_tables": _of_builder("two_tables"),
    "two_tables_one_header": _of_builder("two_tables_one_header"),
    "moved_columns": _of_builder("moved_columns"),
    "merged_recommender": _merged_recommender,
    "more_columns": _more_columns,
    "two_row_header": _two_row_header,
    "foot_below": _foot_below,
    "dots_between": _dots_between,
    "title_in_table": _title_in_table,
}
_WITH_CITY = ("moved_columns", "more_columns")
# A second table may begin with 同上, which no person could read either; merged cells say the same in another way.
_WITHOUT_DITTOS = ("two_tables", "two_tables_one_header", "merged_recommender")
