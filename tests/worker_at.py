"""Runs the command line at another time of day: python -m tests.worker_at SECONDS ARGUMENT…, so many seconds from now.

What a worker does at a set minute of a working day is tried at any time that way.
"""

import sys
from datetime import UTC, datetime, timedelta

import ingest.sharing.duties
import ingest.worker
from ingest.cli import main


def run() -> None:
    """Set the clock of the duties, and run."""
    ahead = timedelta(seconds=float(sys.argv.pop(1)))

    def now() -> datetime:
        return datetime.now(UTC) + ahead

    ingest.worker.now = now
    ingest.sharing.duties.now = now
    main()


if __name__ == "__main__":
    run()
