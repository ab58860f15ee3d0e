"""Fills a store with a whole campaign as rows, to measure what stands on them without their documents."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.texts import prose
from config.campaign import load_campaign
from config.divisions import divisions
from config.search_terms import TERMS_VERSION, terms_of
from config.sentences import packed
from ingest.desk import Desk
from ingest.intake import file_all
from store import arrivals, documents, pictures, searching
from store.arrivals import Seen
from store.documents import CachedReading, ReadFile, ReadLetter
from store.models import File, Fingerprint, Reading
from store.searching import Searched

_LENGTHS = {"introduction": 90, "problems": 500, "measures": 4_000, "results": 300, "insights": 300, "company": 180}
START = datetime.fromisoformat("2026-07-01T09:00:00+08:00")
# So many cases come in one mail, and so many materials are written; the others are written like one of these.
_CASES_A_MAIL, _WRITTEN = 50, 200
# As `config.sentences.RECORD` packs them.
_RECORD = np.dtype([("hash", "<u8"), ("length", "<u2")])


@dataclass
class _Made:
    """Files as they are made, with the readings of their contents."""

    desk: Desk
    readings: dict[str, CachedReading] = field(default_factory=dict)
    files: list[ReadFile] = field(default_factory=list)

    def add(
        self, path: str, kind: str, facts: dict[str, Any] | None, form: str, written: "_Material | None" = None
    ) -> None:
        """Add a file with what was read in it."""
        sha256 = hashlib.sha256(f"{path}{facts}".encode()).hexdigest()
        found = [{"kind": kind, "confidence": 1.0, "facts": facts}] if facts else []
        texts, sentences = (written.texts, written.sentences_of(sha256)) if written else ({}, b"")
        known = (self.desk.reading_version, form, "ok", "", found, texts, sentences)
        self.readings[sha256] = CachedReading(sha256, *known)
        self.files.append(ReadFile(path, path.rpartition("/")[2], sha256, 1_500_000, form, kind, "", "ok"))


@dataclass(frozen=True)
class _Material:
    """The text of a material by its sections, and what its sentences are known by."""

    texts: dict[str, str]
    sentences: bytes

    def sentences_of(self, sha256: str) -> bytes:
        """Return what the sentences of one content are known by: as many and as long, but nobody else's."""
        records = np.frombuffer(self.sentences, _RECORD).copy()
        records["hash"] ^= np.uint64(int(sha256[:16], 16))
        return np.sort(records, order="hash").tobytes()

    @property
    def facts(self) -> dict[str, Any]:
        """What its reader measures of it, but for the names."""
        measured = {"shared": False, "blank": False, "hint": ""}
        return {
            "sections": list(self.texts),
            "section_facts": [{"name": one, "characters": len(own), **measured} for one, own in self.texts.items()],
            "in_order": True,
            "characters": sum(map(len, self.texts.values())),
            **dict.fromkeys(("pictures", "tables", "picture_captions", "table_captions"), 0),
            "layout_faults": [],
            "method": "docx",
        }


def fill(desk: Desk, cases: int) -> None:
    """Put `cases` cases of list row, form, material and four photos into an empty store, spread over the provinces.

    Which photos are alike is taken as known: each was compared with the others when it came.
    """
    provinces = divisions().provinces
    for index, province in enumerate(provinces):
        count = cases // len(provinces) + (index < cases % len(provinces))
        if count:
            _fill_province(desk, index, province, count)
    pictures.compare_new(desk.store, lambda _new, _others: ())
    file_all(desk)


def one_more(desk: Desk, number: int) -> None:
    """Let one more mail of the first province come: the form of its first case anew, with two photos."""
    province = divisions().provinces[0]
    name = f"{province}第0花园"
    made = _Made(desk)
    form = {"fields": {**_form(0, name), "floor_area": _cell(f"{number}万平方米", number * 10_000.0)}}
    made.add(f"{name}推荐表.docx", "recommendation_form", form, "docx")
    for n in range(2):
        made.add(f"{name}{n}.jpg", "photo", _photo(f"{name}{number}{n}"), "jpeg")
    documents.keep_readings(desk.store, made.readings.values())
    _keep(desk, province, _Mail(1_000_000 + number, START + timedelta(days=30, seconds=number)), made.files)


@dataclass(frozen=True)
class _Mail:
    """A mail by its number and its arrival."""

    number: int
    arrival: datetime


