"""The group `screening`: workbooks for reviewers, their copies taken back in, and how the reviews stand."""

from pathlib import Path

import click

from ingest.commands.decide import deciding_person, note_option, person_option
from ingest.commands.tell import as_of, output
from ingest.context import Context, give, moment
from ingest.papers import screening
from ingest.papers.screening import Order, Plan
from reports.screening.showing import FORMATS, shown

_INCOMPLETE = 1
SCREENING = click.Group("screening", help="筛选（通知三（三））：做筛选表、收回填好的表、看各人意见。")


@SCREENING.command("make")
@click.option("--reviewer", "reviewers", metavar="姓名", multiple=True, required=True, help="评阅人，可写多个")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="写到哪个文件夹"
)
@click.option("--province", "provinces", metavar="省份", multiple=True, help="只要这些省的案例")
@click.option(
    "--each-case",
    "--share",
    "each",
    metavar="N",
    type=click.IntRange(min=1),
    help="每个案例由几人评阅（默认人人评阅全部）",
)
@click.option("--seed", metavar="文字", default="", help="分派用的种子；不改它，分派就不变")
@click.option("--overwrite", is_flag=True, help="同名的筛选表已经有了也重做（其中也许已有人填过）")
@as_of
@person_option
@note_option
@click.pass_obj
def make(
    context: Context, /, reviewers: tuple[str, ...], folder: Path, as_of: str | None, person: str | None, **said: object
) -> None:
    """为每位评阅人做一份筛选表（.xlsx）：总表、逐条对照，各案例的相关段落已找出。"""
    who = deciding_person(person, str(said.pop("note") or ""))
    with context.desk() as desk:
        order = Order(reviewers=reviewers, **said)  # type: ignore[arg-type]
        for one in screening.hand_out(desk, order, folder, moment(as_of, desk.campaign.call), who):
            click.echo(f"{one.path}　{one.reviewer}　{one.cases} 个案例")


@SCREENING.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="文件…", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--yes", is_flag=True, help="不再询问，直接收下")
@click.option("--again", is_flag=True, help="先前收过、后来撤销或被取代的同样意见也再收一次")
@person_option
@note_option
@click.pass_obj
def import_(
    context: Context, /, files: tuple[Path, ...], person: str | None, note: str, *, yes: bool, again: bool
) -> None:
    """收回填好的筛选表：先列出会收下什么、什么没有读懂，再收下（每条都可用 zhengji undo 撤销）。"""
    who = deciding_person(person, note)
    with context.desk() as desk:
        clear = True
        for path in files:
            plan = screening.plan(desk, path, who.now, again=again)
            for line in screening.told(plan, desk):
                click.echo(line)
            if plan.news and (yes or click.confirm("收下吗？")):
                click.echo(f"已收下 {screening.take_back(desk, plan, who)} 个案例的意见")
            clear = clear and _is_clear(plan)
        if not clear:
            raise SystemExit(_INCOMPLETE)


def _is_clear(plan: Plan) -> bool:
    """Tell whether all of a copy was understood, and say so where not."""
    if plan.troubles:
        click.echo(f"{plan.path.name}：有 {len(plan.troubles)} 处没有读懂，见上；改好后可以再收一次", err=True)
    return not plan.troubles


@SCREENING.command("show")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="输出的格式")
@as_of
@output
@click.pass_obj
def show(context: Context, format_: str, as_of: str | None, output: Path | None) -> None:
    """各案例的评阅意见：结论是否一致、一票否决、要点；谁还没有评阅（xlsx 默认写到 筛选汇总.xlsx）。"""
    with context.desk() as desk:
        data = shown(screening.reviewed(desk, moment(as_of, desk.campaign.call)), format_)
    path = output or (Path("筛选汇总.xlsx") if format_ == "xlsx" else None)
    give(data, path)
    if path is not None:
        click.echo(str(path))


COMMANDS = (SCREENING,)
