"""Real documents for tests and the demo: the annexes of the notice filled in, case materials and photos.

Every function returns bytes, the same for the same arguments.
"""

import io
import random
from collections.abc import Mapping, Sequence
from functools import cache

from PIL import Image, ImageDraw

from tests.docx_writer import LEFT, UP, Block, Grid, Raw, docx_bytes, paragraph

_SEAL_RED = (200, 30, 30)

LIST_TITLE = "住宅小区“好服务”推荐案例汇总清单"
LIST_HEADER = (
    "序号", "小区名称", "申报单位\n(物业服务企业)", "项目\n交付时间", "项目\n类型", "推荐单位\n(市级物协)", "备注",
)  # fmt: skip
LIST_FIELDS = ("number", "community", "company", "delivered", "project_type", "recommender", "remark")
LIST_NOTE = (
    "说明：本表格由省级物协统一填报，需将汇总清单表格 word 版本、盖章后扫描件与所有推荐案例报送材料一并"
    "发送至指定邮箱（wylzzh@ecpmi.org.cn）。"
)
FORM_TITLE = "住宅小区“好服务”案例推荐表"

ROW = {
    "number": "1",
    "community": "春江花园",
    "company": "杭州春江物业服务有限公司",
    "delivered": "2015年6月",
    "project_type": "商品住宅小区",
    "recommender": "杭州市物业管理协会",
    "remark": "",
}
FORM = {
    "community": "春江花园",
    "company": "杭州春江物业服务有限公司",
    "address": "浙江省杭州市西湖区文三路1号",
    "completed": "2014年12月",
    "floor_area": "12.5万平方米",
    "delivered": "2015年6月",
    "project_type": "商品住宅小区",
    "fee": "2.5元/㎡·月",
    "collection_rate": "98.5%",
    "applicant_contact": "王建国",
    "applicant_phone": "13800010001",
    "recommender_contact": "李秀英",
    "recommender_phone": "0571-86012345",
    "reason": "获评浙江省物业管理示范住宅小区。",
    "applicant": "杭州春江物业服务有限公司",
    "applicant_signed": "2026年6月1日",
    "recommender": "杭州市物业管理协会",
    "recommender_signed": "2026年6月8日",
}


