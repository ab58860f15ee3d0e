"""Which rows under a list's header are no cases? Totals, notes, seals, group headings, samples of the template.

A community is never taken for one of these by a word of its name: 合计花园 is a case, 合计 2个 is none.
"""

import re
from collections.abc import Sequence

from config.campaign import Campaign
from config.divisions import divisions
from parsers.documents.tables import Cell, Labels, distinct, key
from parsers.kinds import list_head
from parsers.kinds.cells import SEAL, says_nothing, trimmed
from parsers.kinds.list_columns import CORE, Columns
from parsers.values import clean

_COUNT = r"[(]?(?:共计?|计)?[\d一二三四五六七八九十百]{1,5}(?:个|项|家|件|份|例)?(?:案例|小区|项目)*[)]?"
_TOTAL = re.compile(
    rf"(?:.{{0,15}}?(?:合计|总计|共计|小计|总数|累计)(?:案例|小区|项目)*数?[:]?(?:{_COUNT})?|共有?{_COUNT})[。.]?"
)
_NOTE = re.compile(r"(?:(?:填表|填报|填写)?(?:说明|须知|要求)|(?:备|附)?注(?:意事项)?)\d?")
_SAMPLE = re.compile(r"[(【]?(?:填写|填报|填表)?(?:示例|样例|范例|例如|举例|例)[)】]?\d{0,2}(?:[:].*)?")
# What a template writes where a name is to stand: XX小区, **市××花园.
_PLACEHOLDER = re.compile(
    r"(?:(?:[x×*○〇□△#]{2,}+|某++)(?:省|市|区|县|街道|镇|社区|住宅|小区|花园|项目|家园|苑|公寓|名称)*)+", re.IGNORECASE
)
_NUMBERING = re.compile(
    r"^[(]?[一二三四五六七八九十\d]{1,3}[)]?[、.,:]*|^第[一二三四五六七八九十]+(?:部分|类|组)[、:]?"
)
_COUNT_BEHIND = re.compile(rf"{_COUNT}$|[:]$")
_GROUP = re.compile(
    r"[省市]?(?:直属?|本级)|省直[管辖](?:县级?)?(?:行政单位|市|县)?|第[一二三四五六七八九十\d]{1,3}批(?:次|推荐|申报)*(?:案例|小区|项目)*|(?:推荐|申报)?(?:案例|小区|项目)(?:名单|清单)"
)
_ORGANISATION = re.compile(r"(?:协会|学会|物协|单位|公司|部门|中心|机关|领导|人)(?:名称|意见)?[:]?$")
_SIGNED = re.compile("签字|签名|签章|盖章|公章")
_DATE = re.compile(
    r"[\d〇一二三四五六七八九十]{0,4}年[\d一二三四五六七八九十]{0,3}月(?:[\d一二三四五六七八九十]{0,3}[日号])?|[\d./-]{6,10}"
)
_SENTENCE = re.compile(
    r"^[(]?(?:(?:以上|上述)(?:案例|小区|项目|空白|内容|材料|信息|均|[\d一二三四五六七八九十])|以下(?:空白|无)|本表|此表|注:)|。.|.{25,}。$"
)
# A row with so many core cells beside the community is a case, whatever else it says.
_LEAST_CELLS = 2


def is_aside(part: Sequence[Cell], row: Sequence[Cell], columns: Columns, labels: Labels, campaign: Campaign) -> bool:
    """Tell whether a row under the header is no case; `part` are its cells that belong to these columns."""
    cells = [cell for cell in distinct(part) if _flat(cell.text)]
    if not cells:
        return False
    if len(distinct(part)) == 1 and len(part) > 1:
        return True
    community = _cell(row, columns, "community")
    name = _flat(community.text) if community else ""
    if _is_marked([_flat(cell.text) for cell in cells[:2]], name) or labels.field_of(cells[0].text) in list_head.HEAD:
        return True
    said = _core_said(row, columns, campaign)
    if community is None or not name:
        return _is_nameless_aside(cells, _cell(row, columns, "remark"), said, labels, campaign)
    if len(said) >= _LEAST_CELLS:
        return False
    return _is_no_name(community, row, labels) or (not said and _heads_a_group(name, campaign))


def _is_nameless_aside(
    cells: Sequence[Cell], remark: Cell | None, said: set[tuple[int, int]], labels: Labels, campaign: Campaign
) -> bool:
    """Tell whether a row without a community is none: a head line, a seal, a group's heading in any column."""
    lines = [cell for cell in cells if not remark or cell.origin != remark.origin]
    if len(lines) == len(cells) == 1 and _heads_a_group(_flat(cells[0].text), campaign):
        return True
    return list_head.is_head_row(lines, labels) or (len(said) < _LEAST_CELLS and _is_signed(cells))


def _is_marked(first: Sequence[str], community: str) -> bool:
    """Tell a total, a note or a sample by the row's first texts, or by a name that only holds a name's place."""
    if any(_TOTAL.fullmatch(text) or _SAMPLE.fullmatch(text) for text in first):
        return True
    return bool(_NOTE.fullmatch(first[0].partition(":")[0]) or _PLACEHOLDER.fullmatch(community))


def _cell(row: Sequence[Cell], columns: Columns, name: str) -> Cell | None:
    column = columns.get(name, len(row))
    return row[column] if column < len(row) else None


def _flat(text: str) -> str:
    return "".join(clean(text).split())


def _core_said(row: Sequence[Cell], columns: Columns, campaign: Campaign) -> set[tuple[int, int]]:
    """Return the cells of the core columns that say something and are not the community's cell reaching over."""
    community = _cell(row, columns, "community")
    cells = (_cell(row, columns, name) for name in CORE)
    return {
        cell.origin
        for cell in cells
        if cell and not says_nothing(cell.text, campaign) and not (community and cell.origin == community.origin)
    }


def _is_signed(cells: Sequence[Cell]) -> bool:
    """Tell the row of a seal, a signature or a date."""
    texts = [_flat(cell.text) for cell in cells]
    return any(_SIGNED.search(text) for text in texts) or all(_DATE.fullmatch(text) for text in texts)


def _is_no_name(community: Cell, row: Sequence[Cell], labels: Labels) -> bool:
    """Tell whether a line of the foot stands in the community's column: 联系人 张三, a seal, a date, a sentence."""
    text = _flat(community.text)
    if labels.field_of(community.text) or list_head.begins_with_head(community.text, labels):
        return True
    before = [cell for cell in row[: community.col - 1] if cell.origin != community.origin]
    if before and labels.field_of(before[-1].text) in list_head.HEAD:
        return True
    sealed = _SIGNED.search(text) and _ORGANISATION.search(key(trimmed(SEAL.sub("", _SIGNED.sub("", text)))) or "单位")
    return bool(sealed or _DATE.fullmatch(text) or _SENTENCE.search(text))


def _heads_a_group(name: str, campaign: Campaign) -> bool:
    """Tell whether a cell that stands alone heads the rows below it: 一 杭州市, 宁波市物协（3个）, 二、安置房小区."""
    text = _COUNT_BEHIND.sub("", _NUMBERING.sub("", name))
    words = {key(word) for kind in campaign.project_type for word in (kind.label, *kind.words)}
    whole = divisions().place_before(text) == text or key(text) in words
    return whole or bool(_GROUP.fullmatch(text)) or text.endswith(tuple(campaign.mail.associations))
