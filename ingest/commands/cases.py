"""Commands that answer which: cases with filters and words, SQL over the views, and the queries saved of both."""

import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from config.campaign import Call
from ingest.commands.decide import deciding_person, person_option
from ingest.commands.saving import options_of, save, standing
from ingest.commands.tell import as_of, output
from ingest.context import Context, give, moment, now
from ingest.desk import Desk
from ingest.telling.digesting import assessment
from reports.queries.cases import FORMATS, Manner, listed, shown
from reports.queries.errors import AskedWrongError
from reports.queries.filters import Wish
from reports.queries.fulltext import Library
from reports.queries.saving import SavedError, as_line
from reports.queries.wishing import first_day, moment_named, split
from reports.query import FORMATS as QUERY_FORMATS
from reports.query import QueryError, as_bytes, run_query
from reports.status import as_table
from reports.wording import clock
from store import documents, saved, searching

_LISTS = ("missing", "has", "finding")
_PLAIN = ("province", "city", "company", "community", "type", "complete", "late", "unstamped", "withdrawn", "every")

Command = Callable[..., Any]


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def add(work: Command) -> Command:
        for option in reversed(options):
            work = option(work)
        return work

    return add


_several = partial(click.option, multiple=True)
_PLACES = _options(
    _several("--province", metavar="省份", help="浙江、浙江省；可写几次"),
    _several("--city", metavar="城市", help="杭州、杭州市；县级市算到所属地级市"),
    _several("--company", metavar="企业", help="企业名称或其中一部分"),
    _several("--community", metavar="小区", help="小区名称或其中一部分"),
    _several("--type", metavar="类型", help="abandoned 或 弃管小区……"),
)
_STATES = _options(
    _several(
        "--missing",
        metavar="项目",
        help="list、form、material、photo、video、stamp、any，或 推荐表、照片……；写几次须都缺",
    ),
    _several("--has", metavar="项目", help="同上，须有"),
    click.option("--complete/--incomplete", default=None, help="材料齐全的，或不齐的"),
    click.option("--late", is_flag=True, help="迟报的（按各省自己的截止时间，含截止后才补齐的）"),
    click.option("--unstamped", is_flag=True, help="有推荐表而没有盖章的"),
    _several("--finding", metavar="规则", help="有此问题的：photo.too_few，或一类：photo"),
    click.option("--withdrawn", is_flag=True, help="只列已撤回的"),
    click.option("--all", "every", is_flag=True, help="连同已撤回的、清单不再列的"),
)
_TIMES = _options(
    click.option("--arrived-since", metavar="日期", help="这天（或这一刻）起首次到达的"),
    click.option("--arrived-before", metavar="日期", help="这天（或这一刻）之前首次到达的"),
    click.option("--delivered-since", metavar="日期", help="这天起交付的：2015、2015-06 或 2015-06-30"),
    click.option("--delivered-before", metavar="日期", help="这天之前交付的"),
)
_MANNER = _options(
    _several("--text", metavar="词", help="案例材料、标题、推荐理由里有这些词：电梯、“电梯更新”、电梯|扶梯、-商铺"),
    _several("--sort", metavar="栏目", help="按哪些栏目排：province,-photos（- 为从大到小）；未知的总在最后"),
    _several("--columns", metavar="栏目", help="列出哪些栏目：小区名称,照片……"),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="最多列几个"),
    click.option("--count", is_flag=True, help="只说有几个"),
    click.option(
        "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="输出的格式"
    ),
)
_SAVED = _options(
    click.option("--save", metavar="名称", help="把这条查询存下来"),
    click.option("--saved", metavar="名称", help="用存下的查询，可再加条件"),
)


