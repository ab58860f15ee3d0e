"""What has been learned since a snapshot was taken? Its content beside the same moment as it is known today, in words.

The snapshot is not touched: mails fetched later that had arrived in time, corrections, decisions and rereads are said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reports.tracker.standing import LABELS
from reports.wording import joined, one_line

_NAMED = 5
Content = Mapping[str, Any]
Row = Mapping[str, Any]
# What a decision is on, in words; `zhengji decisions` has the rest.
_DECISIONS = {
    "sender": "认定发信单位", "mail_kind": "认定来信类别", "password": "给出密码", "value": "更正数值",
    "withdrawn": "登记撤回", "merged": "合并案例", "apart": "拆分案例", "filed": "归档文件", "waived": "豁免问题",
    "deadline": "延期", "nothing": "登记零报送", "added": "补入文件", "attached": "补入云附件", "arrival": "认定到达",
}  # fmt: skip


def learned(frozen: Content, today: Content) -> list[str]:
    """Return in words how the picture of a snapshot's moment differs today; nothing where it does not."""
    return [
        *_mails(frozen, today),
        *_decided(frozen["decisions"], today["decisions"]),
        *_provinces(frozen, today),
        *_files(frozen["files"], today["files"]),
        *_program(frozen, today),
    ]


def _mails(frozen: Content, today: Content) -> Iterator[str]:
    """Yield which mails are known now that were not then, which are told otherwise, and which are no more."""
    old, new = _by(frozen["messages"], "sha256"), _by(today["messages"], "sha256")
    found = [one for sha256, one in new.items() if sha256 not in old]
    if found:
        told = joined(map(_mail, found), _NAMED)
        yield f"此后收到 {len(found)} 封在该时刻之前已经到达的来信：{told}"
    both = [(old[sha256], one) for sha256, one in new.items() if sha256 in old]
    words = {"province": "所属省份", "kind": "类别", "taken": "到达时间"}
    for name, word in words.items():
        changed = [one for was, one in both if was.get(name) != one.get(name)]
        if changed:
            yield f"{len(changed)} 封来信的{word}与快照不同：{joined(map(_mail, changed), _NAMED)}"
    gone = [one for sha256, one in old.items() if sha256 not in new]
    if gone:
        yield f"{len(gone)} 封来信按现在的认定在该时刻之后才到：{joined(map(_mail, gone), _NAMED)}"


def _mail(one: Row) -> str:
    """Return a mail for people: 浙江“春江花园材料”（来信 12，08-05 20:11）."""
    when = str(one["taken"])[5:16].replace("T", " ")
    subject = one_line(str(one.get("subject") or ""))
    return f"{one.get('province') or '未认定单位'}“{subject}”（来信 {one['id']}，{when}）"


def _decided(frozen: Sequence[Row], today: Sequence[Row]) -> Iterator[str]:
    """Yield which decisions were made since, and which were taken back."""
    old, new = _by(frozen, "id"), _by(today, "id")
    if made := [one for id_, one in new.items() if id_ not in old]:
        yield f"此后人工处理 {len(made)} 项：{joined(map(_decision, made), _NAMED)}"
    if undone := [one for id_, one in old.items() if id_ not in new]:
        yield f"快照所依据的人工处理撤销了 {len(undone)} 项：{joined(map(_decision, undone), _NAMED)}"


def _decision(one: Row) -> str:
    what = _DECISIONS.get(str(one["what"]), str(one["what"]))
    of = one["value"].get("community") or one["value"].get("province") or ""
    return f"{what}{f'（{of}）' if of else ''}，{one['person']}，编号 {one['id']}"


def _provinces(frozen: Content, today: Content) -> Iterator[str]:
    """Yield which provinces would stand in another list today, and whose cases are told otherwise."""
    old, new = _by(frozen["provinces"], "province"), _by(today["provinces"], "province")
    for name, one in new.items():
        was = old.get(name)
        if was is None:
            yield f"{name}当时不在名单中"
        elif was["place"] != one["place"]:
            yield f"{name}：快照为“{LABELS[was['place']]}”，按现在所知应为“{LABELS[one['place']]}”"
        if was is not None and (changes := list(_items("", was, one))):
            yield f"{name}：{joined(changes, _NAMED)}"
    yield from (f"{name}现在不在名单中" for name in old if name not in new)


def _items(where: str, was: Row, one: Row) -> Iterator[str]:
    """Yield the items, and the cases, that are told otherwise."""
    before, now = _by(was["items"], "what"), _by(one["items"], "what")
    for what in dict.fromkeys((*before, *now)):
        states = (before.get(what, {}).get("state"), now.get(what, {}).get("state"))
        if states[0] != states[1]:
            yield f"{where}{what}由“{_STATE[states[0]]}”变为“{_STATE[states[1]]}”"
    cases = _cases(was), _cases(one)
    for key, case in cases[1].items():
        if key not in cases[0]:
            yield f"多了案例“{case['community']}”"
        else:
            yield from _items(f"“{case['community']}”", {**cases[0][key], "cases": ()}, {**case, "cases": ()})
    yield from (f"少了案例“{case['community']}”" for key, case in cases[0].items() if key not in cases[1])


_STATE = {"there": "有", "late": "迟到", "missing": "缺", None: "不计"}


def _cases(row: Row) -> dict[tuple[str, str], Row]:
    return {(case["city"] or "", case["community"]): case for case in row["cases"]}


def _files(frozen: Sequence[Row], today: Sequence[Row]) -> Iterator[str]:
    """Yield how many files are read or filed otherwise, by what a reader or a person knows now."""
    old, new = _files_by(frozen), _files_by(today)
    names = ("kind", "status", "province", "community")
    changed = [one for key, one in new.items() if key in old and any(old[key][name] != one[name] for name in names)]
    if changed:
        named = joined((f"《{str(one['path']).rpartition('/')[2]}》" for one in changed), _NAMED)
        yield f"{len(changed)} 个文件的种类、归属或能否打开与快照不同：{named}"


def _files_by(rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    return {(one["message"], one["path"]): one for one in rows}


def _program(frozen: Content, today: Content) -> Iterator[str]:
    if frozen["program"] != today["program"]:
        yield f"程序由 {frozen['program']} 版升到 {today['program']} 版，旧信已按新版重读"
    if frozen["campaign"]["file_sha256"] != today["campaign"]["file_sha256"]:
        yield "征集活动文件改过"


def _by(rows: Iterable[Row], name: str) -> dict[Any, Row]:
    return {row[name]: row for row in rows}
