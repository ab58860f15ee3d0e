"""The overview: how far the call is, what is to be done, and whether everything runs."""

from starlette.responses import Response

from reports.console.asked import Asked
from reports.console.route import Route


def overview(asked: Asked) -> Response:
    """Return the first page."""
    return asked.show("overview.html")


ROUTES = (Route("/", overview),)
