"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import (
    case_acts,
    cases,
    files,
    findings,
    inbox,
    letter,
    message,
    originals,
    overview,
    province,
    provinces,
    queries,
    rereading,
    settling,
    signing,
)
from reports.console.route import Route

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
    *provinces.ROUTES,
    *province.ROUTES,
    *letter.ROUTES,
    *case_acts.ROUTES,
    *cases.ROUTES,
    *files.ROUTES,
    *findings.ROUTES,
    *inbox.ROUTES,
    *message.ROUTES,
    *originals.ROUTES,
    *queries.ROUTES,
    *rereading.ROUTES,
    *settling.ROUTES,
)
