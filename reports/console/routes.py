"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import watched
from reports.console.adding import adding, uploading
from reports.console.cases import acts as case_acts
from reports.console.cases import cases
from reports.console.files import originals
from reports.console.files import page as file_page
from reports.console.findings import findings
from reports.console.mail import inbox, message, rereading, settling
from reports.console.overview import overview
from reports.console.people import me, people, signing
from reports.console.provinces import letter, province, provinces
from reports.console.queries import queries, sql
from reports.console.route import Route
from reports.console.search import search
from reports.console.told import accesses, activities, decided, sent

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *watched.ROUTES,
    *overview.ROUTES,
    *provinces.ROUTES,
    *province.ROUTES,
    *letter.ROUTES,
    *accesses.ROUTES,
    *activities.ROUTES,
    *adding.ROUTES,
    *case_acts.ROUTES,
    *cases.ROUTES,
    *decided.ROUTES,
    *file_page.ROUTES,
    *findings.ROUTES,
    *inbox.ROUTES,
    *me.ROUTES,
    *message.ROUTES,
    *originals.ROUTES,
    *people.ROUTES,
    *queries.ROUTES,
    *rereading.ROUTES,
    *sent.ROUTES,
    *settling.ROUTES,
    *sql.ROUTES,
    *uploading.ROUTES,
    *search.ROUTES,
)
