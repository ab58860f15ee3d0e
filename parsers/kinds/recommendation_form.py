"""What does a recommendation form (推荐表, 附件3) say? Each cell of the annex, wherever the form has moved it.

Facts: `fields`, field -> value (raw, value, place, method, confidence), the fields being those of
`campaign.recommendation_form.captions`; `title`. A field whose label the form does not have is missing; one left blank
has value None. `fee` is [low, high] in 元/㎡·月, `floor_area` m², `collection_rate` a fraction, dates ISO.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from config.campaign import Campaign
from parsers import values
from parsers.base import Found, Value
from parsers.documents.document import Document
from parsers.documents.tables import Cell, Labels, Table, distinct, key, labels_of
from parsers.kinds.cells import fact, plain, says_nothing, split_phone, value_of, without_annex
from parsers.kinds.form_cells import FOOT, Entry, entries, signed_text, split_foot
from parsers.kinds.form_rows import with_whole_labels
from parsers.kinds.label_lines import lines_table
from parsers.kinds.list_columns import find_header
from parsers.kinds.list_head import names_another_campaign

# Cells that only this form has beside what every description of a community has.
_TELLING = ("applicant_contact", "recommender_contact", "reason", "applicant", "recommender", "collection_rate")
_LEAST_LABELS, _LEAST_IN_LINES, _LEAST_TELLING_IN_LINES = 6, 8, 4
# A form under another title shares what describes any community: it must have nearly all of annex 3.
_LEAST_UNDER_OTHER_TITLE = 13
_TITLE_CHARACTERS = 50
_LEAST_SAID = 2
# A title in the table itself stands in one of its first rows, alone: 附件3, the title, a blank one.
_ROWS_ABOVE = 3
# What describes a community: two such labels in a row under a list's header are more than its rows of cases have.
_DESCRIBING = frozenset((
    "community", "company", "address", "completed", "floor_area", "delivered", "project_type", "fee", "collection_rate",
))  # fmt: skip
_LEAST_DESCRIBING = 2
# A number alone, whose unit the label may say: 建筑面积（万㎡） | 12.5.
_BARE = re.compile(r"[约共]?\s*[\d０-９][\d０-９.,，．]*\s*(?:左右|余)?")
# How sure a choice is whose tick an OCR passed over.
_UNBOXED = 0.6
_CONTACTS = ("applicant_contact", "recommender_contact")


class RecommendationForm:
    """Reads the recommendation form of annex 3 from a Word document; a document may hold several."""

    kind = "recommendation_form"
    version = 4

    def read(self, document: Document, campaign: Campaign) -> tuple[Found, ...]:
        """Return every form of the document that says something; a blank template says nothing.

        What has no table that says so may be typed in columns or in lines.
        """
        labels = labels_of(campaign.recommendation_form.labels)
        return (
            _found(document, _tables_of(document, campaign), campaign)
            or _found(document, _tables_of(document.aligned, campaign, labels), campaign)
            or _found(document, _lines_of(document, labels), campaign, of_lines=True)
        )


def _found(
    document: Document, blocks: Iterable[str | Table], campaign: Campaign, *, of_lines: bool = False
) -> tuple[Found, ...]:
    found = []
    title = ""
    for title_seen, form in _forms(blocks, labels_of(campaign.recommendation_form.labels)):
        title = title_seen or title
        confidence = _confidence(form, title, campaign, of_lines=of_lines)
        fields = _fields(form, campaign) if confidence else {}
        said = sum(value.value is not None for value in fields.values())
        # A template that still holds a hint (字数不超过300字) says one thing, and names no community.
        if said >= _LEAST_SAID or (said and fields["community"].value is not None):
            facts = {
                "title": title,
                "fields": {name: fact(value, document.method) for name, value in fields.items()},
            }
            found.append(Found(RecommendationForm.kind, confidence, facts))
    return tuple(found)


def _tables_of(document: Document, campaign: Campaign, joining: Labels | None = None) -> list[str | Table]:
    """Return a document's blocks without its lists; with labels for `joining`, their halves in two rows are one."""
    labels = labels_of(campaign.recommendation_form.labels)
    lists = labels_of(campaign.summary_list.labels)
    kept = [block for block in document.blocks if isinstance(block, str) or not _is_list(block, lists, labels)]
    return [with_whole_labels(block, joining) if joining and isinstance(block, Table) else block for block in kept]


