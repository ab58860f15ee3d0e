"""How the program logs: one line an event on standard error, for people on a terminal, as JSON otherwise."""

import logging
import sys

import structlog


def set_up_logging(*, verbose: bool = False) -> None:
    """Send events to standard error, so that standard output holds nothing but what was asked for."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    # imapclient and APScheduler tell their every step, imapclient with whole mails: their warnings are enough.
    for name in ("imapclient", "apscheduler", "alembic", "procrastinate"):
        logging.getLogger(name).setLevel(logging.WARNING)
