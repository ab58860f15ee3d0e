"""Fills a store with a whole campaign as rows, to measure picture and judge without its documents."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.texts import prose
from config.divisions import divisions
from config.sentences import packed
from ingest.desk import Desk
from ingest.intake import file_all
from store import arrivals, documents, pictures
from store.arrivals import Seen
from store.documents import CachedReading, ReadFile, ReadLetter
from store.models import Reading
from store.pictures import note_fingerprint

_LENGTHS = {"introduction": 90, "problems": 500, "measures": 4_000, "results": 300, "insights": 300, "company": 180}
START = datetime.fromisoformat("2026-07-01T09:00:00+08:00")


@dataclass
class _Made:
    """Files as they are made, with the readings of their contents."""

    desk: Desk
    readings: dict[str, CachedReading] = field(default_factory=dict)
    files: list[ReadFile] = field(default_factory=list)

    def add(
        self, path: str, kind: str, facts: dict[str, Any] | None, form: str, texts: dict[str, str] | None = None
    ) -> None:
        """Add a file with what was read in it."""
        sha256 = hashlib.sha256(f"{path}{facts}".encode()).hexdigest()
        found = [{"kind": kind, "confidence": 1.0, "facts": facts}] if facts else []
        own = texts or {}
        known = (self.desk.reading_version, form, "ok", "", found, own, packed(own, self.desk.campaign))
        self.readings[sha256] = CachedReading(sha256, *known)
        self.files.append(ReadFile(path, path.rpartition("/")[2], sha256, 1_500_000, form, kind, "", "ok"))


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
    _keep(desk, province, 1_000 + number, made.files)


def _fill_province(desk: Desk, index: int, province: str, count: int) -> None:
    made = _Made(desk)
    communities = [f"{province}第{number}花园" for number in range(count)]
    rows = [_row(number, name) for number, name in enumerate(communities)]
    head = {"submitter": _cell(province), "contact": _cell("张三"), "phone": _cell("13800000000")}
    made.add("汇总清单.docx", "summary_list", {"rows": rows, **head}, "docx")
    made.add(f"{province}汇总清单（盖章）.pdf", "summary_list_scan", None, "pdf")
    for number, name in enumerate(communities):
        folder, texts = f"某某物业{number}/{name}", _texts(name)
        made.add(f"{folder}/推荐表.docx", "recommendation_form", {"fields": _form(number, name)}, "docx")
        made.add(f"{folder}/{name}+标题.docx", "case_material", _material(name, texts), "docx", texts)
        for n in range(4):
            made.add(f"{folder}/照片{n}.jpg", "photo", _photo(f"{name}{n}"), "jpeg")
    with desk.store.session() as session:
        session.add_all(Reading(**vars(reading)) for reading in made.readings.values())
        session.flush()
        for reading in made.readings.values():
            note_fingerprint(session, reading.sha256, reading.found)
    _keep(desk, province, index, made.files)


def _keep(desk: Desk, province: str, index: int, files: list[ReadFile]) -> None:
    arrival = START + timedelta(hours=index % 500)
    with desk.store.vault.temporary() as raw:
        raw.write_bytes(f"{province}{index}".encode())
        accepted = arrivals.accept(
            desk.store, raw, Seen("bench", "INBOX", 1, index + 1), arrival, "internaldate", arrival
        )
    documents.keep_read(desk.store, accepted.id, _letter(f"{province}{index}", province, desk.letter_version), files)


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


def _texts(name: str) -> dict[str, str]:
    """Return a material's sections, each of the length that is asked for."""
    source = Random(name)
    return {section: "".join(prose(source, length)) for section, length in _LENGTHS.items()}


def _material(name: str, texts: dict[str, str]) -> dict[str, Any]:
    measured = {"shared": False, "blank": False, "hint": ""}
    return {
        "title": "标题",
        "community": name,
        "company": "某某物业",
        "sections": list(texts),
        "section_facts": [{"name": one, "characters": len(text), **measured} for one, text in texts.items()],
        "in_order": True,
        "characters": sum(map(len, texts.values())),
        **dict.fromkeys(("pictures", "tables", "picture_captions", "table_captions"), 0),
        "layout_faults": [],
        "method": "docx",
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
