"""The provinces at a glance, for a terminal; the only door to rich's tables, which count wide characters right."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.naming import folded
from reports import mailboxes
from reports.changes import Settled
from reports.deadline import countdown
from reports.export import open_counts
from reports.finding import Assessment, Finding
from reports.incoming import MessageView
from reports.picture import AssociationView, Picture
from reports.tally import tally
from reports.wording import FINDING_STATUSES, SEVERITIES, clock, one_line, short_clock, there

_STATES = {"none": "未报", "partial": "部分", "complete": "齐全"}
_HEADINGS = ("省份", "状态", "来信", "清单", "扫描件", "案例", "问题", "首次来信")
_NUMBERS = {"来信", "案例"}
# Wide enough for any table where the output is not a terminal, so that nothing is cut in a file or a pipe.
_NO_TERMINAL = 200


def status_table(assessment: Assessment) -> Table:
    """Return the table: one row a provincial association; 案例 is complete/expected, 问题 counts open findings."""
    table = _table(_HEADINGS)
    for row in _rows(assessment):
        table.add_row(*(Text(one_line(cell)) for cell in row))
    return table


def render(assessment: Assessment, width: int | None) -> str:
    """Return heading, table and sums as text; `width` in columns of a terminal, None for the terminal's own."""
    picture = assessment.picture
    call = picture.campaign.call
    head = f"{call.title}　截至 {clock(picture.as_of, call.zone)}　{countdown(call, picture.as_of).text}"
    return f"{head}\n{_drawn(status_table(assessment), width)}{_sums(assessment)}\n{_mailboxes(picture)}"


def as_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], width: int | None = None) -> str:
    """Return any rows as a table for a terminal; what others wrote cannot move the cursor or change colours."""
    table = _table(columns)
    for row in rows:
        table.add_row(*(Text("" if value is None else one_line(str(value))) for value in row))
    return _drawn(table, width)


_FOUND = ("编号", "级别", "省份", "小区", "问题", "现状")


def finding_table(
    assessment: Assessment, place: str | None, settled: Iterable[Settled] = (), *, every: bool = False
) -> str:
    """Return the findings of a province or a community, or all, as a table; waived ones where `every`.

    Below them stand those that were `settled`, each with by what.
    """
    wanted = folded(place or "")
    open_ones = [(one, _standing(one)) for one in assessment.findings if every or one.status == "open"]
    solved = [(one.finding, f"{FINDING_STATUSES['fixed']}（{one.how}）") for one in settled]
    rows = [
        (one.id, SEVERITIES[one.severity], one.province, one.community or one.city, one.message, standing)
        for one, standing in (*open_ones, *solved)
        if not wanted or wanted in (folded(one.province or ""), folded(one.community or ""))
    ]
    return as_table(_FOUND, rows) if rows else f"没有{f'“{place}”的' if place else ''}问题\n"


def _standing(finding: Finding) -> str:
    return f"已豁免（{finding.waived}）" if finding.waived else FINDING_STATUSES[finding.status]


def _rows(assessment: Assessment) -> Iterable[tuple[str, ...]]:
    zone = assessment.picture.campaign.call.zone
    counts = open_counts(assessment)
    for view in assessment.picture.associations:
        errors, warnings = counts[view.province, "error"], counts[view.province, "warning"]
        yield (
            view.province,
            _state(view),
            str(view.messages or ""),
            there(bool(view.lists)) if view.messages else "",
            there(bool(view.list_scans)) if view.messages else "",
            _cases(view),
            " ".join(f"{word}{count}" for word, count in (("须改正", errors), ("请核对", warnings)) if count),
            short_clock(view.first_arrival, zone) if view.first_arrival else "",
        )


def _state(view: AssociationView) -> str:
    """Return how a province stands, in a word."""
    if view.status == "none" and view.nothing_to_send:
        return "零报"
    return _STATES[view.status] + ("·迟" if view.late else "")


def _cases(view: AssociationView) -> str:
    return f"{view.complete_cases}/{view.cases_expected}" if view.messages else ""


def _sums(assessment: Assessment) -> str:
    views = assessment.picture.associations
    states = [view.status for view in views]
    late = sum(view.late for view in views)
    return (
        f"{len(views)} 个省："
        f"{'，'.join(f'{word} {states.count(state)}' for state, word in reversed(_STATES.items()))}"
        f"{f'；迟报 {late}' if late else ''}；"
        f"案例 {sum(view.complete_cases for view in views)}/{sum(view.cases_expected for view in views)} 齐全\n"
        f"来信：{tally(assessment.picture).text}{_decided(assessment.picture.messages)}"
    )


def _decided(messages: Sequence[MessageView]) -> str:
    """Return how many mails a person settled, in a line of its own; nothing where nobody did."""
    ways = [message.sender_decided for message in messages]
    counts = {
        "认定发信单位": ways.count("message"),
        "按地址认定": ways.count("address"),
        "认定类别": sum(bool(message.kind_decided_by) for message in messages),
    }
    said = "，".join(f"{word} {count} 封" for word, count in counts.items() if count)
    return f"\n人工：{said}" if said else ""


def _mailboxes(picture: Picture) -> str:
    """Return how each mailbox fares, a line each."""
    return "".join(f"收信：{one_line(line)}\n" for line in mailboxes.lines(picture))


def _table(headings: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(Text(one_line(heading)), justify="right" if heading in _NUMBERS else "left")
    return table


def _drawn(table: Table, width: int | None) -> str:
    """Return a table as plain text; without a terminal it is as wide as it needs."""
    own = Console()
    columns = width or (own.width if own.is_terminal else _NO_TERMINAL)
    console = Console(file=io.StringIO(), width=columns, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"
