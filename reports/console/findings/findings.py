"""The findings: chosen by rule, province, severity and state; many waived for one reason, and taken along."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from config.campaign import Campaign
from config.errors import ConfigError
from reports.console.asked import ROWS, Asked, Done, missing
from reports.console.board import Seen, file_key
from reports.console.cases.named import fields_named
from reports.console.findings.fixed import fixed_since
from reports.console.findings.index import NOWHERE, Choice, Chosen, index_of
from reports.console.handing_out import TYPES, attachment
from reports.console.roles import EDITOR
from reports.console.route import Route, write
from reports.export import export
from reports.finding import Assessment, Finding
from reports.incoming import FileView, MessageView
from reports.picture import CaseView
from reports.queries.wishing import moment_named
from reports.wording import FINDING_STATUSES, SEVERITIES, masked
from store import sent

# What is chosen by, as it stands in the address; "all" for the state of every one that there is now.
_ALL, _FIXED = "all", "fixed"
_STATES: Mapping[str, str] = {**FINDING_STATUSES, _ALL: "全部"}
_PAGES = (ROWS, 200)
_LONGEST_TEXT, _LONGEST_NOTE = 100, 500
# So many lines are told of what was done, and of what could not be.
_TOLD, _TOLD_FAILED = 6, 20
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_DAYS = (1, 3, 7, 30)


@dataclass(frozen=True)
class Row:
    """A finding with the addresses of what it is about, by what it was settled if it was, and the fields it names."""

    finding: Finding
    case: str = ""
    message: int | None = None
    file: str = ""
    how: str = ""
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """What is asked for: the choice, what it chooses, and of what is settled by what and since when."""

    chosen: Chosen
    state: str
    case: CaseView | None
    how: Mapping[str, str]
    since: datetime | None = None
    as_of: datetime | None = None


def findings(asked: Asked) -> Response:
    """Return the page of findings."""
    listing = _listing(asked)
    rows = int(asked.query("rows")) if asked.query("rows") in map(str, _PAGES) else ROWS
    chosen, seen = listing.chosen, asked.seen
    page, pages, part = asked.paged(chosen.total, rows)
    shown = chosen.rows(part.start, rows)
    return asked.show(
        "findings.html",
        listing=listing,
        choice=chosen.choice,
        rows=[_row(one, seen, listing.how) for one in shown],
        total=chosen.total,
        page=page,
        pages=pages,
        page_rows=rows,
        page_sizes=_PAGES,
        states=_STATES,
        state_counts=Chosen(seen.once(index_of), chosen.choice).counts("state"),
        severity_counts=chosen.counts("severity"),
        codes=_codes(asked, chosen),
        rule_words=rule_words(asked.console.campaign),
        provinces=chosen.provinces(),
        nowhere=NOWHERE,
        since_days=list(_since_days(asked)) if listing.state == _FIXED else [],
        here=asked.with_query(),
        export={kind: _export_address(asked, kind) for kind in TYPES},
    )


def _listing(asked: Asked) -> Listing:
    """Return what the address asks for; 404 where it names a case that is not there."""
    state = asked.query("state") if asked.query("state") in _STATES else "open"
    case = asked.seen.cases.get(asked.query("case")) if asked.query("case") else None
    if asked.query("case") and case is None:
        raise missing("没有这个案例")
    severity = asked.query("severity")
    choice = Choice(
        code=asked.query("code"),
        province=asked.query("province"),
        severity=severity if severity in SEVERITIES else "",
        state="" if state in (_ALL, _FIXED) else state,
        text=asked.query("text")[:_LONGEST_TEXT].lower(),
        place=(case.province, case.city, case.community) if case else None,
        seen=str if asked.may(EDITOR) else masked,
    )
    if state != _FIXED:
        return Listing(Chosen(asked.seen.once(index_of), choice), state, case, {})
    fixed = fixed_since(asked.console.board, asked.console.store, asked.seen, _since(asked))
    return Listing(Chosen(fixed.index, choice), state, case, fixed.how, fixed.since, fixed.seen.as_of)


def _since(asked: Asked) -> datetime:
    """Return since when what was settled is asked for; without a word, since the last digest, else for a week."""
    call, now = asked.console.campaign.call, asked.seen.as_of
    if text := asked.query("since"):
        since = moment_named(text, call.zone)
        if since >= now:
            raise ConfigError("“起于”要早于现在")
        return since
    last = sent.last_before(asked.console.store, now.astimezone(call.zone).date())
    return last if last and last < now else _days_ago(asked, 7)


def _days_ago(asked: Asked, days: int) -> datetime:
    zone = asked.console.campaign.call.zone
    day = asked.seen.as_of.astimezone(zone).date() - timedelta(days=days)
    return datetime.combine(day, time(), zone)


def _since_days(asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield words and addresses of what was settled lately."""
    for days in _DAYS:
        day = _days_ago(asked, days).date().isoformat()
        yield f"近 {days} 天", asked.with_query(since=day, page=None)