def summary_list_html(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the list as it is pasted into a mail's body: Word's markup, merged head cells, no closing paragraphs."""
    head = "".join(
        f"<td><p class=MsoNormal><b>{caption.replace(chr(10), '<br>')}</b></p></td>" for caption in LIST_HEADER
    )
    cells = ("".join(f"<td>{row[name] or '&nbsp;'}</td>" for name in LIST_FIELDS) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    foot = f"<tr><td colspan=7>联系人：{contact}&nbsp;&nbsp;联系电话：{phone}</td></tr>"
    table = f"<table class=MsoTableGrid border=1><tr>{head}</tr>{body}{foot}</table>"
    return f"<p>各位老师：<p>{LIST_TITLE}<p>填报单位：{submitter}</p><table><tr><td>{table}</td></tr></table><p>谢谢"


def list_row(number: int = 1, **fields: str) -> dict[str, str]:
    """Return a list row: the sample's cells with some of them replaced."""
    return {**ROW, "number": str(number), **fields}


def form_fields(**fields: str) -> dict[str, str]:
    """Return a form's cells: the sample's with some of them replaced."""
    return {**FORM, **fields}


# ---------------------------------------------------------------- 附件4


def list_grid(rows: Sequence[Mapping[str, str]], *, blank_to: int = 6, dots: bool = True) -> list[list[str]]:
    """Return the table of annex 4: header, rows, blank numbered rows up to `blank_to`, and a row of dots."""
    grid = [list(LIST_HEADER)]
    grid += [[row.get(name, "") for name in LIST_FIELDS] for row in rows]
    grid += [[str(number), *[""] * 6] for number in range(len(rows) + 1, blank_to + 1)]
    return [*grid, [".....", *[""] * 6]] if dots else grid


def summary_list_docx(
    submitter: str = "浙江省物业管理协会",
    contact: str = "张三",
    phone: str = "0571-87654321",
    rows: Sequence[Mapping[str, str]] = (ROW,),
    variant: str = "annex",
) -> bytes:
    """Return a summary list: `annex` exactly as annex 4 prints it, or one of LIST_VARIANTS."""
    return docx_bytes(*LIST_VARIANTS[variant](submitter, contact, phone, rows))


def _head(submitter: str, contact: str, phone: str) -> list[Block]:
    lines = (("提交单位（盖章）", submitter), ("联系人", contact), ("联系电话", phone))
    return ["附件 4", LIST_TITLE, *(f"{label}：{value or '_____'}" for label, value in lines)]


def _annex_list(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    return [*_head(submitter, contact, phone), list_grid(rows), LIST_NOTE]


def _head_in_table(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    across = [LEFT] * 6
    top = [
        [LIST_TITLE, *across],
        [f"提交单位（盖章）：{submitter}", *across],
        ["联系人", contact, LEFT, "联系电话", LEFT, phone, LEFT],
    ]
    return ["附件4", [*top, *list_grid(rows, dots=False)]]


def _foot_in_table(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    across = [LEFT] * 6
    foot = [
        ["合计", f"{len(rows)}个案例", *[""] * 5],
        [f"联系人：{contact}　　联系电话：{phone}", *across],
        [LIST_NOTE, *across],
    ]
    return [LIST_TITLE, f"填报单位：{submitter}（盖章）", [*list_grid(rows, dots=False), *foot]]


def _one_line_head(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    line = f"提交单位（盖章）：__{submitter}__　　联 系 人：__{contact}__　　联系电话：__{phone}__"
    return [LIST_TITLE, line, list_grid(rows, blank_to=0, dots=False)]


def _two_tables(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    half = (len(rows) + 1) // 2
    grid = list_grid(rows, blank_to=0, dots=False)
    return [*_head(submitter, contact, phone), grid[: half + 1], "（续表）", [list(LIST_HEADER), *grid[half + 1 :]]]


def _two_tables_one_header(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    half = (len(rows) + 1) // 2
    grid = list_grid(rows, blank_to=0, dots=False)
    return [*_head(submitter, contact, phone), grid[: half + 1], "", grid[half + 1 :]]


def _moved_columns(submitter: str, contact: str, phone: str, rows: Sequence[Mapping[str, str]]) -> list[Block]:
    header = [
        "编号",
        "所在城市",
        "推荐单位",
        "项目名称",
        "物业服务企业名称",
        "建筑面积",
        "小区类型",
        "交付日期",
        "备 注",
    ]
    names = (
        "number",
        "city",
        "recommender",
        "community",
        "company",
        "floor_area",
        "project_type",
        "delivered",
        "remark",
    )
    return [*_head(submitter, contact, phone), [header, *([row.get(name, "") for name in names] for row in rows)]]


LIST_VARIANTS = {
    "annex": _annex_list,
    "head_in_table": _head_in_table,
    "foot_in_table": _foot_in_table,
    "one_line_head": _one_line_head,
    "two_tables": _two_tables,
    "two_tables_one_header": _two_tables_one_header,
    "moved_columns": _moved_columns,
}


# ---------------------------------------------------------------- 附件3


def form_grid(fields: Mapping[str, str]) -> list[list[str]]:
    """Return the table of annex 3, merges as the notice prints them."""
    cell = {name: fields.get(name, "") for name in FORM}
    across = [LEFT, LEFT]
    return [
        ["小区名称", cell["community"], *across],
        ["物业服务企业名称", cell["company"], *across],
        ["联系地址", cell["address"], *across],
        ["建成时间", cell["completed"], "建筑面积", cell["floor_area"]],
        ["交付时间", cell["delivered"], "项目类型", cell["project_type"]],
        ["物业服务费价格", cell["fee"], "物业服务费收缴率", cell["collection_rate"]],
        ["申报单位\n联系人姓名", cell["applicant_contact"], "手 机", cell["applicant_phone"]],
        ["推荐单位（市级协会）\n联系人姓名", cell["recommender_contact"], "手 机", cell["recommender_phone"]],
        ["推荐理由（项目所获荣誉）", cell["reason"], *across],
        [
            _foot("申报单位名称", cell["applicant"], cell["applicant_signed"]), LEFT,
            _foot("推荐单位（市级协会）名称", cell["recommender"], cell["recommender_signed"]), LEFT,
        ],
    ]  # fmt: skip


def _foot(label: str, name: str, date: str) -> str:
    return "\n".join([label, f"{name}          （盖章）", date or "年  月  日"])


def recommendation_form_docx(fields: Mapping[str, str] = FORM, variant: str = "annex") -> bytes:
    """Return a recommendation form: `annex` exactly as annex 3 prints it, or one of FORM_VARIANTS."""
    return docx_bytes("附件 3", FORM_TITLE, FORM_VARIANTS[variant](dict(fields)))


def _one_cell_each(fields: dict[str, str]) -> Grid:
    grid = form_grid(fields)
    grid[2] = [f"联系地址：{fields['address']}", LEFT, LEFT, LEFT]
    grid[3] = [f"建成时间：{fields['completed']}", LEFT, f"建筑面积：{fields['floor_area']}", LEFT]
    grid[8] = [f"推荐理由（项目所获荣誉）：\n{fields['reason']}", LEFT, LEFT, LEFT]
    return grid


def _swapped(fields: dict[str, str]) -> Grid:
    grid = form_grid(fields)
    for number in (3, 4, 5):
        grid[number] = [*grid[number][2:], *grid[number][:2]]
    return [grid[1], grid[0], *grid[2:6], grid[7], grid[6], *grid[8:]]


def _rows_added(fields: dict[str, str]) -> Grid:
    grid = form_grid(fields)
    return [
        [FORM_TITLE, LEFT, LEFT, LEFT],
        *grid[:3],
        ["总户数", "1200户", "车位数", "900个"],
        *grid[3:6],
        ["业委会主任", "赵六", "联系方式", "13900009999"],
        *grid[6:],
        ["备注", "", LEFT, LEFT],
    ]


def _phones_below(fields: dict[str, str]) -> Grid:
    grid = form_grid(fields)
    pairs = [
        ["申报单位", "联系人姓名", fields["applicant_contact"], LEFT],
        [UP, "手机号码", fields["applicant_phone"], LEFT],
        ["推荐单位", "联系人姓名", fields["recommender_contact"], LEFT],
        [UP, "手机号码", fields["recommender_phone"], LEFT],
    ]
    return [*grid[:6], *pairs, *grid[8:]]


def _spaced_labels(fields: dict[str, str]) -> Grid:
    def spaced(text: str) -> str:
        return (
            "　".join(text)
            if text in {"小区名称", "联系地址", "建成时间", "建筑面积", "交付时间", "项目类型"}
            else text
        )

    return [[spaced(text) for text in row] for row in form_grid(fields)]


def _unmerged(fields: dict[str, str]) -> Grid:
    return [["" if text == LEFT else text for text in row] for row in form_grid(fields)]


def _foot_on_one_line(fields: dict[str, str]) -> Grid:
    grid = form_grid(fields)
    grid[9] = [
        f"申报单位名称 {fields['applicant']}（盖章） {fields['applicant_signed']}", LEFT,
        f"推荐单位（市级协会）名称：{fields['recommender']}（盖章） {fields['recommender_signed']}", LEFT,
    ]  # fmt: skip
    return grid


FORM_VARIANTS = {
    "annex": form_grid,
    "one_cell_each": _one_cell_each,
    "swapped": _swapped,
    "rows_added": _rows_added,
    "phones_below": _phones_below,
    "spaced_labels": _spaced_labels,
    "unmerged": _unmerged,
    "foot_on_one_line": _foot_on_one_line,
}


# ---------------------------------------------------------------- 附件2：案例材料

# 附件2 一: headings with about how many characters each is asked to have.
SECTIONS = (
    ("小区简介", 80), ("问题诊断", 500), ("解决措施", 4000), ("取得成效", 300), ("总结启示", 300), ("企业简介", 180),
)  # fmt: skip
_WHO = ("项目服务中心", "小区党支部", "业主委员会", "社区居委会", "楼栋管家", "工程班组", "客服前台", "安保队伍")
_DOES = ("梳理", "公示", "整改", "回访", "巡查", "落实", "协商", "升级", "统筹", "跟踪")
_WHAT = (
    "电梯困人隐患", "地下车库照明", "公共收益账目", "垃圾分类投放点", "消防通道占用", "老旧管网渗漏", "充电设施布局",
    "维修资金使用", "高空坠物风险", "绿化补植方案", "门禁系统改造", "助老服务清单", "骑手友好通道", "水泵房噪声",
)  # fmt: skip
_HOW = (
    "做到事事有回音", "形成月度台账", "接受业主监督", "当日办结率稳步提高", "纳入绩效考核", "邀请业主代表现场验收",
    "建立长效机制", "分三批完成", "与街道联合推进", "用数字平台派单闭环",
)  # fmt: skip


def case_material_docx(
    community: str = "春江花园",
    title: str = "党建引领聚合力 老旧小区换新颜",
    company: str = "杭州春江物业服务有限公司",
    numbered: bool = True,  # noqa: FBT002 (a layout of the sample)
    *,
    project_type: str = "商品住宅小区",
) -> bytes:
    """Return a case material as annex 2 asks for it: seven sections of real length, fonts, spacing and page numbers."""
    source = random.Random(f"{community}{title}")
    blocks: list[Block] = [Raw(paragraph(title, 16, bold=True, center=True))]
    openings = {
        "小区简介": f"{community}位于{community[:2]}路{source.randint(1, 99)}号，物业服务企业为{company}，2014年建成，"
        f"建筑面积{source.randint(6, 30)}万平方米{f'，属{project_type}' if project_type else ''}。",
        "企业简介": f"{company}成立于{source.randint(1995, 2012)}年，主营住宅小区物业服务。",
    }
    for number, (heading, length) in enumerate(SECTIONS):
        prefix = f"{'一二三四五六'[number]}、" if numbered else ""
        blocks.append(Raw(paragraph(prefix + heading, 15, bold=True, spacing='w:before="312" w:after="312"')))
        body = openings.get(heading, "")
        parts = [body] if heading == "小区简介" else sentences(source, body, length)
        blocks += [Raw(paragraph(f"　　{part}", 15, spacing='w:line="360" w:lineRule="auto"')) for part in parts]
    return docx_bytes(*blocks, footer_page_number=True)


def sentences(source: random.Random, opening: str, length: int) -> list[str]:
    """Return paragraphs of together about `length` characters."""
    parts: list[str] = []
    part = opening
    while sum(map(len, parts)) + len(part) < length:
        when = f"{source.randint(2023, 2026)}年{source.randint(1, 12)}月"
        what = "、".join(source.sample(_WHAT, 2))
        done = f"{source.choice(_WHO)}{source.choice(_DOES)}{what}{source.randint(2, 96)}处"
        part += f"{when}，{done}，{source.choice(_HOW)}。"
        if len(part) > 240:
            parts.append(part)
            part = ""
    return [*parts, part] if part else parts


# ---------------------------------------------------------------- 照片


def photo_jpeg(seed: int = 1, width: int = 1600, height: int = 1200, min_bytes: int = 1_000_000) -> bytes:
    """Return a JPEG of at least `min_bytes`: a drawn scene under a camera's grain, another for each seed."""
    source = random.Random(seed)
    scene = _scene(source, width, height)
    grain = Image.frombytes("L", (width, height), source.randbytes(width * height))
    photo = Image.blend(scene, Image.merge("RGB", (grain, grain, grain)), 0.3)
    for quality in (80, 92, 98, 100):
        data = io.BytesIO()
        photo.save(data, "JPEG", quality=quality)
        if data.tell() >= min_bytes:
            return data.getvalue()
    raise ValueError(f"{width}×{height} gives no JPEG of {min_bytes} bytes")


def small_jpeg(seed: int = 1, width: int = 1280, height: int = 960) -> bytes:
    """Return what a chat program makes of a photo: the same scene without grain, far below 1 MB."""
    data = io.BytesIO()
    _scene(random.Random(seed), width, height).save(data, "JPEG", quality=60)
    return data.getvalue()


def picture(image_format: str, seed: int = 1, width: int = 1000, height: int = 800, **options: object) -> bytes:
    """Return a picture in another format of Pillow's, such as PNG or BMP."""
    data = io.BytesIO()
    _scene(random.Random(seed), width, height).save(data, image_format, **options)
    return data.getvalue()


def _scene(source: random.Random, width: int, height: int) -> Image.Image:
    """Return a drawn scene: a sky, houses and trees, in other places and colours for each source."""
    low, high = sorted(source.sample(range(40, 256), 2))
    sky = Image.linear_gradient("L").rotate(source.choice((0, 90, 180, 270))).resize((width, height))
    image = Image.merge("RGB", tuple(sky.point([low + (high - low) * v // 255 for v in range(256)]) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        left, top = source.randrange(width), source.randrange(height)
        box = (left, top, left + source.randrange(20, width // 2), top + source.randrange(20, height // 2))
        draw = source.choice((pen.rectangle, pen.ellipse))
        draw(box, fill=tuple(source.randrange(256) for _ in range(3)))
    return image


@cache
def seal_png() -> bytes:
    """Return a picture of a red seal, as people paste it into a form; its writing is strokes, so that no font is needed."""
    shown = Image.new("RGBA", (360, 360), (255, 255, 255, 0))
    for number in range(13):
        glyph = Image.new("RGBA", shown.size, (255, 255, 255, 0))
        draw = ImageDraw.Draw(glyph)
        for stroke in ((162, 28, 198, 33), (166, 42, 194, 46), (162, 56, 198, 61), (178, 24, 183, 66)):
            draw.rectangle(stroke, fill=_SEAL_RED)
        shown.alpha_composite(glyph.rotate(126 - 21 * number))
    draw = ImageDraw.Draw(shown)
    draw.ellipse((6, 6, 354, 354), outline=_SEAL_RED, width=8)
    draw.regular_polygon((180, 180, 56), 5, fill=_SEAL_RED)
    out = io.BytesIO()
    shown.save(out, "PNG")
    return out.getvalue()
