"""The group `decide`: commands by which a person settles what is to count."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click

from ingest.commands.decide import assign, deciding_person, kind_, note_option, person_option, replace_option
from ingest.context import Context
from ingest.decisions import deciding
from ingest.decisions.adding import add
from ingest.decisions.arriving import decide_arrival
from ingest.decisions.deciding import Clerk, Shelved

INCOMPLETE = 1
DECIDE = click.Group("decide", help="由人认定什么算数：更正、归档、豁免、撤回……；每一项都可用 zhengji undo 撤销。")
DECIDE.add_command(assign, "sender")
DECIDE.add_command(kind_, "kind")


def _decision(work: Callable[..., list[str]]) -> Callable[..., None]:
    """Return a command that takes who decides, why, and which earlier decision was seen; `work` gives what to say."""

    @person_option
    @note_option
    @replace_option
    @click.pass_obj
    @wraps(work)
    def run(context: Context, /, *, person: str | None, note: str, replace: int | None, **said: object) -> None:
        who = deciding_person(person, note)
        with context.desk() as desk:
            _say(work(Clerk(desk, who, replace), **said))

    return run


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


@DECIDE.command("value")
@click.argument("case", metavar="小区")
@click.argument("field", metavar="栏目")
@click.argument("value", metavar="值")
@_decision
def value(clerk: Clerk, case: str, field: str, value: str) -> list[str]:
    """更正一个案例的一栏（如 建筑面积 12.5万平方米）；重读来信、来了新表都不会改回去。"""
    return deciding.correct(clerk, case, field, value)


@DECIDE.command("file")
@click.argument("message", metavar="来信编号")
@click.argument("path", metavar="文件")
@click.option("--case", metavar="小区", help="归到哪个小区")
@click.option("--new-case", metavar="小区", help="归到一个还没有的小区")
@click.option("--no-case", is_flag=True, help="不归任何小区")
@click.option("--kind", metavar="种类", help="是哪种材料（recommendation_form、case_material、photo……）")
@_decision
def file(clerk: Clerk, message: str, path: str, kind: str | None, **place: str | bool | None) -> list[str]:
    """把一个文件（或 IMG_*.jpg 这样的一批）归到一个小区，或认定它是哪种材料。"""
    said = sum(map(bool, place.values()))
    if said > 1 or not (said or kind):
        raise click.UsageError("请写 --case、--new-case、--no-case 中的一个，或写 --kind")
    case, new = place["case"] or place["new_case"], bool(place["new_case"])
    to = Shelved(str(case) if case else None, new, bool(place["no_case"]), kind)
    return deciding.file_to(clerk, message, path, to)


@DECIDE.command("waive")
@click.argument("finding", metavar="问题编号")
@_decision
def waive(clerk: Clerk, finding: str) -> list[str]:
    """豁免一个问题（编号见 zhengji findings），要用 --note 写明理由；所指的事有变化时它会重新出现。"""
    return deciding.waive(clerk, finding)


@DECIDE.command("reopen")
@click.argument("target", metavar="问题编号或小区")
@_decision
def reopen(clerk: Clerk, target: str) -> list[str]:
    """重新打开已豁免的问题，或已撤回的案例。"""
    return deciding.reopen(clerk, target)


@DECIDE.command("withdraw")
@click.argument("case", metavar="小区")
@_decision
def withdraw(clerk: Clerk, case: str) -> list[str]:
    """登记一个案例已撤回：仍然看得到，不再计数和检查。"""
    return deciding.withdraw(clerk, case)


@DECIDE.command("merge")
@click.argument("case", metavar="小区")
@click.argument("into", metavar="并入的小区")
@_decision
def merge(clerk: Clerk, case: str, into: str) -> list[str]:
    """两个案例是同一个小区：前一个并入后一个。"""
    return deciding.merge(clerk, case, into)


@DECIDE.command("split")
@click.argument("case", metavar="小区")
@click.option("--company", metavar="企业", help="同名小区中，这家企业的是另一个")
@_decision
def split(clerk: Clerk, case: str, company: str | None) -> list[str]:
    """名称相近的不是同一个小区（写 省/小区），或同名的分成两个（--company）。"""
    return deciding.split(clerk, case, company)


@DECIDE.command("deadline")
@click.argument("province", metavar="省份")
@click.argument("day", metavar="日期")
@_decision
def deadline(clerk: Clerk, province: str, day: str) -> list[str]:
    """同意一个省延期到某日（如 2026-08-12），要用 --note 写明依据。"""
    return deciding.extend(clerk, province, day)


@DECIDE.command("nothing")
@click.argument("province", metavar="省份")
@_decision
def nothing(clerk: Clerk, province: str) -> list[str]:
    """登记一个省零报送。"""
    return deciding.send_nothing(clerk, province)


@DECIDE.command("add")
@click.argument("files", nargs=-1, required=True, metavar="文件…", type=click.Path(path_type=Path))
@click.option("--province", required=True, metavar="省份", help="是哪个省的材料")
@click.option("--city", metavar="市", help="由市级物协直接送来时，写它所在的市")
@click.option("--case", metavar="小区", help="是哪个小区的材料")
@click.option("--source", required=True, metavar="途径", help="怎样收到的：快递、微信、QQ、U盘、传真或其他文字")
@click.option("--arrived", metavar="时间", help="何时收到：2026-08-04 或 2026-08-04T15:30（默认现在；只写日期算当天）")
@person_option
@note_option
@click.pass_obj
def add_(context: Context, /, files: tuple[Path, ...], person: str | None, note: str, **said: str | None) -> None:
    """补入从别的途径（快递、微信、U盘……）收到的文件，算作该省在那时报送的。"""
    who = deciding_person(person, note)
    with context.desk() as desk:
        done = add(desk, files, said, who)
        _say(done.lines)
        for failure in done.failures:
            click.echo(failure, err=True)
        if done.failures:
            raise SystemExit(INCOMPLETE)


@DECIDE.command("arrival")
@click.argument("message", metavar="来信编号")
@click.argument("verdict", metavar="按时|迟到")
@_decision
def arrival(clerk: Clerk, message: str, verdict: str) -> list[str]:
    """收件服务器的两个时间一前一后、截止时间在中间时，认定来信按时还是迟到。"""
    return decide_arrival(clerk.desk, message, verdict, clerk.person, clerk.seen)


COMMANDS = (DECIDE,)
