"""How a table leaves the console: as a file of its own, named after what it holds and the moment that it shows."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.responses import Response

from config.errors import ConfigError
from reports.console.asked import Asked

TYPES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def attachment(made: Callable[[], bytes], name: str, kind: str, asked: Asked) -> Response:
    """Return a table as a download; ConfigError where it is of no kind that is handed out."""
    if kind not in TYPES:
        raise ConfigError("可以下载 xlsx 或 csv")
    day = asked.seen.as_of.astimezone(asked.console.campaign.call.zone).strftime("%Y%m%d-%H%M")
    file = quote(f"{name}-{day}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename=\"zhengji.{kind}\"; filename*=UTF-8''{file}"}
    return Response(made(), media_type=TYPES[kind], headers=headers)