def _codes(asked: Asked, chosen: Chosen) -> dict[str, int]:
    """Return the rules of which there is something, in their order, with how much; also the one that is chosen."""
    counts = chosen.counts("code")
    order = dict.fromkeys(rule.code for rule in asked.console.campaign.rule)
    known = {code: counts[code] for code in order if counts.get(code)}
    wanted = chosen.choice.code
    return known if not wanted or wanted in known else {wanted: 0, **known}


def rule_words(campaign: Campaign) -> dict[str, str]:
    """Return what each rule says, with … for what differs from finding to finding."""
    said: dict[str, str] = {}
    for rule in campaign.rule:
        said.setdefault(rule.code, _PLACEHOLDER.sub("…", rule.say))
    return said


def _row(finding: Finding, seen: Seen, how: Mapping[str, str]) -> Row:
    view = finding.judgement.subject.view if finding.judgement else None
    case, message, file = "", None, ""
    if isinstance(view, CaseView):
        case = seen.case_keys.get(view.id, "")
    elif isinstance(view, MessageView):
        message = view.id
    elif isinstance(view, FileView):
        message, file = view.message_pk, file_key(view)
        case = seen.case_keys.get(view.case_ids[0], "") if view.case_ids else ""
    named = fields_named(finding, seen.picture.campaign) if case else {}
    return Row(finding, case, message, file, how.get(finding.id, ""), named)


def waive(asked: Asked) -> Done:
    """Waive the findings that were marked, all for one reason; tell which were, and which could not be and why."""
    wanted = list(dict.fromkeys(one.strip() for one in asked.texts("finding") if one.strip()))
    _check(wanted, asked.who.note)
    known, acts = asked.seen.findings, asked.console.acts
    there = [one for one in wanted if one in known]
    gone = [f"问题 {one[:_LONGEST_TEXT]} 已经不在了（可能已解决），没有改动" for one in wanted if one not in known]
    if not there:
        raise ConfigError("；".join(gone[:_TOLD_FAILED]))
    if len(there) == 1:
        # Where somebody else was first, this one can be insisted on.
        return Done([*acts.waive(asked.who, there), *gone], asked.back, there[0])
    told = acts.waive_each(asked.who, there)
    lines = [*_told(told.done, len(there) - len(told.failed), asked.who.note), *_failed([*gone, *told.failed])]
    return Done(lines, asked.back, " ".join(there))


def _check(wanted: Sequence[str], note: str) -> None:
    if not wanted:
        raise ConfigError("没有选中任何一条：请先在左边打勾")
    if not note:
        raise ConfigError("请写明豁免的理由，如“电话核实，原件已盖章”")
    if len(note) > _LONGEST_NOTE:
        raise ConfigError(f"理由请写在 {_LONGEST_NOTE} 字以内")


def _told(done: Sequence[str], count: int, note: str) -> list[str]:
    if not done:
        return []
    more = [f"……共 {count} 条，都列在“已豁免”里"] if len(done) > _TOLD else []
    return [f"豁免了 {count} 条，理由：{note}", *done[:_TOLD], *more]


def _failed(failed: Sequence[str]) -> list[str]:
    if not failed:
        return []
    more = [f"……还有 {len(failed) - _TOLD_FAILED} 条"] if len(failed) > _TOLD_FAILED else []
    return [f"有 {len(failed)} 条没能豁免：", *failed[:_TOLD_FAILED], *more]


def reopen(asked: Asked) -> Done:
    """Reopen a waived finding."""
    target = asked.text("target")
    found = asked.seen.findings.get(target)
    if found is None or found.status != "waived":
        raise ConfigError("这条问题现在不是“已豁免”，不用重新打开")
    return Done(asked.console.acts.reopen(asked.who, target), asked.back, target)


def export_findings(asked: Asked) -> Response:
    """Return the findings that are chosen, all pages of them, with the columns of `zhengji export findings`."""
    kind = asked.query("format")
    listing = _listing(asked)
    own = Assessment(asked.seen.picture, tuple(listing.chosen.rows()))
    return attachment(lambda: export(own, "findings", kind), f"问题-{_STATES[listing.state]}", kind, asked)


def _export_address(asked: Asked, kind: str) -> str:
    """Return where what is seen can be had as a file."""
    kept = [(key, value) for key, value in asked.request.query_params.multi_items() if key not in ("page", "rows")]
    return f"/findings/export?{urlencode([*kept, ('format', kind)])}"


ROUTES = (
    Route("/findings", findings),
    Route("/findings/export", export_findings, EDITOR),
    write("/findings/waive", waive, "豁免问题"),
    write("/findings/reopen", reopen, "重新打开"),
)
