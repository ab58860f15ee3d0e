"""The letter to a province, ready to be copied: as a mail, as a short message, and as a sheet for a call."""

from starlette.responses import Response

from reports.console.asked import Asked, missing
from reports.console.leads import province_page
from reports.console.route import Route
from reports.letters.letter import Letter, Writer
from reports.letters.phones import phone_text
from reports.letters.situations import KINDS, RECEIPT
from reports.picture import AssociationView


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
        what=written.what if written else what,
        letter=written,
        none=None if written else _why_none(view, what),
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


ROUTES = (Route("/provinces/{province}/letter", letter),)
