"""How something leaves the console: as a file of its own; a table is named after what it holds and as of when."""

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
    headers = {"Content-Disposition": disposition(f"{name}-{day}.{kind}", "zhengji")}
    return Response(made(), media_type=TYPES[kind], headers=headers)


def disposition(name: str, otherwise: str = "file") -> str:
    """Return the header that makes an answer a download under a (safe) name: RFC 6266, RFC 8187."""
    extension = name.rpartition(".")[2]
    # For programs that know no other names than those of ASCII.
    plain = name if name.isascii() else f"{otherwise}.{extension}" if extension.isascii() else otherwise
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
