"""Add by hand (补入): what came otherwise than by mail, what lay behind a cloud link, and mails that are at hand.

The page accepts and answers; `jobs` carries out, and the order's own page tells how far it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from config.errors import ConfigError
from reports.console.adding import jobs
from reports.console.adding.jobs import Order, new_id
from reports.console.adding.uploads import Upload
from reports.console.asked import Asked, Done, missing, whole
from reports.console.roles import EDITOR
from reports.console.route import Route
from reports.links import called, until
from reports.mail_side import LinkView

SOURCES = ("快递", "微信", "QQ", "U盘", "传真", "其他")
_OTHER = SOURCES[-1]
_LONGEST_WAY, _LONGEST_CASE, _LONGEST_NOTE = 20, 100, 500
_PASTED = "粘贴的邮件.txt"
_NOTHING_SAID = dict.fromkeys(("province", "city", "case", "source", "arrived", "message", "link"))


def page(asked: Asked) -> Response:
    """Return the page on which files are added, for a mail's cloud link where the address names one."""
    uploads = asked.console.uploads
    uploads.sweep(asked.now)
    named = asked.query("case")
    case = asked.seen.cases.get(named) if named else None
    return asked.show(
        "add.html",
        mine=uploads.mine(asked.who.name),
        orders=asked.console.jobs.latest(),
        states=jobs.STATES,
        works=jobs.WORDS,
        sources=SOURCES,
        limit=asked.console.settings.upload_bytes,
        province=(case.name.province if case else asked.query("province")),
        city=((case.name.city or "") if case else asked.query("city")),
        case=(case.name.community if case else named),
        today=asked.now.astimezone(asked.console.campaign.call.zone).date().isoformat(),
        notice=asked.console.campaign.call.notice_date.isoformat(),
        **_mail(asked),
    )


def _mail(asked: Asked) -> dict[str, Any]:
    """Return the mail whose links are to be answered, with its links, and which one is meant."""
    number = asked.query("message")
    if not number:
        return {"message": None, "links": (), "link": None}
    message = asked.seen.messages.get(whole(number) or 0)
    if message is None:
        raise missing(f"没有编号为 {number} 的来信")
    return {"message": message, "links": _links(asked, message.id), "link": whole(asked.query("link"))}


def _links(asked: Asked, message: int) -> list[dict[str, object]]:
    """Return the cloud links of a mail in words; only what a browser opens as a page is a link here."""
    zone = asked.console.campaign.call.zone
    found = asked.seen.links_of.get(message, ())
    return [
        {
            "number": link.number,
            "called": called(link),
            "until": until(link, asked.seen.as_of, zone),
            "url": link.url if link.url.startswith(("https://", "http://")) else "",
            "code": link.code,
            "answered": link.answered,
        }
        for link in sorted(found, key=_by_number)
    ]


def _by_number(link: LinkView) -> int:
    return link.number


def add(asked: Asked) -> Done:
    """Accept files: for a province, or for a mail where the form names one."""
    files, message = _files(asked), asked.text("message")
    if message:
        if (whole(message) or 0) not in asked.seen.messages:
            raise missing(f"没有编号为 {message} 的来信")
        said: Mapping[str, str | None] = {"message": message, "link": _link(asked, int(message))}
        return _accept(asked, jobs.ATTACH, said, files)
    return _accept(asked, jobs.ADD, _said(asked), files)


def add_mail(asked: Asked) -> Done:
    """Accept a mail: as files, or as its raw text."""
    text = asked.text("raw")
    if text:
        uploads = asked.console.uploads
        data = text.encode("utf-8", "replace")
        made = uploads.begin(asked.who.name, _PASTED, len(data), asked.now)
        uploads.append(made, 0, data)
        return _accept(asked, jobs.MAIL, {}, [made])
    return _accept(asked, jobs.MAIL, {}, _files(asked))


def _accept(asked: Asked, what: str, said: Mapping[str, str | None], files: Sequence[Upload]) -> Done:
    """Keep an order and begin with it."""
    names = [one.name for one in files]
    who = asked.who
    order = Order(
        id=new_id(),
        what=what,
        person=who.name,
        address=asked.address,
        at=who.now.isoformat(),
        note=who.note[:_LONGEST_NOTE],
        said=said,
        uploads=[one.id for one in files],
        names=names,
    )
    asked.console.jobs.accept(order)
    count = f" {len(names)} 个文件" if len(names) > 1 else f"《{names[0]}》"
    return Done([f"已收下{count}，正在处理"], f"/add/jobs/{order.id}", "、".join(names))


