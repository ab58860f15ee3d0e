"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import inbox, message, overview, rereading, settling, signing
from reports.console.route import Route

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
    *inbox.ROUTES,
    *message.ROUTES,
    *settling.ROUTES,
    *rereading.ROUTES,
)
