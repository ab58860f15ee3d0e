"""What went out and what was laid down (日报、截止进度、截止快照), each as it was then.

What was sent as HTML stands in a frame without any rights, under a policy of its own (`guard.FRAMED`).
"""

import email.policy
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from config.chats import service_name
from reports.console import guard
from reports.console.asked import ROWS, Asked, missing
from reports.console.roles import EDITOR
from reports.console.route import Route
from reports.tracker import snapshot
from reports.tracker.milestones import Milestone
from reports.tracker.snapshot_page import snapshot_page
from store import milestones, sent, snapshots
from store.milestones import Noted
from store.sent import FILE, MAIL, TEST, Sending
from store.snapshots import Kept

_CHANNELS: Mapping[str, str] = {MAIL: "邮件", TEST: "邮件（试发）", FILE: "文件"}
_STATES: Mapping[str, str] = {"sent": "已发送", "failed": "未发出", "sending": "正在发送", "unclear": "不知道是否送达"}
_BADGES: Mapping[str, str] = {"sent": "ok", "failed": "error", "unclear": "error", "sending": "info"}
_BROKEN_OFF = "程序在发送途中中断"
_HTML, _POLICY = "text/html", "Content-Security-Policy"
# What stands in the names and numbers of a snapshot.
_NUMBERS: Mapping[str, str] = {
    "provinces": "省",
    "submissions": "报送来信",
    "messages": "全部来信",
    "files": "计入的文件",
    "cases_complete": "案例齐全",
    "cases_incomplete": "案例未齐",
    "cases_late": "案例迟报",
}