def _fill_province(desk: Desk, index: int, province: str, count: int) -> None:
    """Put a province's cases in, so many a mail; the list is in the first."""
    communities = [f"{province}第{number}花园" for number in range(count)]
    for start in range(0, count, _CASES_A_MAIL):
        made = _Made(desk)
        if not start:
            _add_lists(made, province, communities)
        for number in range(start, min(start + _CASES_A_MAIL, count)):
            _add_case(made, number, communities[number])
        with desk.store.session() as session:
            _keep_readings(session, made.readings.values())
        arrival = START + timedelta(hours=index, minutes=start // _CASES_A_MAIL)
        _keep(desk, province, _Mail(1_000 * index + start // _CASES_A_MAIL, arrival), made.files)


def _add_lists(made: _Made, province: str, communities: Sequence[str]) -> None:
    rows = [_row(number, name) for number, name in enumerate(communities)]
    head = {"submitter": _cell(province), "contact": _cell("张三"), "phone": _cell("13800000000")}
    made.add(f"{province}汇总清单.docx", "summary_list", {"rows": rows, **head}, "docx")
    made.add(f"{province}汇总清单（盖章）.pdf", "summary_list_scan", None, "pdf")


def _add_case(made: _Made, number: int, name: str) -> None:
    folder, written = f"某某物业{number}/{name}", _written(made.desk.campaign.call.id)[number % _WRITTEN]
    made.add(f"{folder}/推荐表.docx", "recommendation_form", {"fields": _form(number, name)}, "docx")
    stated = {"title": "标题", "community": name, "company": "某某物业"}
    made.add(f"{folder}/{name}+标题.docx", "case_material", {**stated, **written.facts}, "docx", written)
    for n in range(4):
        made.add(f"{folder}/照片{n}.jpg", "photo", _photo(f"{name}{n}"), "jpeg")


def _keep_readings(session: Session, readings: Iterable[CachedReading]) -> None:
    """Keep what `store.documents.keep_readings` keeps of new contents, in a handful of statements."""
    known = list(readings)
    session.execute(insert(Reading), [vars(one) for one in known])
    marks = {one.sha256: facts["fingerprint"] for one in known for facts in _facts(one) if "fingerprint" in facts}
    session.execute(insert(Fingerprint), [{"sha256": sha256, "mark": mark} for sha256, mark in marks.items()])
    # The first as always, which makes the table of terms.
    searching.note_texts(session, known[0].sha256, known[0].texts)
    rows = [
        {"sha256": one.sha256, "version": TERMS_VERSION, "mark": one.sha256[:32], "whole": True} for one in known[1:]
    ]
    ids = dict(iter(session.execute(insert(Searched).returning(Searched.sha256, Searched.id), rows)))
    told = [{"id": ids[one.sha256], "terms": _terms(tuple(one.texts.values()))} for one in known[1:] if one.texts]
    session.execute(text("INSERT INTO searched_terms (rowid, terms) VALUES (:id, :terms)"), told)


def _facts(reading: CachedReading) -> Iterable[dict[str, Any]]:
    return (one["facts"] for one in reading.found)


@lru_cache(maxsize=_WRITTEN)
def _terms(texts: tuple[str, ...]) -> str:
    return " ".join(sorted({term for own in texts for term in terms_of(own)}))


def _keep(desk: Desk, province: str, mail: _Mail, files: Sequence[ReadFile]) -> None:
    key = f"{province}{mail.number}"
    with desk.store.vault.temporary() as raw:
        raw.write_bytes(key.encode())
        seen = Seen("bench", "INBOX", 1, mail.number + 1)
        accepted = arrivals.accept(desk.store, raw, seen, mail.arrival, "internaldate", mail.arrival)
    documents.keep_read(desk.store, accepted.id, _letter(key, province, desk.letter_version), ())
    with desk.store.session() as session:
        own = {"message_pk": accepted.id, "province": province}
        session.execute(insert(File), [{**own, **vars(file)} for file in files])


@cache
def _written(campaign_id: str) -> tuple[_Material, ...]:
    """Return so many materials, each section of the length that is asked for."""
    source, campaign = Random(2026), load_campaign(campaign_id)
    texts = [{one: "".join(prose(source, length)) for one, length in _LENGTHS.items()} for _ in range(_WRITTEN)]
    return tuple(_Material(own, packed(own, campaign)) for own in texts)


def _photo(name: str) -> dict[str, Any]:
    mark = hashlib.sha256(name.encode()).hexdigest()
    return {"readable": True, "width": 4000, "height": 3000, "fingerprint": mark}


def _cell(raw: str, value: object = None) -> dict[str, Any]:
    return {"raw": raw, "value": raw if value is None else value, "place": "表1", "method": "docx", "confidence": 1.0}


def _row(number: int, name: str) -> dict[str, Any]:
    return {
        "number": _cell(str(number + 1)),
        "community": _cell(name),
        "company": _cell(f"某某物业{number}"),
        "delivered": _cell("2015年6月", "2015-06"),
        "project_type": _cell("商品住宅小区", "commodity"),
        "recommender": _cell(""),
    }


def _form(number: int, name: str) -> dict[str, Any]:
    texts = ("address", "applicant_contact", "recommender_contact", "reason", "applicant", "recommender")
    return {
        **{field: _cell("某某") for field in texts},
        "community": _cell(name),
        "company": _cell(f"某某物业{number}"),
        "completed": _cell("2014年", "2014"),
        "floor_area": _cell("12万平方米", 120000.0),
        "delivered": _cell("2015年6月", "2015-06"),
        "project_type": _cell("商品住宅小区", "commodity"),
        "fee": _cell("2元", [2.0, 2.0]),
        "collection_rate": _cell("98%", 0.98),
        "applicant_phone": _cell("13800000000"),
        "recommender_phone": _cell("13800000000"),
    }


def _letter(key: str, province: str, version: str) -> ReadLetter:
    return ReadLetter(
        message_id=f"<{key}@bench>",
        from_address="bench@example.cn",
        from_name=f"{province}物协",
        to=["wzglzzh@ecpmi.org.cn"],
        subject="报送",
        date=None,
        text="",
        automatic=None,
        kind="submission",
        kind_evidence="",
        province=province,
        city=None,
        sender_level="provincial",
        sender_clues=[],
        defects=[],
        version=version,
    )