def _files(asked: Asked) -> list[Upload]:
    """Return the uploads that a form names; ConfigError where there are none, or one is not whole."""
    uploads = asked.console.uploads
    found = [uploads.find(asked.who.name, key) for key in dict.fromkeys(asked.texts("upload"))]
    if not found:
        raise ConfigError("还没有选文件")
    if not all(one and not one.job for one in found):
        raise ConfigError("有文件已经过期、放弃或在处理了，请刷新“补入”页再试")
    files = [one for one in found if one]
    for one in files:
        if not one.whole:
            raise ConfigError(f"《{one.name}》还没有传完，请重新选这个文件，会从断开的地方接着传")
    return files


def _said(asked: Asked) -> dict[str, str | None]:
    """Return where files belong and how they came, checked as far as this page can: the work begins only later."""
    province, case = asked.text("province"), asked.text("case")
    if province not in asked.seen.provinces:
        raise ConfigError("请选这些文件是哪个省的")
    if len(case) > _LONGEST_CASE:
        raise ConfigError(f"小区名称最多 {_LONGEST_CASE} 个字")
    return {
        "province": province,
        "city": asked.text("city") or None,
        "case": case or None,
        "source": _way(asked),
        "arrived": _arrived(asked),
    }


def _way(asked: Asked) -> str:
    source, words = asked.text("source"), asked.text("source_words")
    way = words if source == _OTHER else source
    if not way or (source != _OTHER and source not in SOURCES):
        raise ConfigError("请写明怎样收到的（快递、微信、QQ、U盘、传真，或用自己的话）")
    if len(way) > _LONGEST_WAY:
        raise ConfigError(f"怎样收到的，最多写 {_LONGEST_WAY} 个字")
    return way


def _arrived(asked: Asked) -> str | None:
    """Return the day, or the moment, that a person states; None where none is stated: then it is now."""
    day, clock, call = asked.text("day"), asked.text("time"), asked.console.campaign.call
    if not day:
        if clock:
            raise ConfigError("写了几点收到的，请把哪一天也写上")
        return None
    try:
        on = date.fromisoformat(day)
        at = datetime.combine(on, time.fromisoformat(clock) if clock else time(), call.zone)
    except ValueError:
        raise ConfigError("收到的日期或时间写得不对，请写作 2026-08-04 和 15:30") from None
    if on < call.notice_date:
        raise ConfigError(f"{day} 早于征集通知（{call.notice_date.isoformat()}），请核对收到的日期")
    if at > asked.now:
        raise ConfigError(f"{day} {clock} 还没有到，请核对收到的时间")
    return at.replace(tzinfo=None).isoformat(timespec="minutes") if clock else on.isoformat()


def _link(asked: Asked, message: int) -> str | None:
    """Return the number of the link that is meant; None where the names of the files tell it."""
    text = asked.text("link")
    known = {link.number for link in asked.seen.links_of.get(message, ())}
    if text and whole(text) not in known:
        raise ConfigError(f"这封来信没有链接 {text}")
    return text or None


def job(asked: Asked) -> Response:
    """Return the page of an order."""
    return asked.show("add_job.html", **_told(asked))


def job_state(asked: Asked) -> Response:
    """Return the part of an order's page that tells how far it is."""
    return asked.show("add_job_state.html", **_told(asked))


def _told(asked: Asked) -> dict[str, Any]:
    order = asked.console.jobs.find(str(asked.path["id"]))
    if order is None:
        raise HTTPException(404, "没有这次补入，或已是一周以前的；做过什么见“记录”")
    return {"order": order, "said": {**_NOTHING_SAID, **order.said}, "states": jobs.STATES, "works": jobs.WORDS}


ROUTES = (
    Route("/add", page, EDITOR),
    Route("/add", add, EDITOR, "收下文件", files=True),
    Route("/add/mail", add_mail, EDITOR, "收下邮件", files=True),
    Route("/add/jobs/{id}", job, EDITOR),
    Route("/add/jobs/{id}/state", job_state, EDITOR),
)
