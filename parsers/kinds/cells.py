"""How does a cell's text become a fact? Raw text, normal form, place: the one way all kinds of documents go.

A cell that says nothing (blank, /, 无, a row of dots) has no value; what cannot be read has none either.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from config.campaign import Campaign
from config.naming import folded, without_hints
from parsers import values
from parsers.base import Value, as_json

Normal = str | float | tuple[float, float] | None
Reader = Callable[[str], Normal]

_STAMP = r"(?:加?[盖蓋]\s*(?:单位|單位)?公?章\s*处?|公\s*章|单位公章|签\s*章)"
# 章 alone is a seal's place only in brackets.
SEAL = re.compile(rf"[(（〔\[]\s*章\s*[)）〕\]]|(?:[(（〔\[]\s*)?{_STAMP}(?:\s*[)）〕\]])?")
# The same in brackets or at the end, where its half may be cut off: a street may be called 盖章巷.
_SEAL_OF_NAME = re.compile(
    rf"[(（〔\[]\s*(?:{_STAMP}|章)\s*[)）〕\]]|^\s*{_STAMP}\s*[)）〕\]]|{_STAMP}\s*$|[(（]\s*盖\s*$"
)
_RUN = re.compile(r"([^\S\n])[^\S\n]+")
_PHONE = re.compile(r"[(（]?[+＋]?[\d０-９][\d０-９\-—－–()（） ]{5,}[\d０-９]")
_CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_BLANK_LINE = re.compile("[_＿]{2,}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# Full-width figures and letters; not the punctuation, which is Chinese.
_WIDE = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_ANNEX = re.compile(r"^\s*附\s*件\s*[0-9０-９一二三四五]{0,2}\s*[:：]?\s*")
# What stands for a letter that could not be told.
_LOST = "\ufffd"
_EDGES = re.compile(r"^[\s_＿:：]+|[\s_＿]+$")
_DITTO = frozenset(("同上", "同前", "同左上", "〃", "″", '"', "”", "''"))
# What a person means by nothing besides the campaign's words: an unfilled date, dots, a sample of the template.
_EMPTY = frozenset(("", "年月日", "盖章", "公章"))


@lru_cache(maxsize=8)
def _blank_words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(word) for word in words) | _EMPTY


def without_annex(line: str) -> str:
    """Return a line without the number of the annex before it: 附件4：住宅小区…汇总清单."""
    return _ANNEX.sub("", line)


def says_nothing(raw: str, campaign: Campaign) -> bool:
    """Tell whether a cell is blank to a person."""
    return folded(raw) in _blank_words(campaign.mail.blanks)


def is_ditto(raw: str) -> bool:
    """Tell whether a cell means “as above”."""
    return "".join(raw.split()) in _DITTO


def trimmed(raw: str) -> str:
    """Return a text without the underscores and colons that a blank line of a form leaves around it."""
    return _EDGES.sub("", raw)


def plain(raw: str) -> str | None:
    """Return a text as one line, digits and letters in one width; None where nothing is left.

    Chinese punctuation stays as written: names and reasons are shown to people.
    """
    return " ".join(_INVISIBLE.sub("", raw).translate(_WIDE).split()) or None


def compact(raw: str) -> str:
    """Return a text with one space where there were many, so that no pattern has to try them all."""
    return _RUN.sub(r"\1", raw)


def unbroken(raw: str) -> str | None:
    """Return a text as one line; a line's end beside a Chinese character is no space."""
    whole = ""
    for line in (part.strip() for part in raw.splitlines()):
        gap = " " if whole and line and not _CHINESE.match(whole[-1]) and not _CHINESE.match(line) else ""
        whole += gap + line
    return plain(whole)


def name_in(raw: str) -> str | None:
    """Return the name that a cell holds, without a template's hints, the place for a seal and a line to write on."""
    return unbroken(trimmed(_BLANK_LINE.sub(" ", _SEAL_OF_NAME.sub(" ", without_hints(compact(raw))))))


def split_phone(raw: str) -> tuple[str, str]:
    """Return (name, number) of a cell that may hold both; the number empty where there is none."""
    match = _PHONE.search(raw)
    if match is None:
        return raw, ""
    return trimmed(raw[: match.start()] + " " + raw[match.end() :]).strip(" ,，;；、/()（）"), match[0]


def readers(campaign: Campaign) -> Mapping[str, Reader]:
    """Return field -> reader of its normal form, for all fields that are more than text."""
    return {
        **dict.fromkeys(("community", "company", "applicant", "recommender", "submitter"), name_in),
        "address": unbroken,
        "completed": values.read_date,
        "delivered": values.read_date,
        "applicant_signed": values.read_date,
        "recommender_signed": values.read_date,
        "floor_area": values.read_area,
        "collection_rate": values.read_rate,
        "fee": values.read_fee,
        "phone": values.read_phone,
        "applicant_phone": values.read_phone,
        "recommender_phone": values.read_phone,
        "project_type": lambda raw: values.read_project_type(raw, campaign.project_type),
    }


def value_of(field: str, raw: str, place: str, campaign: Campaign, confidence: float = 1.0) -> Value:
    """Return a field's value: raw as written, the normal form None where it is blank or cannot be read."""
    raw = raw.strip()
    if says_nothing(raw, campaign):
        return Value(raw, None, place, confidence=confidence)
    read = readers(campaign).get(field, plain)
    # Where a letter is lost, what is left is not what was meant: a figure without its first digit is another one.
    value = None if _LOST in raw else read(raw)
    # A cell that holds only what the template printed there is blank.
    left = "" if read is name_in and value is None and _LOST not in raw else raw
    return Value(left, value, place, confidence=confidence)


def fact(value: Value | None, method: str) -> dict[str, Any] | None:
    """Return a value as JSON, read by its document's method unless by one of its own; None where there is none."""
    if value is None:
        return None
    told: dict[str, Any] = {**vars(value), "value": as_json(value.value), "method": value.method or method}
    if value.area:
        return {**told, "area": asdict(value.area)}
    del told["area"]
    return told
