"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import (
    case_acts,
    cases,
    files,
    letter,
    originals,
    overview,
    province,
    provinces,
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
    *originals.ROUTES,
)
