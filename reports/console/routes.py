"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import case_acts, cases, files, overview, signing
from reports.console.route import Route

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
    *cases.ROUTES,
    *case_acts.ROUTES,
    *files.ROUTES,
)
