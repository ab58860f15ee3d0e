"""Makes the fixture of a schema revision, by the code of its time: python -m tests.upgrades.make [--code FOLDER].

Without FOLDER by the code that is here, which is what is done before a migration is added and before a release. A
fixture is tests/upgrades/NNNN: the database on SQLite and on PostgreSQL, the settings files of the time, and in
expected.json what it holds. The mails are tests/upgrades/inbox, of which all fixtures are made; every name is invented.
"""

import argparse
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.inbox import Sent, mail, submission, write_inbox
from tests.sample import ROSTER, SELECTED, day
from tests.servers import MailServer, Postgres, program

HERE = Path(__file__).parent
INBOX = HERE / "inbox"
RECIPIENT = "editor@ecpmi.example"
_SETTINGS = """\
[campaign]
id = "2026-haofuwu"
roster = "roster.toml"
already_selected = "selected.csv"

[database]
url = "{url}"

[digest]
recipients = ["{recipient}"]

[digest.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "wzglzzh@ecpmi.example"
"""
# What a person does at that time, in the words of the command line that all revisions know.
_ACTS = (
    ("import", "{inbox}"),
    ("kind", "2", "inquiry", "--person", "李编", "--note", "电话里说的"),
    ("assign", "3", "江苏", "--person", "李编"),
    ("undo", "1", "--person", "陈管"),
    ("kind", "2", "unrelated", "--person", "李编"),
    ("digest", "--send"),
)
# The command line of that time, all in one process.
_RUN = """
import json, sys
from ingest.cli import cli
for act in json.loads(sys.argv[2]):
    cli.main(["--config", sys.argv[1], *act], standalone_mode=False)
"""
# What is told of each fixture: facts, which no upgrade may change.
_FACTS = {
    "messages": "SELECT id, sha256, bytes, state FROM messages ORDER BY id",
    "decisions": "SELECT id, what, subject, person, note, undone_by FROM decisions ORDER BY id",
    "sent": "SELECT day, recipient FROM digests ORDER BY id",
    "cases": "SELECT province, community FROM cases ORDER BY province, community",
}


def settings(url: str, port: int) -> str:
    """Return the settings file of a fixture."""
    return _SETTINGS.format(url=url, port=port, recipient=RECIPIENT)


def mails() -> Iterator[bytes]:
    """Yield the mails that all fixtures are made of: small, for photos are said to be missing as well as to be there."""
    case = Sent("春江花园小区", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
    files = submission("浙江省物业管理协会", [case], zipped=True, scanned=False)
    yield mail("浙江物协 <zjwyxh@example.cn>", "浙江省“好服务”案例报送", day("07-20T10:12:03"), files)
    yield mail(
        "小胡 <hu@163.example>", "请问推荐表能否只盖电子章？", day("07-31T08:50:00"), text="老师好，请问推荐表？"
    )
    yield mail("风轻云淡 <wind@qq.example>", "好服务案例", day("08-05T12:00:00"), {"说明.txt": "材料随后寄出".encode()})


def main() -> None:
    """Make a fixture by the code of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--code", type=Path, default=HERE.parent.parent, help="the working tree of that time")
    code = parser.parse_args().code.absolute()
    if not INBOX.is_dir():
        write_inbox(INBOX, list(mails()))
    postgres, smtp = Postgres(), MailServer()
    try:
        postgres.start()
        smtp.start()
        sys.stdout.write(f"{made(code, postgres, smtp.port)}\n")
    finally:
        smtp.stop()
        postgres.remove()


def made(code: Path, postgres: Postgres, port: int) -> Path:
    """Make a fixture on both databases and return its folder."""
    with _worked(code, "sqlite:///data/zhengji.db", port) as folder:
        database = folder / "data" / "zhengji.db"
        facts = _of_sqlite(database)
        fixture = HERE / str(facts["revision"])
        fixture.mkdir(exist_ok=True)
        _write(fixture / "sqlite.db.gz", database.read_bytes())
        facts["vault"] = sorted(str(one.relative_to(folder / "data")) for one in _raws(folder, facts))
    url = postgres.database()
    with _worked(code, url, port):
        _write(fixture / "postgresql.sql.gz", dumped(url))
    (fixture / "expected.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    shutil.copy(code / "config" / "starter.toml", fixture / "starter.toml")
    return fixture


@contextmanager
def _worked(code: Path, url: str, port: int) -> Iterator[Path]:
    """Give a folder in which the code of that time has worked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in (("zhengji.toml", settings(url, port)), ("roster.toml", ROSTER), ("selected.csv", SELECTED)):
            (folder / file).write_text(text, encoding="utf-8")
        acts = [[word.format(inbox=INBOX) for word in act] for act in _ACTS]
        command = [sys.executable, "-c", _RUN, str(folder / "zhengji.toml"), json.dumps(acts)]
        environment = {**os.environ, "PYTHONPATH": str(code)}
        subprocess.run(command, check=True, cwd=code, env=environment, stdout=subprocess.DEVNULL)
        yield folder


def _of_sqlite(database: Path) -> dict[str, Any]:
    """Return the facts of a database, all of whose bytes are in its file afterwards."""
    connection = sqlite3.connect(database)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        # Where the inbox lay is nobody's business.
        connection.execute("UPDATE sightings SET place = 'inbox/' || message_id, folder = 'inbox'")
        connection.commit()
        connection.execute("VACUUM")
        ((revision,),) = connection.execute("SELECT version_num FROM alembic_version")
        told = {name: [list(row) for row in connection.execute(query)] for name, query in _FACTS.items()}
        return {"revision": revision, **told}
    finally:
        connection.close()


def _raws(folder: Path, facts: dict[str, Any]) -> Iterator[Path]:
    wanted = {row[1] for row in facts["messages"]}
    return (one for one in (folder / "data").rglob("*") if one.name in wanted)


def dumped(url: str) -> bytes:
    """Return a PostgreSQL database as SQL that any of its versions takes, a statement after the other."""
    host = url.removeprefix("postgresql+psycopg://postgres@")
    command = [program("pg_dump", "postgresql"), "--inserts", "--no-owner", "--no-privileges", "--schema=public"]
    done = subprocess.run([*command, f"postgresql://postgres@{host}"], check=True, stdout=subprocess.PIPE)
    text = done.stdout.decode()
    mine = f"'{INBOX}"
    lines = [line.replace(mine, "'inbox") for line in text.splitlines() if not line.startswith(("\\", "SET ", "--"))]
    kept = [
        line for line in lines if not line.startswith(("SELECT pg_catalog.set_config", "CREATE SCHEMA", "COMMENT ON"))
    ]
    return "\n".join(kept).encode()


def _write(path: Path, data: bytes) -> None:
    # The same content is the same file: no time of making in it.
    path.write_bytes(gzip.compress(data, mtime=0))


if __name__ == "__main__":
    main()
