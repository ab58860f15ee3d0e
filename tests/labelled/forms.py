"""Recommendation forms (附件3) with their truth: as the annex prints them, and in the layouts to which they drift."""

from collections.abc import Callable
from random import Random

from tests import doc_builders as docs
from tests.docx_writer import LEFT, Block, Grid
from tests.labelled import names, values
from tests.labelled.truth import FORM, Draft, Said, Truth

_HONOURS = (
    "获评省级物业管理示范住宅小区。", "2024年度“红色物业”示范项目。", "业主满意度连续三年名列全市前茅，信访投诉量同比下降60%。",
    "该项目以党建为引领，完善小区议事协商机制，妥善解决电梯更新、飞线充电等难题，服务质量明显提升。",
    "2023年被评为市级“绿色社区”、“平安小区”。", "积极参与骑手友好社区建设，开展助老、托幼等便民服务。",
)  # fmt: skip
_TITLES = (docs.FORM_TITLE, docs.FORM_TITLE, "“好服务”案例推荐表", "2026年住宅小区“好服务”案例推荐表")
Fields = dict[str, Said]


def recommendation_form(random: Random, layout: str = "") -> Draft:
    """Return a form in a layout, else in one by chance."""
    layout = layout or random.choice(tuple(LAYOUTS))
    fields = _blanked(random, _fields(random))
    if layout == "units_in_labels":
        fields |= _bare_numbers(random)
    grid = LAYOUTS[layout]({name: said.raw for name, said in fields.items()})
    truth = Truth({name: said.value for name, said in fields.items()})
    blocks: list[Block] = ["附件 3", random.choice(_TITLES), grid]
    seals = {"申报单位名称": fields["applicant"].raw, "推荐单位": fields["recommender"].raw}
    return Draft(FORM, layout, blocks, truth, seals=seals)


def _fields(random: Random) -> Fields:
    at = names.place(random)
    texts = {
        "community": names.community(random),
        "company": (company := names.company(random, at)),
        "address": names.address(random, at),
        "applicant_contact": names.person(random),
        "recommender_contact": names.person(random),
        "reason": "\n".join(random.sample(_HONOURS, random.randint(1, 3))),
        "applicant": company,
        "recommender": names.association(random, at.city),
    }
    return {
        **{name: Said(text, text) for name, text in texts.items()},
        "completed": values.date(random, 1995, 2018),
        "delivered": values.date(random),
        "floor_area": values.area(random),
        "project_type": values.project_type(random, boxes=True),
        "fee": values.fee(random),
        "collection_rate": values.rate(random),
        "applicant_phone": values.phone(random),
        "recommender_phone": values.phone(random),
        "applicant_signed": _signed(random),
        "recommender_signed": _signed(random),
    }


def _signed(random: Random) -> Said:
    month, day = random.randint(6, 7), random.randint(1, 28)
    iso = f"2026-{month:02d}-{day:02d}"
    return random.choice((
        Said(f"2026年{month}月{day}日", iso), Said(f"2026年{month}月{day}日", iso), Said(f"2026 年 {month} 月 {day} 日", iso),
        Said(f"2026.{month}.{day}", iso), Said("", None),
    ))  # fmt: skip


def _blanked(random: Random, fields: Fields) -> Fields:
    """Leave a cell or two blank, or with what people write where they have nothing to say."""
    blank = random.sample(
        ("address", "fee", "collection_rate", "completed", "recommender_phone", "reason"),
        random.choice((0, 0, 0, 1, 2)),
    )
    return {**fields, **{name: Said(random.choice(("", "/", "无", "详见附件")), None) for name in blank}}


def _bare_numbers(random: Random) -> Fields:
    tenths = random.randint(8, 620)
    return {"floor_area": Said(f"{tenths / 10:g}", tenths * 1_000), "collection_rate": Said("98.5", 0.985)}


def _units_in_labels(fields: dict[str, str]) -> Grid:
    grid = docs.form_grid(fields)
    grid[3][2], grid[5][0], grid[5][2] = "建筑面积（万㎡）", "物业服务费价格（元/㎡·月）", "2025年物业服务费收缴率（%）"
    return grid


def _telephones(fields: dict[str, str]) -> Grid:
    grid = docs.form_grid(fields)
    grid[6] = ["申报单位联系人", fields["applicant_contact"], "联系电话", fields["applicant_phone"]]
    grid[7] = ["推荐单位联系人", fields["recommender_contact"], "联系电话", fields["recommender_phone"]]
    return grid


def _two_columns_only(fields: dict[str, str]) -> Grid:
    """Write every label with its value in a row of its own; the contacts follow their associations."""
    rows = []
    for row in docs.form_grid(fields)[:9]:
        cells = [cell for cell in row if cell != LEFT]
        rows += [cells[at : at + 2] for at in range(0, len(cells), 2)]
    foot = docs.form_grid(fields)[9]
    return [*rows, [foot[0], foot[2]]]


LAYOUTS: dict[str, Callable[[dict[str, str]], Grid]] = {
    **docs.FORM_VARIANTS,
    "units_in_labels": _units_in_labels,
    "telephones": _telephones,
    "two_columns_only": _two_columns_only,
}