@click.command("cases")
@_PLACES
@_STATES
@_TIMES
@_MANNER
@as_of
@output
@_SAVED
@person_option
@click.pass_context
def cases(context: click.Context, /, save: str | None, saved: str | None, **said: Any) -> None:  # noqa: ANN401 (the options)
    """查案例：条件可以合用；--text 搜案例材料的全文。"""
    with context.obj.desk() as desk:
        said = options_of(desk.store, saved, context) if saved else said
        call = desk.campaign.call
        told = listed(
            assessment(desk, moment(said["as_of"], call)),
            _wish(said, call),
            " ".join(said["text"]) or None,
            _library(desk),
            Manner(split(said["columns"]), split(said["sort"]), said["limit"]),
        )
        # What could not be run is not worth keeping.
        _keep(desk, save, context, said["person"])
    for note in told.notes:
        click.echo(note, err=True)
    if said["count"]:
        click.echo(told.total)
    else:
        _write(shown(told, said["format_"]), said["output"], said["format_"])


def _library(desk: Desk) -> Library:
    return Library(partial(searching.search, desk.store), partial(documents.texts, desk.store), desk.campaign)


def _wish(said: dict[str, Any], call: Call) -> Wish:
    plain = {name: said[name] for name in _PLAIN} | {name: split(said[name]) for name in _LISTS}
    return Wish(
        **plain,
        arrived_since=_beginning(said["arrived_since"], call, "--arrived-since"),
        arrived_before=_beginning(said["arrived_before"], call, "--arrived-before"),
        delivered_since=_first_day(said["delivered_since"], "--delivered-since"),
        delivered_before=_first_day(said["delivered_before"], "--delivered-before"),
    )


def _beginning(text: str | None, call: Call, option: str) -> datetime | None:
    """Return the moment that a text names; of a day alone its beginning."""
    try:
        return moment_named(text, call.zone) if text is not None else None
    except AskedWrongError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _first_day(text: str | None, option: str) -> date | None:
    """Return the first day of what a text names: 2015, 2015-06, 2015-06-30."""
    try:
        return first_day(text) if text is not None else None
    except AskedWrongError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _keep(desk: Desk, name: str | None, context: click.Context, person: str | None) -> None:
    if name is not None:
        kept = save(desk.store, name, context, deciding_person(person).name, now())
        click.echo(f"已保存“{kept.name}”：{as_line(kept.words)}", err=True)


def _write(data: bytes, path: Path | None, format_: str) -> None:
    """Write to a file, else to standard output; a workbook is not for a terminal."""
    if path is None and format_ == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("xlsx 请用 -o 写到文件")
    give(data, path)
    if path is not None:
        click.echo(str(path))


@click.command("query")
@click.argument("sql", required=False)
@as_of
@click.option(
    "--format", "format_", type=click.Choice(QUERY_FORMATS), default="table", show_default=True, help="输出的格式"
)
@output
@_SAVED
@person_option
@click.pass_context
def query(context: click.Context, /, save: str | None, saved: str | None, **said: Any) -> None:  # noqa: ANN401 (the options)
    """用 SQL 查询（只读；视图见 docs/views.md）。"""
    with context.obj.desk() as desk:
        said = options_of(desk.store, saved, context) if saved else said
        if not said["sql"]:
            raise click.UsageError("请写一条 SQL（SELECT），或用 --saved 用存下的")
        try:
            result = run_query(assessment(desk, moment(said["as_of"], desk.campaign.call)), said["sql"])
        except QueryError as error:
            click.echo(f"查询不成：{error}", err=True)
            raise SystemExit(2) from None
        _keep(desk, save, context, said["person"])
    _write(as_bytes(*result, said["format_"]), said["output"], said["format_"])


@click.command("saved")
@click.option("--forget", metavar="名称", help="删去一条存下的查询")
@click.pass_obj
def saved_(context: Context, forget: str | None) -> None:
    """列出存下的查询：谁、何时存的，写的是什么，现在能不能用。"""
    with context.desk() as desk:
        if forget is not None:
            if not saved.forget(desk.store, forget):
                raise SavedError(f"没有名为“{forget}”的查询")
            click.echo(f"已删去“{forget}”")
            return
        zone = desk.campaign.call.zone
        rows = [
            (one.name, as_line(one.words), one.person, clock(one.saved_at, zone), standing(one, (cases, query)))
            for one in saved.every(desk.store)
        ]
    headings = ("名称", "命令", "谁", "时间", "现状")
    click.echo(as_table(headings, rows) if rows else "还没有存下的查询", nl=not rows)


COMMANDS = (cases, query, saved_)
