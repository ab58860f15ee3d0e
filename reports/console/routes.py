"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import findings, overview, queries, signing, sql
from reports.console.route import Route
from reports.console.search import search

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
    *findings.ROUTES,
    *search.ROUTES,
    *queries.ROUTES,
    *sql.ROUTES,
)
