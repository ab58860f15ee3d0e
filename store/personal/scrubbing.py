"""Takes what is personal out of a row: says of each column what stays in its place, so that numbers stay the same.

What is listed here stays, everything else that is written goes: a new column or a new cell is personal until somebody
says that it is not. A blank stays blank and what was there stays there, so that nothing turns from given to missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Means:
    """What a removal goes by: a secret by which equal names stay equal, and the words that say which version counts.

    The secret is thrown away when the removal is done, so that no name can be found again by trying.
    """

    key: str = ""
    words: tuple[str, ...] = ()


Scrub = Callable[[Row, str, Means], Any]

# What stands where something personal stood.
GONE = "（已清理）"
# Cells of documents that speak of places, organisations and buildings.
KEPT_CELLS = frozenset({
    "community", "city", "company", "recommender", "submitter", "completed", "delivered", "floor_area", "project_type",
    "fee", "collection_rate", "number", "applicant_signed", "recommender_signed",
})  # fmt: skip
# Codes of our own in facts and decisions, and what is measured.
_CODES = frozenset({
    "kind", "method", "format", "sections", "fingerprint", "container", "codec", "code", "level", "day", "field",
    "sha256", "status",
})  # fmt: skip
# Names of provinces, communities and organisations there, what fields and kinds are called, and reviewers of the staff.
_NAMES = frozenset({
    "province", "city", "community", "company", "into", "into_city", "caption", "kind_label", "way", "reviewer",
    "province_only",
})  # fmt: skip
# A phone or an address may stand in any cell.
_PERSONAL = re.compile(r"(?<![\d-])(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8}|\d{7,8})(?!\d)|\S@\S")


def is_personal(text: str) -> bool:
    """Tell whether a text holds what looks like a phone or a mail address."""
    return _PERSONAL.search(text) is not None


def plain(text: str) -> str:
    """Return the name of a place or an organisation as it is; what holds a phone or an address is gone."""
    return GONE if is_personal(text) else text


def facts(value: Any, key: str = "") -> Any:  # noqa: ANN401 (JSON of any shape)
    """Return what was read of a document, or decided, without what is personal."""
    if isinstance(value, dict):
        return _cell(value, key) if "raw" in value and "place" in value else {k: facts(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [facts(one, key) for one in value]
    if not isinstance(value, str) or not value.strip():
        return value
    is_code = key in _CODES or (key == "name" and value.isascii() and value.isidentifier())
    return value if is_code else plain(value) if key in _NAMES else GONE


def _cell(cell: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a cell: of what is kept its value, of the others that there was something; where it stood goes too."""
    kept = {name: facts(own, name) for name, own in cell.items() if name not in ("raw", "value", "place")}
    raw, value = cell["raw"], cell.get("value")
    if isinstance(value, str) and value.strip():
        value = plain(value) if key in KEPT_CELLS else GONE
    said = GONE if isinstance(raw, str) and raw.strip() else raw
    return {**kept, "raw": said, "value": value, "place": ""}


def gone(row: Row, column: str, _means: Means) -> str | None:
    """Leave that something stood there."""
    return GONE if row[column] else row[column]


def nothing(_row: Row, _column: str, _means: Means) -> None:
    """Leave nothing."""


def blank(_row: Row, _column: str, _means: Means) -> str:
    """Leave an empty text."""
    return ""


def no_items(_row: Row, _column: str, _means: Means) -> list[Any]:
    """Leave an empty list."""
    return []


def as_many(row: Row, column: str, _means: Means) -> list[str]:
    """Leave how many there were."""
    return [GONE for _ in row[column] or ()]


def numbered(row: Row, column: str, _means: Means) -> str:
    """Leave a text of its own in each row, where no two may be equal."""
    return f"{GONE}{row['id']}" if row[column] else ""


def named(row: Row, column: str, _means: Means) -> str:
    """Leave a place or an organisation's name, unless it holds a phone."""
    text = str(row[column] or "")
    return f"{GONE}{row['id']}" if is_personal(text) else row[column]


def hashed(row: Row, column: str, _means: Means) -> str | None:
    """Leave by what equal ones are known as equal."""
    text = row[column]
    return text if not text or text.startswith("#") else f"#{sha256(text.encode()).hexdigest()[:32]}"


def file_path(row: Row, column: str, means: Means) -> str:
    """Leave which paths are equal, lie in one folder or in one file, and on what they end."""
    parts = str(row[column]).split("!/")
    return "!/".join(one if one.startswith(GONE) else _path(one, means) for one in parts)


def _path(path: str, means: Means) -> str:
    folder, _, name = path.rpartition("/")
    return f"{GONE}{_token(folder, means)}/{_token(name, means)}{_extension(name)}"


def file_name(row: Row, column: str, means: Means) -> str:
    """Leave which names are equal, and of a material that is named as the notice asks its community."""
    name, extension = str(row[column]), _extension(row[column])
    if GONE in name:
        return name
    community, plus, title = name.removesuffix(extension).replace("＋", "+").partition("+")
    if row["kind"] == "case_material" and plus and title.strip():
        return f"{plain(community)}+{GONE}{extension}"
    return f"{GONE}{_words(name, means)}{_token(name, means)}{extension}"


def said(row: Row, column: str, means: Means) -> str:
    """Leave of a subject or a text the words that say which version counts, sentence by sentence."""
    text = str(row[column] or "")
    found = (_words(sentence, means) for sentence in _SENTENCE.split(text))
    return "。".join(words for words in found if words)


_SENTENCE = re.compile(r"[。！？!?;；\n]+")


def _words(text: str, means: Means) -> str:
    return " ".join(word for word in means.words if word in text)


def _token(text: str, means: Means) -> str:
    """Return what stands for a text: equal for equal texts (in small letters) of one removal."""
    return sha256(f"{means.key}\0{text.lower()}".encode()).hexdigest()[:12] if text else ""


def subject(row: Row, column: str, _means: Means) -> str:
    """Leave of what was decided, unless that is an address or names a file."""
    text = str(row[column])
    head = ":".join(text.split(":")[:2]) if text.startswith("file:") else ""
    return f"{head}{':' if head else ''}{GONE}{row['id']}" if head or is_personal(text) else text


def decided(row: Row, column: str, _means: Means) -> dict[str, Any]:
    """Leave what was decided of places, kinds and days; a corrected value where it is none of a person."""
    value = row[column]
    kept = facts({name: own for name, own in value.items() if name not in _VALUES})
    for name in _VALUES & value.keys():
        own = value[name]
        stays = value.get("field") in KEPT_CELLS
        kept[name] = (plain(own) if stays else own and GONE) if isinstance(own, str) else own
    return dict(kept)


_VALUES = frozenset({"raw", "value", "was", "was_value"})


def items(row: Row, column: str, _means: Means) -> list[Any]:
    """Leave which findings a letter asked for, not in which words."""
    return [{**one, "text": GONE} if isinstance(one, dict) and one.get("text") else one for one in row[column] or ()]


def _extension(name: str) -> str:
    """Return what a name ends on, where that is a plain extension."""
    suffix = PurePosixPath(str(name)).suffix
    return suffix.lower() if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= len(".docx") + 1 else ""
