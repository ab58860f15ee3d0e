"""Commands of the sample for visits (抽查, 三(三)2): draw, draw in addition, verify."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ingest.commands.choosing import among
from ingest.commands.tell import as_of
from ingest.context import Context, give, moment
from ingest.papers.sampled import Wish, add_to_sample, check_sample, draw_sample
from reports.sampling.draw import wanted
from reports.sampling.population import BOUNDS
from reports.sampling.protocol import percent
from reports.sampling.workbook import Sample, sample_json, sample_workbook

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)
_WRITERS = {"xlsx": sample_workbook, "json": sample_json}


@click.group("sample", invoke_without_command=True)
@click.option("--share", metavar="比例", help="抽样率，如 0.2 或 20%（默认通知所定；不得更低）")
@click.option("--seed", metavar="文字", help="种子；建议用事先说好的某日公开号码（不写则随机生成，并写进抽样方法）")
@click.option("--of", type=click.Choice(list(BOUNDS)), help="从哪些案例里抽（默认 complete：清单列有且材料齐全）")
@among
@click.option("--every-province", is_flag=True, help="有案例的省至少抽一个（总数可能多于应抽数）")
@click.option("--add-to", metavar="抽样名单.xlsx", type=_THERE, help="抽中的案例撤回了：由候补替补，写成新的一份")
@click.option(
    "--format", "format_", type=click.Choice(list(_WRITERS)), default="xlsx", show_default=True, help="输出的格式"
)
@as_of
@click.option("-o", "--output", type=_FILE, help="写到文件（默认 抽样名单.xlsx；补抽为 原名-补抽.xlsx）")
@click.pass_context
def sample(
    click_context: click.Context,
    /,
    add_to: Path | None,
    format_: str,
    as_of: str | None,
    output: Path | None,
    **wishes: Any,  # noqa: ANN401 (the options of a fresh draw)
) -> None:
    """按省份、项目类型分层抽取抽查名单（三(三)2，不低于 20%），写明种子和方法，任何人都能复算。"""
    if click_context.invoked_subcommand is not None:
        return
    given = {name: value for name, value in wishes.items() if value}
    if add_to is None:
        _draw(click_context.obj, replace(Wish(), **given), as_of, output or Path(f"抽样名单.{format_}"), format_)
    elif given:
        raise click.UsageError("补抽沿用原来的种子、抽样率和总体，--add-to 只能与 --as-of、--format、-o 同用")
    else:
        target = output or add_to.with_name(f"{add_to.stem}-补抽.{format_}")
        _add(click_context.obj, add_to, as_of, target, format_)


def _draw(context: Context, wish: Wish, as_of: str | None, target: Path, format_: str) -> None:
    with context.desk() as desk:
        made, notes = draw_sample(desk, moment(as_of, desk.campaign.call), wish)
    for line in notes:
        click.echo(line, err=True)
    _write(made, target, format_)
    total, count, seed = made.draw.total, len(made.draw.chosen), made.draw.seed
    told = f"总体 {total} 个，应抽 {wanted(made.draw.share, total)} 个，实抽 {count} 个（{percent(count, total)}）"
    # On standard output the sample itself may stand.
    click.echo(f"{told}；种子“{seed}”{'' if wish.seed else '（随机生成，已写进抽样方法）'}", err=True)


def _add(context: Context, path: Path, as_of: str | None, target: Path, format_: str) -> None:
    if target.exists() and target.samefile(path):
        raise click.UsageError("补抽写成新的一份，不改原来的名单：-o 请用另一个文件名")
    with context.desk() as desk:
        made, additions = add_to_sample(desk, path, moment(as_of, desk.campaign.call))
    for one in additions:
        click.echo(one.said, err=True)
    if additions:
        _write(made, target, format_)
    else:
        click.echo("抽中的案例都在，不用补抽", err=True)


def _write(made: Sample, path: Path, format_: str) -> None:
    output = None if str(path) == "-" else path
    give(_WRITERS[format_](made), output)
    if output is not None:
        click.echo(str(output))


@sample.command("verify")
@click.argument("file", metavar="抽样名单.xlsx", type=_THERE)
@as_of
@click.pass_obj
def verify(context: Context, file: Path, as_of: str | None) -> None:
    """核对一份抽样名单是否按其写明的种子和方法抽出，并说明抽取之后案例有何变化。"""
    with context.desk() as desk:
        verdict = check_sample(desk, file, moment(as_of, desk.campaign.call))
    for line in (*verdict.told, *verdict.wrong):
        click.echo(line)
    click.echo("不相符" if verdict.wrong else "相符：名单就是按写明的种子和方法抽出的")
    if verdict.wrong:
        raise SystemExit(1)


COMMANDS = (sample,)
