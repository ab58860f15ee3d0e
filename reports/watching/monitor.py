"""What whoever watches the program asks it: its numbers, and whether it is ready. Both answer whatever hangs."""

from collections.abc import Mapping
from typing import Any

from reports.watching.limited import Limited
from reports.watching.metrics import Metrics
from reports.watching.ready import SECONDS, Check, Readiness, hanging, told


class Monitor:
    """The two questions of one process."""

    def __init__(self, metrics: Metrics, readiness: Readiness) -> None:
        self.metrics = metrics
        self.checks: Limited[tuple[Check, ...]] = Limited(readiness.checks, SECONDS)

    def exposition(self) -> bytes:
        """Return the numbers in the text format of Prometheus."""
        return self.metrics.exposition()

    def ready(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the program is ready, and the checks as JSON has them."""
        try:
            return told(self.checks.answer())
        except TimeoutError:
            return told(hanging())
