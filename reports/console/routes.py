"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import case_acts, cases, file_page, overview, signing
from reports.console.route import Route

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
    *cases.ROUTES,
    *case_acts.ROUTES,
    *file_page.ROUTES,
)
