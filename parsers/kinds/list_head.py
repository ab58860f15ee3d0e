"""Who submitted a summary list (附件4)? Its title, and the lines 提交单位, 联系人 and 联系电话, wherever they stand.

They stand in paragraphs before or after the table, in the table's own first or last rows, or in a table of their own.
"""

import re
from collections.abc import Iterable, Sequence

from config.campaign import Campaign
from parsers.base import Value
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Labels, Table, distinct, key, labels_of
from parsers.kinds.cells import plain, says_nothing, split_phone, trimmed, value_of, without_annex
from parsers.kinds.form_cells import split_foot

FIELDS = ("submitter", "contact", "phone")
# `other` are further lines of the head and foot (负责人, 填报日期): they end a value and are not read.
HEAD = (*FIELDS, "other")
# A title is short; a sentence that speaks of the list is not its title.
_TITLE_CHARACTERS = 60
_TITLE_LIKE = re.compile(
    r"(?:清单|汇总表|一览表|统计表|登记表|名单|名录|台账|明细表?|(?:打分|评分|评审|签到|反馈|报名)表|回执|通讯录)"
    r"(?:[(（][^()（）]*[)）])?$"
)
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{2,12})[”\"」』]")
# What other campaigns choose; ours is told by its name in quotation marks, or by the plain words of the annex.
_OTHER_CAMPAIGN = re.compile(
    "示范|优秀|先进|最美|红色物业|智慧|完整社区|骑手|老旧小区改造|诚信|信用|标杆|达标|创优|评优|星级"
)

# How documents are read whose lines end where the page does.
_WRAPPING = ("pdf", "ocr")

Line = tuple[str, str]


def title_lines(lines: Iterable[str], campaign: Campaign) -> tuple[str | None, str | None]:
    """Return (the list's own title, another document's title) as far as lines have them."""
    titles = [key(title) for title in campaign.kind_of("summary_list").titles]
    own = other = None
    for line in lines:
        text = without_annex(" ".join(line.split()))
        plain_key = key(text)
        if not text or len(text) > _TITLE_CHARACTERS or ":" in text or "：" in text:
            continue
        ours = any(title in plain_key for title in titles)
        if ours and not names_another_campaign(text, campaign):
            own = own or text
        elif ours or _TITLE_LIKE.search(text):
            other = other or text
    return own, other


def names_another_campaign(title: str, campaign: Campaign) -> bool:
    """Tell a title of another campaign: its name stands in quotation marks (“好房子”), or it chooses other things."""
    if any(word in title for word in _QUOTED.findall(campaign.call.title)):
        return False
    return bool(_QUOTED.search(title) or _OTHER_CAMPAIGN.search(title))


def list_head(
    document: Document, outside: Iterable[tuple[Table, Sequence[Cell]]], campaign: Campaign
) -> dict[str, Value]:
    """Return the head fields found; `outside` are the tables' rows that are no cases. The first that says more wins."""
    labels = labels_of({name: campaign.summary_list.labels.get(name, ()) for name in HEAD})
    head: dict[str, Value] = {}
    for field, raw, place in [*_in_paragraphs(document, labels), *_in_rows(outside, labels)]:
        if field in FIELDS and (field not in head or (not head[field].raw and raw)):
            head[field] = _value(field, raw, place, campaign)
    _split_contact(head, campaign)
    return head


def is_head_row(row: Iterable[Cell], labels: Labels) -> bool:
    """Tell whether a row holds head fields: 联系人：张三 in a cell, or 联系人 beside the cell with the name."""
    cells = distinct(row)
    return any(labels.field_of(cell.text) in HEAD or _colon_pairs(cell.text, labels) for cell in cells)


def begins_with_head(text: str, labels: Labels) -> bool:
    """Tell whether a cell begins with the label of a head line: 负责人 李四, 联系人：张三."""
    first = next(iter(labels.matches(text)), None)
    return first is not None and first.field in HEAD and not trimmed(text[: first.start])


def _colon_pairs(text: str, labels: Labels) -> list[tuple[str, str, bool]]:
    return [pair for pair in labels.pairs(text) if pair[2] and pair[0] in HEAD]


def _in_paragraphs(document: Document, labels: Labels) -> Iterable[tuple[str, str, str]]:
    """Yield (field, raw, place) of every head field that a paragraph names."""
    paragraphs = document.paragraphs
    for text in wrapped(paragraphs) if document.method in _WRAPPING else paragraphs:
        if len(text) <= 4 * _TITLE_CHARACTERS:
            for field, raw, _ in labels.pairs(text):
                yield field, _first_line(raw), f"正文“{text.strip()[:12]}”"


def wrapped(lines: Iterable[str]) -> list[str]:
    """Return lines, one that ends with a label (联系电话：) together with the next, where its value went."""
    made: list[str] = []
    for line in lines:
        if made and made[-1].rstrip().endswith((":", "：")):
            made[-1] += line
        else:
            made.append(line)
    return made


def _in_rows(rows: Iterable[tuple[Table, Sequence[Cell]]], labels: Labels) -> Iterable[tuple[str, str, str]]:
    """Yield (field, raw, place) of every head field in table rows: in one cell with its value, or left of it."""
    for table, row in rows:
        cells = distinct(row)
        for at, cell in enumerate(cells):
            # A cell that lost its merge, as in CSV, leaves blank ones before its neighbour.
            after = cells[at + 1 :]
            following = next((one for one in after if one.text.strip()), after[0] if after else None)
            field = labels.field_of(cell.text)
            if field is None:
                yield from ((name, _first_line(raw), table.place(cell)) for name, raw, _ in labels.pairs(cell.text))
            elif following is None or labels.field_of(following.text):
                yield field, "", table.place(cell)
            elif not _colon_pairs(following.text, labels):
                yield field, following.text, table.place(following)


def _first_line(raw: str) -> str:
    return next((line for line in trimmed(raw).splitlines() if line.strip()), "")


def _value(field: str, raw: str, place: str, campaign: Campaign) -> Value:
    raw = split_foot(raw)[0] if field == "submitter" else trimmed(raw)
    return value_of(field, raw.strip(" ,，;；。"), place, campaign)


def _split_contact(head: dict[str, Value], campaign: Campaign) -> None:
    """Tell name and number apart where both stand in the contact's cell."""
    contact = head.get("contact")
    name, number = split_phone(contact.raw) if contact else ("", "")
    if contact is None or not number:
        return
    value = None if says_nothing(name, campaign) else plain(name)
    head["contact"] = Value(contact.raw, value, contact.place, confidence=0.9)
    if "phone" not in head or not head["phone"].raw:
        head["phone"] = value_of("phone", number, contact.place, campaign, confidence=0.9)
