"""How the program logs: one line an event on standard error, for people on a terminal, as JSON otherwise.

Whatever is logged by whomever (also by the libraries, and what nobody caught) goes one way, at whose end phones and
secrets are taken out (`config.redaction`). It is set up before the settings are read, and again when they are known.
"""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from config.errors import ConfigError
from config.redaction import SECRET, Redactor, is_secret_name, on_one_line
from config.settings import Settings

# They tell their every step, imapclient with whole mails: their warnings are enough.
_TALKERS = ("imapclient", "apscheduler", "alembic", "procrastinate", "obstore")
# So deep are values looked through; what lies deeper is left out.
_DEPTH = 6
# What a line of a traceback begins with on a terminal: no line of an error's text can be taken for an event.
_TRACE = "    | "


def set_up_logging(*, verbose: bool = False, form: str = "auto", redactor: Redactor | None = None) -> None:
    """Send events to standard error, so that standard output holds nothing but what was asked for."""
    readable = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _stamped,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Cleaning(redactor or Redactor()),
            *_renderers(readable=readable),
        ],
        foreign_pre_chain=shared,
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    for name in _TALKERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def log_as(settings: Settings) -> None:
    """Log from now on as the settings say, and nothing of the secrets that they hold; as talkative as before."""
    verbose = logging.getLogger().level == logging.INFO
    set_up_logging(verbose=verbose, form=settings.monitoring.log, redactor=Redactor(secrets_of(settings)))


def catch_the_rest() -> None:
    """Log what nobody catches too: an error that ends the program or a thread, and Python's warnings."""
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed
    logging.captureWarnings(capture=True)


def secrets_of(settings: Settings) -> Iterator[str]:
    """Yield the secrets of an installation; one whose file cannot be read is left out: whoever needs it says so."""
    smtp, objects = settings.digest.smtp, settings.vault.s3
    for login in (*settings.accounts, *((smtp,) if smtp else ()), *((objects,) if objects else ())):
        with suppress(ConfigError):
            yield login.secret
    for account in settings.accounts:
        with suppress(ConfigError):
            yield account.client_secret_text
        with suppress(ConfigError):
            yield account.refresh_secret
    for chat in settings.digest.chats:
        with suppress(ConfigError):
            yield from (chat.address, *chat.address.partition("://")[2].split("@"))
    yield from _of_url(settings.database.url)


def _of_url(url: str) -> Iterator[str]:
    """Yield the password of a database's address, as it stands there."""
    before, at, _ = url.partition("://")[2].rpartition("@")
    if at:
        yield before.partition(":")[2]


def _stamped(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Say when, by the machine's clock and with its zone: logs of several machines are read together."""
    event["timestamp"] = datetime.now().astimezone().isoformat(timespec="microseconds")
    return event


class _Cleaning:
    """Takes phones and secrets out of every value of an event, and whatever would end its line."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        """Return the event as it may be written."""
        # What the clock and the level say was said by us.
        return {
            self._text(str(key)): value if key in ("timestamp", "level") else self._value(str(key), value, 0)
            for key, value in event.items()
        }

    def _value(self, key: str, value: Any, depth: int) -> Any:  # noqa: ANN401 (whatever is logged)
        if value is None or isinstance(value, bool | int | float):
            # A number is one of ours: a size, an id, seconds.
            return value
        if is_secret_name(key):
            return SECRET
        if depth > _DEPTH:
            return "…"
        if isinstance(value, dict):
            return {self._text(str(name)): self._value(str(name), one, depth + 1) for name, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value("", one, depth + 1) for one in value]
        return self._text(value if isinstance(value, str) else repr(value), lines=key in ("exception", "stack"))

    def _text(self, text: str, *, lines: bool = False) -> str:
        return on_one_line(self._redactor.clean(text), keep_lines=lines)


def _renderers(*, readable: bool) -> tuple[Processor, ...]:
    if not readable:
        return (structlog.processors.JSONRenderer(ensure_ascii=False),)
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return _indented, console


def _indented(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for key in ("exception", "stack"):
        if key in event:
            event[key] = "\n".join(f"{_TRACE}{line}" for line in str(event[key]).split("\n"))
    return event


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().critical("program.crashed", exc_info=(kind, error, trace))


def _thread_crashed(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        name = told.thread.name if told.thread else ""
        about = (told.exc_type, told.exc_value, told.exc_traceback)
        structlog.get_logger().critical("thread.crashed", thread=name, exc_info=about)
