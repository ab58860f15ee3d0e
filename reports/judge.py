"""Judges a picture by the campaign's rules, and proves the rules themselves by their own examples."""

import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from itertools import chain
from typing import Any

from config.campaign import Campaign, Rule
from config.errors import ConfigError, nearest
from reports.checks import CHECKS
from reports.finding import Assessment, Finding, Judged, Judgement
from reports.identity import finding_id, rests_on, subject_key
from reports.incoming import FileView, MessageView
from reports.picture import Picture
from reports.subjects import FACTS, Subject, subjects
from reports.wording import decided_by

KILOBYTE, MEGABYTE = 1_000, 1_000_000
# The value that is another day for an association to which a later one was granted.
_DEADLINE = "@deadline"


def assess(picture: Picture) -> Assessment:
    """Return the picture with everything that the rules find in it, by province."""
    return assessed(picture, [judge(part) for part in picture.parts or (picture,)])


def assessed(picture: Picture, parts: Sequence[Judged]) -> Assessment:
    """Return a picture with what was found in its parts, in the order of the campaign file's rules."""
    rules = sorted({number for part in parts for number in part.by_rule})
    findings = tuple(chain.from_iterable(part.by_rule.get(number, ()) for number in rules for part in parts))
    by_province: dict[str, tuple[Finding, ...]] = {}
    for part in parts:
        for province, own in part.by_province.items():
            if province in by_province:
                # Told of in two parts: in the order of the rules again.
                own = tuple(one for one in findings if (one.province or "") == province)  # noqa: PLW2901 (all of it)
            by_province[province] = own
    return Assessment(picture, findings, by_province)


def judge(picture: Picture) -> Judged:
    """Return a finding for every rule that does not hold on a subject."""
    by_rule: dict[int, list[Finding]] = defaultdict(list)
    by_province: dict[str, list[Finding]] = defaultdict(list)
    for number, finding in _judge(picture):
        by_rule[number].append(finding)
        by_province[finding.province or ""].append(finding)
    return Judged(
        {number: tuple(own) for number, own in by_rule.items()},
        {province: tuple(own) for province, own in by_province.items()},
    )


def _judge(picture: Picture) -> Iterator[tuple[int, Finding]]:
    """Yield what is found with the place of its rule, in the order of the rules."""
    campaign = picture.campaign
    known = {on: list(subjects(picture, on)) for on in {rule.on for rule in campaign.rule}}
    for number, rule in enumerate(campaign.rule):
        value, facts, check = campaign.value_of(rule), FACTS[rule.on], CHECKS[rule.check]
        fact, conditions = facts[rule.fact].of, [facts[name].of for name in rule.when]
        for subject in known[rule.on]:
            if conditions and not all(condition(subject) for condition in conditions):
                continue
            own = subject.deadline if rule.value == _DEADLINE else value
            if check(fact(subject), own) is False:
                yield number, _finding(rule, subject, own)


def _finding(rule: Rule, subject: Subject, value: object) -> Finding:
    """Put a rule that does not hold into words, with its evidence and clause."""
    facts, view = FACTS[rule.on], subject.view
    actual = facts[rule.fact].of(subject)
    words = {name: shown(facts[name].of(subject), name) for name in _placeholders(rule.say) if name in facts}
    text = rule.say.format(**{**words, "actual": actual_shown(actual, rule, subject), "value": shown(value, rule.fact)})
    city, key = getattr(view, "city", None), subject_key(rule.on, view)
    basis = partial(rests_on, rule.on, subject, actual)
    waiver = subject.picture.rulings.waiver_of(rule.code, key, city, basis)
    return Finding(
        code=rule.code,
        severity=rule.severity,
        phase=("missing" if subject.picture.closed else "outstanding") if rule.phase else None,
        province=getattr(view, "province", None),
        city=city,
        community=getattr(view, "community", None),
        subject=_SUBJECTS[rule.on],
        message=text,
        evidence=facts[rule.fact].evidence(subject),
        clause=rule.clause,
        message_id=_message_id(view),
        file=view.path if isinstance(view, FileView) else None,
        status="waived" if waiver else "open",
        id=finding_id(rule.code, key, city),
        key=key,
        rests_on=basis,
        judgement=Judgement(rule, subject, value),
        waived=decided_by(waiver, subject.campaign.call.zone) if waiver else "",
    )