def digests(asked: Asked) -> Response:
    """Return which digest went when to whom, and which reports of the deadline were made."""
    store, page = asked.console.store, asked.page_number
    rows, total = sent.latest(store, ROWS, (page - 1) * ROWS)
    return asked.show(
        "sent.html",
        rows=[_row(asked, one) for one in rows],
        milestones=_reports(asked) if page == 1 else [],
        page=page,
        pages=-(-total // ROWS),
        total=total,
    )


def _row(asked: Asked, one: Sending) -> dict[str, object]:
    """Return a digest's way in words."""
    state = "unclear" if one.is_unclear(asked.now) else one.state
    return {
        "id": one.id,
        "day": one.day.isoformat(),
        "as_of": one.as_of,
        "channel": _CHANNELS.get(one.channel) or service_name(one.channel),
        "recipient": one.recipient,
        "state": _STATES.get(state, state),
        "badge": _BADGES.get(state, ""),
        "when": one.sent_at or one.started_at,
        "reason": one.reason or (_BROKEN_OFF if state == "unclear" else ""),
    }


def _reports(asked: Asked) -> list[tuple[Noted, str]]:
    """Return the days of the tracker that were reported on, the newest first, each as it is called."""
    known = milestones.every(asked.console.store, asked.console.campaign.call.id)
    return [(one, Milestone(one.day, one.name, one.as_of).shown) for one in reversed(known)]


def digest(asked: Asked) -> Response:
    """Return one digest's way, and what it said."""
    one = _found(asked)
    raw = _bytes(asked, one.sha256)
    html = _page_of(one, raw) if raw else None
    shown = asked.show(
        "sent_one.html",
        title=f"{one.day.isoformat()} 的日报",
        row=_row(asked, one),
        sha256=one.sha256,
        text=_text_of(one, raw) if raw and html is None else "",
        framed=f"/digests/{one.id}/shown" if html is not None else "",
        original=f"/digests/{one.id}/original" if raw else "",
    )
    return _framing(shown)


def digest_shown(asked: Asked) -> Response:
    """Return the HTML that was sent, for the frame alone."""
    one = _found(asked)
    raw = _bytes(asked, one.sha256)
    html = _page_of(one, raw) if raw else None
    if html is None:
        raise missing("这一份没有网页")
    return _framed(html)


def digest_original(asked: Asked) -> Response:
    """Return the bytes as they were handed over, as a download."""
    one = _found(asked)
    raw = _bytes(asked, one.sha256)
    if raw is None:
        raise missing("这一份没有留下原件")
    extension = "eml" if one.channel in (MAIL, TEST) else "html" if one.channel == FILE else "txt"
    return _download(raw, f"日报-{one.day.isoformat()}-{one.id}.{extension}")


def report(asked: Asked) -> Response:
    """Return one report of the deadline as it was made."""
    one, called = _reported(asked)
    made = asked.show(
        "sent_one.html",
        title=f"截止进度 {called}",
        row={"channel": "", "day": one.day.isoformat(), "as_of": one.as_of, "when": one.made_at},
        sha256=one.sha256,
        text="",
        framed=f"/digests/reports/{one.day.isoformat()}/shown" if one.sha256 else "",
        original=f"/digests/reports/{one.day.isoformat()}/original" if one.sha256 else "",
    )
    return _framing(made)


def report_shown(asked: Asked) -> Response:
    """Return the page of a report, for the frame alone."""
    return _framed(_report_bytes(asked)[1].decode("utf-8", "replace"))


def report_original(asked: Asked) -> Response:
    """Return the page of a report as a download."""
    one, raw = _report_bytes(asked)
    return _download(raw, f"截止进度-{one.day.isoformat()}.html")


def _report_bytes(asked: Asked) -> tuple[Noted, bytes]:
    one, _ = _reported(asked)
    raw = _bytes(asked, one.sha256)
    if raw is None:
        raise missing("这一天没有留下报告")
    return one, raw


def _reported(asked: Asked) -> tuple[Noted, str]:
    try:
        day = date.fromisoformat(str(asked.path["day"]))
    except ValueError:
        raise missing("没有这一天的截止进度") from None
    found = next((pair for pair in _reports(asked) if pair[0].day == day), None)
    if found is None:
        raise missing("没有这一天的截止进度")
    return found


def _found(asked: Asked) -> Sending:
    number = int(asked.path["id"])
    one = sent.find(asked.console.store, number) if number < 1 << 31 else None
    if one is None:
        raise missing(f"没有编号为 {number} 的发送记录")
    return one


def _bytes(asked: Asked, sha256: str | None) -> bytes | None:
    """Return what lies in the vault under a hash; None where nothing does."""
    path = asked.console.store.vault.find(sha256) if sha256 else None
    return path.read_bytes() if path else None


def _page_of(one: Sending, raw: bytes) -> str | None:
    """Return the HTML of what was sent, with the mail's own pictures within; None where it was text alone."""
    if one.channel == FILE:
        return raw.decode("utf-8", "replace")
    if one.channel not in (MAIL, TEST):
        return None
    mail = _mail(raw)
    part = mail.get_body(("html",))
    if part is None:
        return None
    html = str(part.get_content())
    for picture in mail.walk():
        name = str(picture.get("Content-ID", "")).strip("<>")
        if name and picture.get_content_maintype() == "image":
            data = b64encode(picture.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
            html = html.replace(f"cid:{name}", f"data:{picture.get_content_type()};base64,{data}")
    return html


def _text_of(one: Sending, raw: bytes) -> str:
    if one.channel not in (MAIL, TEST):
        return raw.decode("utf-8", "replace")
    part = _mail(raw).get_body(("plain",))
    return str(part.get_content()) if part else ""


def _mail(raw: bytes) -> EmailMessage:
    """Return a mail that we made ourselves."""
    return BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)


def snapshots_page(asked: Asked) -> Response:
    """Return the snapshots of the deadlines: numbers, hash, and whether each is as it was laid down."""
    store = asked.console.store
    known = [(one, snapshots.faults(store, one), _sums(one)) for one in _known(asked)]
    return asked.show("snapshots.html", known=known, last=asked.console.campaign.call.last_moment)


def snapshot_one(asked: Asked) -> Response:
    """Return one snapshot with its lists; where it is not whole, what is wrong with it."""
    kept = _kept(asked)
    faults = snapshots.faults(asked.console.store, kept)
    data = snapshots.content(asked.console.store, kept)
    page = snapshot_page(snapshot.parsed(data), kept.sha256) if data and not faults else None
    return asked.show("snapshot.html", kept=kept, faults=faults, page=page, sums=_sums(kept))


def snapshot_original(asked: Asked) -> Response:
    """Return the content of a snapshot, whose hash is that of its row, as a download."""
    kept = _kept(asked)
    data = snapshots.content(asked.console.store, kept)
    if data is None:
        raise missing("文件库中找不到快照的内容")
    day = kept.moment.astimezone(asked.console.campaign.call.zone).date()
    return _download(data, f"截止快照-{day.isoformat()}.json")


def _sums(kept: Kept) -> list[tuple[str, object]]:
    return [(word, kept.numbers[name]) for name, word in _NUMBERS.items() if name in kept.numbers]


def _known(asked: Asked) -> list[Kept]:
    return snapshots.every(asked.console.store, asked.console.campaign.call.id)


def _kept(asked: Asked) -> Kept:
    found = next((one for one in _known(asked) if one.id == asked.path["id"]), None)
    if found is None:
        raise missing("没有这个截止快照")
    return found


def _framing(response: Response) -> Response:
    response.headers[_POLICY] = guard.FRAMING
    return response


def _framed(html: str) -> Response:
    return HTMLResponse(html, headers={_POLICY: guard.FRAMED})


def _download(raw: bytes, name: str) -> Response:
    said = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(raw, media_type="application/octet-stream", headers={"Content-Disposition": said})


ROUTES = (
    Route("/digests", digests),
    Route("/digests/{id:int}", digest),
    Route("/digests/{id:int}/shown", digest_shown),
    Route("/digests/{id:int}/original", digest_original, EDITOR),
    Route("/digests/reports/{day}", report),
    Route("/digests/reports/{day}/shown", report_shown),
    Route("/digests/reports/{day}/original", report_original, EDITOR),
    Route("/snapshots", snapshots_page),
    Route("/snapshots/{id:int}", snapshot_one),
    Route("/snapshots/{id:int}/original", snapshot_original, EDITOR),
)
