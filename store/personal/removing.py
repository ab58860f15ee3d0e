"""Removes personal data from the tables: one list says of every table what goes from it, or why nothing does.

What is counted and what is removed is found by the same look at each row, so that the numbers told are those of what
was there; a row that is clean already is not counted, so that whoever was killed goes on where that was.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, and_, delete, select, text, update
from sqlalchemy.orm import Session

from store import searching
from store.database import Store
from store.errors import AwayError
from store.models import Base
from store.personal import scrubbing as scrub
from store.personal.privacy import Access, Removal
from store.personal.scrubbing import Means, Row, Scrub

_AT_ONCE = 200
_HELD = "数据库正被别的进程用着，旧内容还留在它的文件里；请停掉 worker 和操作台，再运行一遍"


@dataclass(frozen=True)
class Step:
    """What goes from a table: its rows where no columns are named, else what is personal in those columns.

    `what` says it in Chinese, `stays` what is left of it, or why nothing goes (`goes` is false then).
    """

    table: str
    what: str
    stays: str = ""
    columns: Mapping[str, Scrub] = field(default_factory=dict)
    goes: bool = True


@dataclass(frozen=True)
class Count:
    """How many rows or files hold something personal, and how many bytes that is."""

    rows: int = 0
    bytes: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.rows + other.rows, self.bytes + other.bytes)


def _stays(table: str, why: str) -> Step:
    return Step(table, "", why, goes=False)


STEPS: Sequence[Step] = (
    Step(
        "messages", "来信的读取状态和出错说明", "编号、到达时间、大小、SHA-256",
        {"state": lambda _row, _column, _means: "removed", "failure": scrub.nothing},
    ),
    Step(
        "letters", "来信的发件人、收件人、主题、正文、认定线索", "省份、类别、级别、时间",
        {
            "message_id": scrub.nothing, "from_address": scrub.nothing, "from_name": scrub.blank,
            "to": scrub.no_items, "subject": scrub.said, "text": scrub.said, "automatic": scrub.gone,
            "kind_evidence": scrub.blank, "sender_clues": scrub.no_items, "sender_address": scrub.nothing,
            "suspicions": scrub.as_many, "defects": scrub.as_many, "forwarded": scrub.no_items,
            "authentication": scrub.no_items,
        },
    ),
    Step(
        "sightings", "来信在哪个文件夹、从哪个文件导入", "邮箱、编号、时间",
        {"place": scrub.numbered, "folder": lambda row, column, _means: row[column] if row["uid"] else scrub.GONE},
    ),
    Step(
        "files", "附件的文件名、内嵌邮件的信头、说明", "种类、大小、状态、SHA-256、省份",
        {
            "path": scrub.file_path, "name": scrub.file_name, "kind_evidence": scrub.blank, "reason": scrub.gone,
            "letter": scrub.nothing, "volume_stem": scrub.nothing,
        },
    ),
    Step("filings", "归档的线索", "归到哪个案例", {"clues": scrub.no_items}),
    Step(
        "readings", "从表格、材料、扫描件读出的联系人、电话、地址、理由和全文",
        "小区、企业、推荐单位、日期、面积、收缴率、类型、字数等",
        {
            "found": lambda row, column, _means: scrub.facts(row[column]), "texts": scrub.nothing,
            "sentences": scrub.nothing, "reason": scrub.gone,
        },
    ),
    Step(
        "links", "超大附件的链接、文件名、提取码", "来自哪家网盘、期限、是否已补入",
        {"url": scrub.blank, "name": scrub.gone, "code": scrub.nothing, "key": scrub.hashed},
    ),
    Step("supplied", "补入文件的文件名", "谁、何时补入，SHA-256", {"name": scrub.numbered, "link": scrub.hashed}),
    Step(
        "drops", "文件夹里的路径和文件名", "省份、大小、时间、SHA-256",
        {"path": scrub.numbered, "inside": scrub.numbered, "reason": scrub.blank},
    ),
    Step("cases", "小区名称里夹带的电话", "省份、城市、小区名称", {
        "community": scrub.named, "key": scrub.named, "city_key": scrub.named,
    }),
    Step(
        "decisions", "人工处理中的地址、密码、文件名、更正的联系人和电话、备注", "何时、谁、处理了哪一类、哪个案例",
        {"subject": scrub.subject, "value": scrub.decided, "note": scrub.gone},
    ),
    Step("digests", "日报的收件人", "哪天、什么渠道、结果、SHA-256", {
        "recipient": scrub.numbered, "reason": scrub.gone,
    }),
    Step("reminders", "催办函的收件人、文字、备注", "省份、种类、何时、谁、什么渠道、SHA-256", {
        "recipient": scrub.gone, "items": scrub.items, "note": scrub.gone, "reason": scrub.gone,
        "undone_why": scrub.gone,
    }),
    Step("alarms", "告警里的文件名、原因", "哪一类、何时、何时结束", {
        "about": scrub.numbered, "sentence": scrub.gone, "lines": scrub.no_items, "over": scrub.gone,
    }),
    Step("alarm_notices", "告警的收件人", "什么渠道、何时、结果、SHA-256", {
        "recipient": scrub.numbered, "reason": scrub.gone,
    }),
    Step("saved_queries", "保存的查询（里面的检索词）"),
    Step("sign_ins", "操作台的登录（网络地址、浏览器）"),
    Step("failed_sign_ins", "被拒的登录（用户名、网络地址）"),
    Step(
        "activity", "操作记录里的对象、结果、网络地址", "何时、谁、做了哪一类",
        {"target": scrub.gone, "told": scrub.gone, "address": scrub.blank},
    ),
    Step(
        "accesses", "查阅记录里的对象、检索词、网络地址", "何时、谁、哪一类",
        {"target": scrub.gone, "told": scrub.gone, "address": scrub.blank},
    ),
    _stays("accounts", "操作台的账号：同事自己的，清理后仍要登录查看；不再需要的请停用"),
    _stays("polls", "每次收信的时间和数目"),
    _stays("folder_marks", "邮箱各文件夹收到第几封"),
    _stays("withheld", "服务器没给出的邮件的编号"),
    _stays("fingerprints", "照片的特征值：看不出画面，只能认出同一张"),
    _stays("same_pictures", "哪些照片是同一张（SHA-256）"),
    _stays("milestones", "截止前后各日报告的日期和 SHA-256（报告本身随文件库清除）"),
    _stays("snapshots", "截止时刻快照的数字和 SHA-256（快照本身随文件库清除）"),
    _stays("searched", "检索索引的登记（索引本身清空）"),
    _stays("installation", "这套程序的编号：只为认出备份是不是自己的"),
    _stays("backups", "最近一次备份是何时、做到哪个文件夹"),
    _stays("restored", "何时从哪份备份恢复过、谁核对的"),
    _stays("removals", "清理记录本身"),
)  # fmt: skip


def table_of(step: Step) -> Table:
    """Return the table of a step."""
    return Base.metadata.tables[step.table]


def counted(store: Store, step: Step, means: Means) -> Count:
    """Return how much of a table is personal now, by looking at each row."""
    total = Count()
    with store.reading() as session:
        for rows in _pages(session, step):
            for row in rows:
                total += _count(step, row, means)
    return total


def removed(store: Store, step: Step, means: Means) -> Count:
    """Remove what is personal from a table, some rows at a time; return what that was."""
    total, rows = Count(), list[Row]()
    while True:
        with store.session() as session:
            rows = _page(session, step, rows[-1] if rows else None)
            for row in rows:
                if (own := _count(step, row, means)).rows:
                    total += own
                    _clean(session, step, row, means)
        if not rows:
            return total


def _pages(session: Session, step: Step) -> Iterator[list[Row]]:
    """Yield the rows of a table, some at a time."""
    rows = _page(session, step, None)
    while rows:
        yield rows
        rows = _page(session, step, rows[-1])


def _page(session: Session, step: Step, after: Row | None) -> list[Row]:
    """Return the rows of a table that come after one, in the order of its key."""
    table = table_of(step)
    key = next(iter(table.primary_key))
    query = select(table).order_by(key).limit(_AT_ONCE)
    if after is not None:
        query = query.where(key > after[key.name])
    return [dict(row) for row in session.execute(query).mappings()]


def _count(step: Step, row: Row, means: Means) -> Count:
    """Return what of a row is to go; nothing where it is clean."""
    if not step.columns:
        return Count(1, sum(_size(value) for value in row.values()))
    changed = _changed(step, row, means)
    return Count(1, sum(_size(row[name]) for name in changed)) if changed else Count()


def _changed(step: Step, row: Row, means: Means) -> dict[str, Any]:
    """Return the columns of a row that are to be others, with what stays in them."""
    values = {name: clean(row, name, means) for name, clean in step.columns.items()}
    return {name: value for name, value in values.items() if value != row[name]}


def _clean(session: Session, step: Step, row: Row, means: Means) -> None:
    table = table_of(step)
    own = and_(*(column == row[column.name] for column in table.primary_key))
    if step.columns:
        session.execute(update(table).where(own).values(**_changed(step, row, means)))
    else:
        session.execute(delete(table).where(own))


def _size(value: Any) -> int:  # noqa: ANN401 (a column's value)
    return len(value) if isinstance(value, bytes) else len(str(value).encode()) if value is not None else 0


def forget_index(store: Store) -> None:
    """Drop the index of words: what is cleaned has none left."""
    with store.session() as session:
        searching.forget(session)


def press(store: Store) -> None:
    """Let no removed byte stay in the files of the database: SQLite and PostgreSQL write their tables anew.

    AwayError where another process holds it, for then old bytes would stay.
    """
    engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("VACUUM (FULL, ANALYZE)"))
            return
        raw: Any = connection.connection.dbapi_connection
        try:
            raw.execute("PRAGMA secure_delete=ON")
            raw.execute("VACUUM")
            busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise AwayError(f"{_HELD}（{error}）") from error
        if busy:
            raise AwayError(_HELD)


def left_over(store: Store, words: Iterable[str]) -> list[str]:
    """Return the tables in which a word still stands; nothing where all are gone."""
    wanted = [word for word in words if word]
    found = []
    with store.reading() as session:
        for name, table in Base.metadata.tables.items():
            if name in (Access.__tablename__, Removal.__tablename__):
                continue
            rows = (str(row) for row in session.execute(select(table)))
            if any(word in row for row in rows for word in wanted):
                found.append(name)
    return found