_SUBJECTS = {
    "association": "association",
    "city": "association",
    "case": "case",
    "message": "message",
    "file": "file",
    "photo": "file",
    "video": "file",
}


def _message_id(view: object) -> str | None:
    if isinstance(view, MessageView):
        return view.key
    return view.message if isinstance(view, FileView) else None


def actual_shown(actual: object, rule: Rule, subject: Subject) -> str:
    """Return the fact in words; a project type by its Chinese name."""
    if rule.fact == "project_type":
        return subject.campaign.type_labels.get(str(actual), str(actual))
    return shown(actual, rule.fact)


def shown(value: Any, fact: str) -> str:  # noqa: ANN401 (a fact is any value)
    """Return a value for people: lists joined, rates in percent, sizes in MB, dates in figures."""
    if fact in _WORDED:
        return _WORDED[fact](value)
    if isinstance(value, list | tuple):
        return "、".join(shown(item, fact) for item in value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _size(count: int) -> str:
    return f"{count / MEGABYTE:.4g} MB" if count >= MEGABYTE else f"{count / KILOBYTE:.3g} KB"


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分钟" if not rest else f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


def _span(seconds: int) -> str:
    """Say how far two moments are apart: days and hours where they are, as nobody counts minutes then."""
    minutes, _ = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "天"), (hours, "小时"), (minutes, "分钟" if not hours else "分"))
    told = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(told[:2]) or _length(seconds)


# Facts that people read otherwise than as a number or a list.
_WORDED: Mapping[str, Callable[[Any], str]] = {
    "bytes": _size,
    "collection_rate": lambda rate: f"{rate * 100:.4g}%",
    "seconds": _length,
    "stamps_apart": _span,
    "sides": lambda sides: "×".join(str(side) for side in sides),
}


@cache
def _placeholders(say: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(say) if name)


def prove(campaign: Campaign, name: str | None = None) -> None:
    """Try every rule on its own examples; ConfigError, naming the rule, where one speaks of what is not or is wrong."""
    for number, rule in enumerate(campaign.rule, start=1):
        try:
            _prove(campaign, rule)
        except ConfigError as error:
            raise ConfigError(f"{name or campaign.call.id} [[rule]] 第 {number} 条 {rule.code}: {error}") from None


def _prove(campaign: Campaign, rule: Rule) -> None:
    _known("on", rule.on, FACTS)
    _known("fact", rule.fact, FACTS[rule.on])
    _known("check", rule.check, CHECKS)
    for name in rule.when:
        _known("when", name, FACTS[rule.on])
    try:
        placeholders = _placeholders(rule.say)
    except ValueError:
        raise ConfigError("say: 花括号没有配对") from None
    for name in placeholders - {"actual", "value"}:
        _known("say", name, FACTS[rule.on])
    value = campaign.value_of(rule)
    _examples(rule, value, rule.passes, wanted=True)
    _examples(rule, value, rule.fails, wanted=False)


def _known(key: str, word: str, table: Mapping[str, object]) -> None:
    if word not in table:
        raise ConfigError(f"{key}: 没有 {word}{nearest(word, list(table))}")


def _examples(rule: Rule, value: object, examples: Iterable[object], *, wanted: bool) -> None:
    """Check one side of a rule's examples; a rule without them proves nothing."""
    key = "passes" if wanted else "fails"
    if not examples:
        raise ConfigError(f"{key}: 规则至少要有一个例子")
    for example in examples:
        try:
            result = CHECKS[rule.check](example, value)
        except TypeError:
            raise ConfigError(f"{key}: 例子 {example!r} 与 value {value!r} 不能相比") from None
        if result is not wanted:
            raise ConfigError(f"{key}: 例子 {example!r} 的结果与期望不符")
