"""The activity log (操作记录): what was done in the console, by whom, when, and what came of it."""

from starlette.responses import Response

from reports.console.asked import ROWS, Asked
from reports.console.route import Route
from store import activity


def page(asked: Asked) -> Response:
    """Return what was done last, of one person where the address names one."""
    store, number, person = asked.console.store, asked.page_number, asked.query("person")
    deeds, total = activity.latest(store, ROWS, (number - 1) * ROWS, person or None)
    return asked.show(
        "activity.html",
        deeds=deeds,
        person=person,
        persons=activity.persons(store),
        page=number,
        pages=-(-total // ROWS),
        total=total,
    )


ROUTES = (Route("/activity", page),)
