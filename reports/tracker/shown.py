"""The lists of the tracker for a terminal, for other programs and as a workbook: the same rows each time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.making.tables import Column, Sheet, csv_text, json_text, workbook
from reports.tracker import rows
from reports.tracker.rows import Row
from reports.tracker.standing import NOTHING, PLACES, Standing
from reports.wording import one_line

# A row an item that was not there in time; a province without such has one row of its own.
COLUMNS: Mapping[str, str] = {
    "province": "省份",
    "place": "名单",
    "deadline": "截止时间",
    "note": "说明",
    "city": "城市",
    "community": "小区",
    "item": "应报项目",
    "state": "情况",
    "late": "迟到多久",
    "file": "文件",
    "message": "来信编号",
    "subject": "来信主题",
    "taken": "到达时间",
    "arrival": "INTERNALDATE",
    "received": "Received",
    "evidence": "依据",
}
_WIDTHS = {"note": 30, "community": 18, "item": 18, "file": 30, "subject": 30, "evidence": 60, "place": 14}
_LONG = {"note", "file", "subject", "evidence"}
_MOMENTS = {"deadline", "taken", "arrival", "received"}
FORMATS = ("table", "json", "csv", "xlsx")


def as_bytes(standing: Standing, format_: str, province: str | None, more: Mapping[str, Any]) -> bytes:
    """Return the lists in one of FORMATS but the table; `more` is added to the JSON."""
    return _WRITERS[format_](standing, chosen(standing, province), more)


def chosen(standing: Standing, province: str | None) -> list[Row]:
    """Return the rows of all provinces, or of one."""
    return [row for row in rows.provinces(standing) if province in (None, row["province"])]


def as_lines(standing: Standing, province: str | None) -> list[str]:
    """Return the four lists as lines for a terminal."""
    told, own = [rows.heading(standing)], chosen(standing, province)
    for place in PLACES:
        there = [row for row in own if row["place"] == place]
        if province is not None and not there:
            continue
        told += ["", f"{standing.labels[place]}　{len(there)} 个"]
        plain = [row["province"] for row in there if not (row["note"] or rows.lines(row))]
        told += [f"  {'、'.join(plain)}"] if plain else []
        for row in there:
            if row["province"] not in plain:
                told += [f"  {one_line(row['province'] + '　' + row['note'])}", *_indented(row)]
        if place == NOTHING and there and (beside := rows.beside(standing)):
            told.append(f"  ！{one_line(beside)}")
    return told


def _indented(row: Row) -> Iterable[str]:
    first = row["first"]
    if row["place"] == "late" and first:
        yield f"    - 首次报送{first['late_text']}：来信 {first['message']}“{one_line(first['subject'])}”"
    for line in rows.lines(row):
        yield f"    - {one_line(line)}"


def _flat(own: Iterable[Row]) -> list[Row]:
    return [flat for row in own for flat in _rows(row)]


def _rows(row: Row) -> Iterable[Row]:
    """Yield a province's rows: one an item that was not there in time, or one of its own."""
    base = {
        "province": row["province"],
        "place": row["place_text"],
        "deadline": row["deadline"],
        "note": row["note"],
    }
    items = [("", "", item) for item in row["items"]]
    items += [(case["city"], case["community"], item) for case in row["cases"] for item in case["items"]]
    open_items = [(city, community, item) for city, community, item in items if item["state"] != "there"]
    for city, community, item in open_items:
        came = item["came"] or {}
        yield {
            **base,
            "city": city,
            "community": community,
            "item": item["what"],
            "state": rows.STATES[item["state"]],
            "late": came.get("late_text"),
            **{name: came.get(name) for name in ("file", "message", "subject", "taken", "arrival", "received")},
            "evidence": item["text"],
        }
    if not open_items:
        yield base


def _as_json(standing: Standing, own: list[Row], more: Mapping[str, Any]) -> bytes:
    zone = standing.picture.campaign.call.zone
    made = {
        "as_of": rows.iso(standing.as_of, zone),
        "numbers": standing.numbers,
        "lists": rows.lists(standing),
        "beside_nothing": rows.beside(standing),
        "provinces": own,
        **more,
    }
    return json_text(made).encode("utf-8")


def _as_csv(_standing: Standing, own: list[Row], _more: Mapping[str, Any]) -> bytes:
    return csv_text(list(COLUMNS), ([row.get(name) for name in COLUMNS] for row in _flat(own))).encode("utf-8")


def _as_xlsx(standing: Standing, own: list[Row], _more: Mapping[str, Any]) -> bytes:
    head = "　".join(part for part in (rows.heading(standing), rows.beside(standing)) if part)
    columns = [
        Column(caption, _WIDTHS.get(name, 17 if name in _MOMENTS else 12), _style(name))
        for name, caption in COLUMNS.items()
    ]
    flat = [[_cell(row.get(name), name) for name in COLUMNS] for row in _flat(own) if "item" in row]
    summary = [
        [row["province"], row["association"], row["place_text"], row["messages"], *_counts(row), row["note"]]
        for row in own
    ]
    captions = (
        Column("省份"), Column("省级物协", 28), Column("名单", 14), Column("来信", 8, "number"),
        Column("案例齐全", 10, "number"), Column("案例", 8, "number"), Column("说明", 60, "long"),
    )  # fmt: skip
    return workbook(
        (
            Sheet("各省", captions, summary, head),
            Sheet("缺项与迟到", columns, flat, head, pages_wide=2, repeated_columns=1),
        )
    )


def _counts(row: Row) -> tuple[int, int]:
    listed = [case for case in row["cases"] if case["listed"]]
    return sum(case["place"] == "complete" for case in listed), len(listed)


def _style(name: str) -> str:
    return "moment" if name in _MOMENTS else "long" if name in _LONG else "text"


def _cell(value: Any, name: str) -> Any:  # noqa: ANN401 (a JSON value)
    """Return a cell's value: moments without their zone, as they are to be read."""
    return datetime.fromisoformat(value).replace(tzinfo=None) if value and name in _MOMENTS else value


_WRITERS: Mapping[str, Callable[[Standing, list[Row], Mapping[str, Any]], bytes]] = {
    "json": _as_json,
    "csv": _as_csv,
    "xlsx": _as_xlsx,
}


def snapshot_lines(moment: str, sha256: str, taken: str, since: Sequence[str]) -> list[str]:
    """Return what is said of a snapshot below the lists: its hash, and what has been learned since."""
    told = [f"截止快照 {moment}：{taken} 留底，SHA-256 {sha256}"]
    return [*told, *(f"  - {one}" for one in since or ("此后没有新的情况",))]