def _lines_of(document: Document, labels: Labels) -> list[str | Table]:
    """Return the titles of a document and its lines that name values as a table, in the order of their paragraphs."""
    table = lines_table(document, labels)
    if table is None:
        return []
    rows = {row[0].row: row for row in table.rows}
    paragraphs = enumerate(document.paragraphs, start=1)
    parts = ((rows.get(number), text) for number, text in paragraphs if number in rows or _title(text))
    return [replace(table, rows=tuple(group)) if isinstance(group, list) else group for group in _grouped(parts)]


def _grouped(parts: Iterable[tuple[tuple[Cell, ...] | None, str]]) -> list[str | list[tuple[Cell, ...]]]:
    """Return titles and, between them, the rows that follow each other."""
    made: list[str | list[tuple[Cell, ...]]] = []
    for row, text in parts:
        if row is None:
            made.append(text)
        elif made and isinstance(made[-1], list):
            made[-1].append(row)
        else:
            made.append([row])
    return made


def _is_list(table: Table, lists: Labels, labels: Labels) -> bool:
    """Tell a table of cases under a list's header; a form goes on with further labels under such a row."""
    heads: set[int] = set()
    for number in range(1, len(table.rows) + 1):
        if header := find_header(table, number, lists):
            heads.update(range(number, number + header.height))
    if not heads:
        return False
    cases = (row for number, row in enumerate(table.rows, start=1) if number > min(heads) and number not in heads)
    return not any(_describes(row, labels) for row in cases)


def _describes(row: Sequence[Cell], labels: Labels) -> bool:
    fields = {labels.field_of(cell.text) for cell in distinct(row)}
    return len(fields & _DESCRIBING) >= _LEAST_DESCRIBING


def _forms(blocks: Iterable[str | Table], labels: Labels) -> Iterator[tuple[str, list[Entry]]]:
    """Yield (title, entries) of each form: a new one begins where the community is named again."""
    title = next_title = ""
    form: list[Entry] = []
    for block in blocks:
        if isinstance(block, str):
            next_title = _title(block) or next_title
            form.extend(_below(block, form, labels))
            continue
        for entry in entries(block, labels):
            if entry.field == "community" and any(one.field == "community" for one in form):
                yield title, form
                form, title = [], next_title
            title = title or _title_in(block) or next_title
            form.append(entry)
    yield title, form


def _title(text: str) -> str:
    """Return a line that names a form, else an empty text."""
    line = without_annex(" ".join(text.split()))
    short = len(line) <= _TITLE_CHARACTERS and ":" not in line and "：" not in line
    return line if short and key(line).endswith(("表", "书", "单")) else ""


def _title_in(table: Table) -> str:
    """Return the title that stands in a table's own first row."""
    for row in table.rows[:_ROWS_ABOVE]:
        said = [cell.text for cell in distinct(row) if cell.text.strip()]
        if len(said) > 1:
            return ""
        if said and (title := _title(said[0])):
            return title
    return ""


def _below(text: str, form: Sequence[Entry], labels: Labels) -> Iterable[Entry]:
    """Yield what a paragraph under a form's table adds: the two stamps and dates sometimes stand there."""
    if not any(entry.field == "community" for entry in form):
        return
    for field, raw, colon in labels.pairs(text):
        if colon and field in FOOT and not any(entry.field == field for entry in form):
            yield Entry(field, raw, f"正文“{text.strip()[:12]}”", (0, 0), "")


def _confidence(form: Sequence[Entry], title: str, campaign: Campaign, *, of_lines: bool) -> float:
    """Return how sure it is that this is annex 3: by how many of its labels there are, and by the title over it.

    Lines that name values describe many things: without a table nearly all that only this form has must be there.
    """
    fields = {entry.field for entry in form}
    least = {"own": _LEAST_LABELS, "none": _LEAST_LABELS, "other": _LEAST_UNDER_OTHER_TITLE}
    whose = _whose(title, campaign)
    telling = sum(name in fields for name in _TELLING)
    if whose == "other" and names_another_campaign(title, campaign):
        return 0
    if "community" not in fields or len(fields) < least[whose] or telling < (1 if whose == "own" else 2):
        return 0
    if of_lines and (len(fields) < _LEAST_IN_LINES or (whose != "own" and telling < _LEAST_TELLING_IN_LINES)):
        return 0
    share = min(1.0, len(fields) / (len(campaign.recommendation_form.captions) - 2))
    return round((0.75 if whose == "own" else 0.65) + 0.24 * share, 2)


