"""How is a finding said to its association? In the campaign's words, with the facts in them fit to leave."""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from config.campaign import Call, Campaign, Rule
from config.errors import ConfigError, nearest
from config.letters import Asking
from reports.finding import Finding, Judgement
from reports.judge import actual_shown, shown
from reports.letters.asked_facts import facts_of
from reports.wording import clipped, masked, one_line

# A date as our values write it; people read 2020年1月1日.
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_CALL = "call."
# One value in a sentence: a name of thousands of characters was made to do harm.
_LONGEST = 200
_LONGEST_LIST = 10_000
# Where what is said of every file goes once all are known; no value can hold it.
_EACH = "\x1f"


@dataclass(frozen=True)
class Asked:
    """What an association is asked for a finding: a sentence, and what of it is said of each of several files."""

    sentence: str
    each: str = ""


def asked(finding: Finding, campaign: Campaign) -> Asked | None:
    """Return what an association is asked for a finding; None where it is not told of it."""
    judged = finding.judgement
    words = words_of(judged.rule, campaign) if judged else None
    if judged is None or words is None or words.internal or not _applies(words, judged):
        return None
    return Asked(_said(words.ask, judged), _said(words.each, judged))


def together(many: Iterable[Asked]) -> str:
    """Return one sentence for what is asked for several files alike."""
    known = list(dict.fromkeys(many))
    return known[0].sentence.replace(_EACH, "、".join(dict.fromkeys(one.each for one in known)))


def words_of(rule: Rule, campaign: Campaign) -> Asking | None:
    """Return the campaign's words for a rule; None where it has none."""
    return next((one for one in campaign.letters.say if one.code == rule.code and one.on in ("", rule.on)), None)


def _applies(words: Asking, judged: Judgement) -> bool:
    return not words.when or bool(facts_of(judged.rule.on)[words.when].of(judged.subject))


def _said(text: str, judged: Judgement) -> str:
    """Put a sentence's facts into it: on one line, without phone numbers, dates as people write them."""
    rule, subject = judged.rule, judged.subject
    facts, call = facts_of(rule.on), subject.campaign.call
    words: dict[str, str] = {"each": _EACH}
    for name in _placeholders(text) - {"each"}:
        if name == "actual":
            words[name] = _fit(actual_shown(facts[rule.fact].of(subject), rule, subject), rule.fact)
        elif name == "value":
            words[name] = _fit(_dated(judged.value, rule.fact), rule.fact)
        elif name.startswith(_CALL):
            key = name.removeprefix(_CALL)
            words[name] = _fit(_dated(getattr(call, key), "bytes" if key.endswith("bytes") else key), key)
        else:
            words[name] = _fit(_dated(facts[name].of(subject), name), name)
    return _filled(text, words)


def _filled(text: str, words: dict[str, str]) -> str:
    parts = string.Formatter().parse(text)
    return "".join(before + (words[name] if name else "") for before, name, _, _ in parts)


def _dated(value: Any, fact: str) -> str:  # noqa: ANN401 (a fact is any value)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return shown(value, fact)


def _fit(text: str, fact: str) -> str:
    """Make a value fit to leave the house."""
    if whole := _DAY.fullmatch(text):
        year, month, day = whole.groups()
        return f"{year}年{int(month)}月{f'{int(day)}日' if day else ''}"
    text = text.upper() if fact == "format" else text
    return masked(clipped(one_line(text), _LONGEST_LIST if "、" in text else _LONGEST))


@cache
def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def prove(campaign: Campaign, name: str | None = None) -> None:
    """Check the words to associations; ConfigError where a rule has none, or a sentence speaks of what is not."""
    where = f"{name or campaign.call.id} [letters] say"
    codes = {(rule.code, rule.on): rule for rule in campaign.rule}
    for number, words in enumerate(campaign.letters.say, start=1):
        try:
            _prove(words, [rule for (code, _), rule in codes.items() if code == words.code], campaign)
        except ConfigError as error:
            raise ConfigError(f"{where} 第 {number} 条 {words.code}: {error}") from None
    for rule in campaign.rule:
        if words_of(rule, campaign) is None:
            raise ConfigError(
                f"{where}: 规则 {rule.code}（{rule.on}）还没有写对协会怎么说（ask）；不对协会说的请写 internal 和原因"
            )


def _prove(words: Asking, rules: list[Rule], campaign: Campaign) -> None:
    if not rules:
        raise ConfigError(f"没有这条规则{nearest(words.code, sorted({rule.code for rule in campaign.rule}))}")
    meant = [rule for rule in rules if words.on in ("", rule.on)]
    if not meant:
        raise ConfigError(f"on: 没有 {words.on}{nearest(words.on, [rule.on for rule in rules])}")
    for text in (words.ask, words.each):
        if said := next((word for word in campaign.letters.never if word in text), None):
            raise ConfigError(f"“{said}”不对协会说（never），请换个说法")
        for rule in meant:
            _known(text, rule)
    for rule in meant:
        if words.when and words.when not in facts_of(rule.on):
            raise ConfigError(f"when: 没有 {words.when}{nearest(words.when, list(facts_of(rule.on)))}")


def _known(text: str, rule: Rule) -> None:
    try:
        names = _placeholders(text)
    except ValueError:
        raise ConfigError("花括号没有配对") from None
    known = {*facts_of(rule.on), "actual", "value", "each", *(f"{_CALL}{key}" for key in Call.model_fields)}
    for one in names - known:
        raise ConfigError(f"占位符没有 {one}{nearest(one, sorted(known))}")
