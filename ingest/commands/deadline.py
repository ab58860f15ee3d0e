"""Commands of the deadline tracker: the lists as of a moment, the snapshot of the deadline, and whether it is whole."""

from pathlib import Path

import click

from config.errors import ConfigError
from ingest.commands.tell import as_of, output
from ingest.context import Context, give, moment, now
from ingest.desk import Desk
from ingest.telling import tracking
from ingest.telling.tracking import Frozen
from reports.tracker.shown import FORMATS, as_bytes, as_lines, chosen, snapshot_lines
from reports.tracker.snapshot_page import alerts
from reports.wording import clock, one_line

BROKEN = 1


@click.group("deadline", invoke_without_command=True)
@as_of
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="输出的格式")
@click.option("--province", metavar="省", help="只看一个省")
@output
@click.pass_context
def deadline(
    click_context: click.Context, as_of: str | None, format_: str, province: str | None, output: Path | None
) -> None:
    """截止情况：按时且齐全、按时未齐全、迟报、未报送四张名单，以及截止快照。"""
    if click_context.invoked_subcommand is not None:
        return
    context: Context = click_context.obj
    with context.desk() as desk:
        data = _shown(desk, as_of, format_, province)
    give(data, output)


def _shown(desk: Desk, as_of: str | None, format_: str, province: str | None) -> bytes:
    """Return the lists with what is said of the snapshots, as bytes."""
    at = moment(as_of, desk.campaign.call)
    made = tracking.standing_of(desk, at)
    if province is not None and not chosen(made, province):
        raise ConfigError(f"没有叫“{province}”的省，请写简称，如 浙江、内蒙古")
    told = [(frozen, tracking.learned(desk, frozen, now())) for frozen in tracking.every_snapshot(desk)]
    told = [(frozen, since) for frozen, since in told if frozen.kept.moment <= at]
    if format_ == "table":
        lines = as_lines(made, province)
        for frozen, since in told:
            lines += ["", *_of_snapshot(desk, frozen, since)]
        return ("\n".join(lines) + "\n").encode("utf-8", "replace")
    zone = desk.campaign.call.zone
    snapshots = [
        {
            "moment": frozen.kept.moment.astimezone(zone).isoformat(),
            "sha256": frozen.kept.sha256,
            "intact": frozen.content is not None,
            "since": since,
        }
        for frozen, since in told
    ]
    return as_bytes(made, format_, province, {"snapshots": snapshots})


def _of_snapshot(desk: Desk, frozen: Frozen, since: list[str]) -> list[str]:
    """Return the lines of a snapshot; of one that is not whole what is wrong with it."""
    zone, kept = desk.campaign.call.zone, frozen.kept
    if frozen.content is None:
        return [f"截止快照 {clock(kept.moment, zone)} 已损坏：{'；'.join(frozen.faults)}"]
    lines = snapshot_lines(clock(kept.moment, zone), kept.sha256, clock(kept.taken_at, zone), since)
    return [lines[0], *(f"  ！{one_line(alert)}" for alert in alerts(frozen.content)), *lines[1:]]


@deadline.command("snapshot")
@click.pass_obj
def snapshot(context: Context) -> None:
    """留下截止快照（只留一次，以后不再改动），写成 .json、.html 和 .txt。"""
    with context.desk() as desk:
        at = now()
        for due in tracking.due_snapshots(desk, at):
            tracking.lay_down(desk, due, at)
        known = tracking.every_snapshot(desk)
        if not known:
            raise ConfigError(f"还没有到截止时刻 {clock(desk.campaign.call.last_moment, desk.campaign.call.zone)}")
        for frozen in known:
            click.echo("\n".join(_of_snapshot(desk, frozen, tracking.learned(desk, frozen, at))))
            if frozen.content is not None:
                for path in tracking.write_snapshot(desk, frozen):
                    click.echo(str(path))
    if any(frozen.content is None for frozen in known):
        raise SystemExit(BROKEN)


@deadline.command("verify")
@click.pass_obj
def verify(context: Context) -> None:
    """核对截止快照：重算 SHA-256，看内容、登记和文件是否原样。"""
    broken = False
    with context.desk() as desk:
        known = tracking.every_snapshot(desk)
        zone = desk.campaign.call.zone
        missing = tracking.lost_snapshots(desk)
        for frozen in known:
            faults = tracking.faults_of(desk, frozen)
            broken = broken or bool(faults)
            head = f"截止快照 {clock(frozen.kept.moment, zone)}（SHA-256 {frozen.kept.sha256}）"
            click.echo(f"{head}：{'；'.join(faults) if faults else '完好，与留底时一致'}", err=bool(faults))
        for path in missing:
            click.echo(f"{path.name} 是快照文件，数据库里却没有它的登记：登记被删过", err=True)
    if not known and not missing:
        click.echo("还没有截止快照")
    if broken or missing:
        raise SystemExit(BROKEN)


@deadline.command("report")
@as_of
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), help="写到哪个文件夹")
@click.pass_obj
def report(context: Context, as_of: str | None, folder: Path | None) -> None:
    """再写一遍截止进度：某一刻之前最近的一期（程序会自己按期写）。"""
    with context.desk() as desk:
        made = tracking.report_as_of(desk, moment(as_of, desk.campaign.call))
        if made is None:
            raise ConfigError("还没有到第一期截止进度的日子")
        page, _ = tracking.write_progress(desk, made, folder)
        click.echo(f"{page}\n{page.with_suffix('.txt')}")


COMMANDS = (deadline,)
