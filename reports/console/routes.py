"""Every address of the console with who may use it: the one table that the application and the tests go by."""

from reports.console import activities, adding, decided, overview, sent, signing, uploading
from reports.console.route import Route

ROUTES: tuple[Route, ...] = (
    *signing.ROUTES,
    *overview.ROUTES,
    *adding.ROUTES,
    *uploading.ROUTES,
    *sent.ROUTES,
    *activities.ROUTES,
    *decided.ROUTES,
)