def _whose(title: str, campaign: Campaign) -> str:
    """Tell whether a title is that of our form, of another form, or none."""
    plain_key = key(title)
    titles = [key(one) for one in campaign.kind_of("recommendation_form").titles]
    if not plain_key:
        return "none"
    # A title that is only 推荐表 is ours where it stands alone: 先进个人推荐表 is another form.
    short = min((len(one) for one in titles), default=0)
    return "own" if any(one == plain_key or (one in plain_key and len(one) > short) for one in titles) else "other"


def _fields(form: Sequence[Entry], campaign: Campaign) -> dict[str, Value]:
    """Return field -> value; where a label stands twice, the first that says something counts."""
    fields: dict[str, Value] = {}
    for entry in [*_placed(form)]:
        for name, raw in _parts(entry):
            value = _value(name, raw, entry, campaign)
            if name not in fields or (fields[name].value is None and not fields[name].raw.strip("年月日 ")):
                fields[name] = value
    _split_contacts(fields, campaign)
    return fields


def _parts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield (field, raw): the foot cells hold a name and a date."""
    if entry.field not in FOOT:
        yield entry.field, entry.raw
        return
    name, signed = split_foot(entry.raw)
    yield entry.field, name
    if signed is not None:
        yield f"{entry.field}_signed", signed


def _value(name: str, raw: str, entry: Entry, campaign: Campaign) -> Value:
    value = replace(value_of(name, raw, entry.place, campaign, entry.confidence), area=entry.area)
    if name == "floor_area" and "万" in entry.label and _BARE.fullmatch(value.raw):
        return replace(value, value=value_of(name, f"{value.raw}万平方米", "", campaign).value)
    if name.endswith("_signed"):
        return replace(value, value=value_of(name, signed_text(raw), "", campaign).value)
    if name == "project_type" and value.value is None and entry.confidence < 1:
        guessed = values.unboxed_type(value.raw, campaign.project_type)
        return replace(value, value=guessed, confidence=min(value.confidence, _UNBOXED if guessed else 1.0))
    if entry.confidence < 1 and labels_of(campaign.recommendation_form.labels).field_of(value.raw):
        # On a page that was put together wrongly, a label stands where a value is looked for.
        return replace(value, value=None)
    multiline = name == "reason" and value.value is not None
    if multiline:
        lines = (plain(line) for line in raw.splitlines())
        value = replace(value, value="\n".join(line for line in lines if line))
    return value


def _placed(form: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the entries with every contact and phone told whose it is."""
    contacts = _whose_contacts(form)
    phones = _whose_phones(form, contacts)
    for index, entry in enumerate(form):
        if entry.field not in {"contact", "phone"}:
            yield entry
        elif name := contacts.get(index) or phones.get(index):
            yield entry.named(name)


def _whose_contacts(form: Sequence[Entry]) -> dict[int, str]:
    """Return index of a contact -> its field; whose it is says its label, else the cell before it, else the order."""
    names = {index: entry.field for index, entry in enumerate(form) if entry.field in _CONTACTS}
    for index, entry in enumerate(form):
        if entry.field != "contact":
            continue
        name = next((_CONTACTS[at] for at, words in enumerate((("申报", "企业"), ("推荐", "协会", "物协")))
                     if any(word in entry.group for word in words)), None)  # fmt: skip
        free = [one for one in _CONTACTS if one not in names.values()]
        if name or free:
            names[index] = name or free[0]
    return names


def _whose_phones(form: Sequence[Entry], contacts: dict[int, str]) -> dict[int, str]:
    """Return index of a phone -> its field: that of the contact in its row, else of the last contact before it."""
    phones: dict[int, str] = {}
    for index, entry in enumerate(form):
        if entry.field != "phone":
            continue
        row = [name for at, name in contacts.items() if form[at].row == entry.row]
        before = [name for at, name in contacts.items() if at < index]
        candidates = row or before[-1:]
        name = next((one for one in candidates if _phone_of(one) not in phones.values()), None)
        if name:
            phones[index] = _phone_of(name)
    return phones


def _phone_of(contact: str) -> str:
    return f"{contact.removesuffix('_contact')}_phone"


def _split_contacts(fields: dict[str, Value], campaign: Campaign) -> None:
    """Tell name and phone apart where both stand in the contact's cell."""
    for contact in _CONTACTS:
        value, phone = fields.get(contact), _phone_of(contact)
        name, number = split_phone(value.raw) if value else ("", "")
        if value is None or not number:
            continue
        text = None if says_nothing(name, campaign) else plain(name)
        sure = min(value.confidence, 0.9)
        fields[contact] = replace(value, value=text, confidence=sure)
        if phone not in fields or not fields[phone].raw:
            fields[phone] = replace(value_of(phone, number, value.place, campaign, sure), area=value.area)
