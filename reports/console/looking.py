"""Which pages show personal data, and what is noted of a look at each (查阅记录): explicit, page by page.

A page that stands neither here nor in FREE fails a test: whoever adds one says which it is.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reports.console.enduring import endured
from reports.console.route import Route
from store.personal.accesses import DOWNLOAD, EXPORT, PAGE, PICTURE, QUERY, SEARCH, Look

if TYPE_CHECKING:
    from starlette.responses import Response

    from reports.console.asked import Asked

_Target = Callable[["Asked"], str]
_BAD = 400


def _case(asked: "Asked") -> str:
    case = asked.seen.cases.get(asked.path["key"])
    return f"案例 {case.province} {case.community}" if case else ""


def _message(asked: "Asked") -> str:
    return f"来信 {asked.path['id']}"


def _file(asked: "Asked") -> str:
    file = asked.seen.files.get(asked.path["key"])
    return f"来信 {file.message_pk} 的《{file.name}》" if file else ""


def _pictures(asked: "Asked") -> str:
    """Name the mail: a page shows dozens of small pictures of it."""
    file = asked.seen.files.get(asked.path["key"])
    return f"来信 {file.message_pk} 的小图" if file else ""


def _province(asked: "Asked") -> str:
    return str(asked.path["province"])


def _called(what: str) -> _Target:
    return lambda _asked: what


def _numbered(what: str) -> _Target:
    return lambda asked: f"{what} {asked.path.get('id') or asked.path.get('day')}"


# Of each page that shows personal data: what kind of look it is, and at what.
LOOKS: Mapping[str, tuple[str, _Target]] = {
    "GET /cases/{key}": (PAGE, _case),
    "GET /cases/{key}/merge": (PAGE, _case),
    "GET /cases/{key}/source/{name}": (PICTURE, _case),
    "GET /digests/{id:int}/original": (DOWNLOAD, _numbered("日报")),
    "GET /digests/reports/{day}/original": (DOWNLOAD, _numbered("进度报告")),
    "GET /files/{key}": (PAGE, _file),
    "GET /files/{key}/original": (DOWNLOAD, _file),
    "GET /files/{key}/page": (PICTURE, _file),
    "GET /files/{key}/preview": (PICTURE, _pictures),
    "GET /findings/export": (EXPORT, _called("问题")),
    "GET /inbox": (PAGE, _called("来信列表")),
    "GET /inbox/links": (PAGE, _called("超大附件")),
    "GET /messages/{id:int}": (PAGE, _message),
    "GET /messages/{id:int}/original": (DOWNLOAD, _message),
    "GET /people": (PAGE, _called("账号")),
    "GET /provinces/{province}": (PAGE, _province),
    "GET /provinces/{province}/letter": (PAGE, lambda asked: f"{_province(asked)}的函件"),
    "GET /provinces/{province}/mails": (PAGE, lambda asked: f"{_province(asked)}的来信"),
    "GET /queries": (QUERY, _called("案例查询")),
    "GET /queries/export": (EXPORT, _called("案例查询")),
    "GET /queries/sql": (PAGE, _called("SQL 查询页")),
    "POST /queries/sql": (QUERY, _called("SQL")),
    "GET /search": (SEARCH, _called("检索")),
    "GET /snapshots/{id:int}/original": (DOWNLOAD, _numbered("截止快照")),
}
# Pages without personal data: numbers, masked reports, one's own account, orders, and the logs themselves.
FREE = frozenset({
    "GET /", "GET /accesses", "GET /accesses/export", "GET /activity", "GET /add", "GET /add/jobs/{id}",
    "GET /add/jobs/{id}/state", "GET /add/uploads/{id}", "GET /cases", "GET /decisions", "GET /digests",
    "GET /digests/{id:int}", "GET /digests/{id:int}/shown", "GET /digests/reports/{day}",
    "GET /digests/reports/{day}/shown", "GET /findings", "GET /inbox/doing", "GET /me", "GET /provinces",
    "GET /provinces/{province}/missing", "GET /snapshots", "GET /snapshots/{id:int}", "GET /todo",
})  # fmt: skip
# Whoever searches or asks is noted with the words; a page number says nothing.
_WORDY = (SEARCH, QUERY, EXPORT)


def note(asked: "Asked", route: Route, response: "Response") -> None:
    """Take a look in where a page showed personal data; it is written with others a few seconds later."""
    if asked.session is None or route.name not in LOOKS or response.status_code >= _BAD:
        return
    if asked.request.method == "HEAD":
        return
    kind, target = LOOKS[route.name]
    told = _words(asked) if kind in _WORDY else ""
    if kind in (SEARCH, QUERY) and not told:
        return
    asked.console.watch.saw(Look(asked.now, asked.session.person, asked.address, kind, target(asked), told))


def _words(asked: "Asked") -> str:
    """Return what was asked for, as it was typed."""
    if sql := asked.text("sql"):
        return sql
    given = [(name, value) for name, value in asked.request.query_params.multi_items() if name != "page" and value]
    return "；".join(value if name == "q" else f"{name}={value}" for name, value in given)


def flush(asked: "Asked") -> None:
    """Write what waits, whatever comes of it."""
    endured(asked.console.watch.flush, "console.looks_not_written")
