"""Adds files and kills itself with SIGKILL at the N-th step that makes anything lasting; see tests.killed_at.

python -m tests.adding_killed CONFIG N FILE…
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, event

from config.settings import load_settings
from ingest.decisions.adding import add
from ingest.desk import open_desk
from store.decisions import Person
from tests.killed_at import Steps


def main() -> None:
    desk = open_desk(load_settings(Path(sys.argv[1]), {}))
    steps = Steps(int(sys.argv[2]))
    os.fsync = steps.around(os.fsync)
    Path.replace = steps.around(Path.replace)  # type: ignore[method-assign]
    event.listen(Engine, "commit", lambda _connection: steps.step())
    files = [Path(name) for name in sys.argv[3:]]
    person = Person("张三", datetime(2026, 8, 4, 7, 30, tzinfo=UTC))
    add(desk, files, {"province": "浙江", "source": "微信"}, person)
    sys.stdout.write(str(steps.count))


if __name__ == "__main__":
    main()
