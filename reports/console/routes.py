"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import overview, signing
from reports.console.route import Route

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
)
