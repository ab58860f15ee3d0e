"""The letter to a province, ready to be copied: as a mail, as a short message, and as a sheet for a call."""

from contextlib import suppress
from datetime import datetime, timedelta

from starlette.responses import Response

from config.errors import ConfigError
from reports.console.asked import Asked, Done, missing
from reports.console.leads import province_page
from reports.console.route import Route, write
from reports.letters.letter import Letter, Writer
from reports.letters.phones import phone_text
from reports.letters.situations import KINDS, RECEIPT
from reports.picture import AssociationView

# A letter is sent within so many days, or it is another one that was sent.
_FRESH = timedelta(days=3)
CHANNELS = ("邮件", "微信", "电话", "其他")


def letter(asked: Asked) -> Response:
    """Return the letter that asks for what is outstanding, or the one of the kind that the address names."""
    name, what = str(asked.path["province"]), asked.query("what")
    view = asked.seen.provinces.get(name)
    if view is None or what not in ("", *KINDS):
        raise missing(f"没有给“{name}”的这种函件")
    acts = asked.console.acts
    by = acts.writer(asked.seen.assessment)
    written = by.letter(view, what or None)
    return asked.show(
        "letter.html",
        view=view,
        here=province_page(name),
        kinds=KINDS,
        channels=CHANNELS,
        what=written.what if written else what,
        letter=written,
        why="" if written else _why_none(view, what),
        sheet=_sheet(asked, by, written) if written and written.what != RECEIPT else "",
        told=acts.before_sending(by, written) if written else [],
    )


def _sheet(asked: Asked, by: Writer, written: Letter) -> str:
    """Return the sheet for a call, as the command line writes it."""
    call, province = asked.console.campaign.call, written.province
    names = {province: asked.seen.provinces[province].association.name}
    title = f"{call.title}　电话单　{written.day.isoformat()}"
    return phone_text([written], by.sent, names, title, call.zone)


def _why_none(view: AssociationView, what: str) -> str:
    """Return why there is no such letter."""
    if view.nothing_to_send:
        return f"已登记零报送（{view.nothing_to_send}），不必催"
    if what and not view.messages:
        return "尚未收到任何材料，没有可以回执或补正的"
    return f"没有要写进{what}的事项" if what else "已到齐，不必再催"


def note_sent(asked: Asked) -> Done:
    """Note that the letter of the page was sent, by which channel."""
    name, what = str(asked.path["province"]), asked.text("what")
    if name not in asked.seen.provinces or what not in KINDS:
        raise missing(f"没有给“{name}”的这种函件")
    lines = asked.console.acts.note_sent(asked.who, (name, what, _moment(asked)), asked.text("channel"))
    return Done(lines, f"{province_page(name)}#reminders", f"省 {name}")


def _moment(asked: Asked) -> datetime:
    """Return as of when the page was that the letter was copied from; ConfigError where that is long ago, or none."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(asked.text("as_of"))
        if moment.tzinfo and asked.now - _FRESH <= moment <= asked.now:
            return moment
    raise ConfigError("这一页太旧了，请重新写出函件再登记")


def unnote_sent(asked: Asked) -> Done:
    """Mark a reminder of a province as noted by mistake."""
    name, number = str(asked.path["province"]), asked.text("number")
    known = {str(one.id) for one in asked.console.acts.reminded(asked.seen.assessment, name)}
    if number not in known:
        raise missing("没有这条催办记录")
    lines = asked.console.acts.unnote_sent(asked.who, int(number))
    return Done(lines, f"{province_page(name)}#reminders", f"省 {name}")


ROUTES = (
    Route("/provinces/{province}/letter", letter),
    write("/provinces/{province}/sent", note_sent, "登记催办"),
    write("/provinces/{province}/unsent", unnote_sent, "撤销催办登记"),
)
