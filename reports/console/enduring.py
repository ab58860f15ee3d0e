"""What must go on whatever fails: threads that nobody waits for, and what follows a decision that is made already."""

import traceback
from collections.abc import Callable

import structlog

log = structlog.get_logger()

# So many places of the program are logged where it fails.
_FRAMES = 8


def endured(work: Callable[[], object], event: str, **about: object) -> bool:
    """Do something, and tell whether it was done; what failed is logged by where it was, without what was typed."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 (a thread that ends by itself is missed by nobody)
        log.error(event, error=type(error).__name__, where=places(error), **about)  # noqa: TRY400 (see `places`)
        return False
    return True


def places(error: BaseException) -> list[str]:
    """Return where in the program something failed. Not what the error says: it may hold what was typed."""
    return [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-_FRAMES:]]
