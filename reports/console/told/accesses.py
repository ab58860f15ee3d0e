"""The log of who looked at personal data (查阅记录), for administrators: by person, kind, words and day; as a table."""

from datetime import date, datetime, time, timedelta

from starlette.responses import Response

from reports.console import looking
from reports.console.asked import ROWS, Asked
from reports.console.handing_out import attachment
from reports.console.roles import ADMIN
from reports.console.route import Route
from reports.making.tables import csv_text
from reports.wording import clock
from store.personal import accesses
from store.personal.accesses import KINDS, Look, Wanted

HEADINGS = ("时间", "谁", "网络地址", "方式", "对象", "内容")


def page(asked: Asked) -> Response:
    """Return who looked at what, the newest first."""
    looking.flush(asked)
    store, wanted, number = asked.console.store, _wanted(asked), asked.page_number
    looks, total = accesses.latest(store, wanted, ROWS, (number - 1) * ROWS)
    return asked.show(
        "accesses.html",
        looks=looks,
        wanted=wanted,
        day=asked.query("day"),
        kinds=KINDS,
        persons=accesses.persons(store),
        page=number,
        pages=-(-total // ROWS),
        total=total,
        export=f"/accesses/export?{asked.request.url.query}",
    )


def export(asked: Asked) -> Response:
    """Return the same as a table to take along."""
    looking.flush(asked)
    looks, _ = accesses.latest(asked.console.store, _wanted(asked))
    zone = asked.console.campaign.call.zone
    # The mark by which Excel and WPS know UTF-8.
    made = csv_text(HEADINGS, [cells(one, clock(one.at, zone)) for one in looks]).encode("utf-8-sig")
    return attachment(lambda: made, "查阅记录", "csv", asked)


def cells(look: Look, at: str) -> tuple[str, ...]:
    """Return a look as a row of a table."""
    return at, look.person, look.address, KINDS.get(look.kind, look.kind), look.target, look.told


def _wanted(asked: Asked) -> Wanted:
    since, until = _day(asked)
    return Wanted(asked.query("person"), asked.query("kind"), asked.query("words"), since, until)


def _day(asked: Asked) -> tuple[datetime | None, datetime | None]:
    """Return the span of the day that is asked for; none where it is no day."""
    try:
        day = date.fromisoformat(asked.query("day"))
    except ValueError:
        return None, None
    begin = datetime.combine(day, time(), asked.console.campaign.call.zone)
    return begin, begin + timedelta(days=1)


ROUTES = (Route("/accesses", page, ADMIN), Route("/accesses/export", export, ADMIN))
