"""Was a sample drawn as its protocol says, who of it still stands, and who comes in for those withdrawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from config.campaign import Campaign
from config.errors import ConfigError
from reports.picture import CaseView
from reports.sampling.draw import Draw, Stratum, Unit, draw, lot, population_hash, tidy_seed
from reports.sampling.protocol import ADDED, EVERY, HASH, SEED, SHARE, Lines
from reports.sampling.workbook import (
    KEY,
    LEFT,
    STRATUM,
    STRATUM_NUMBER,
    SUBSTITUTE,
    VISIT,
    WAY,
    Listed,
    Sample,
)
from reports.wording import clock

# A sheet as it is read back: its rows of texts, the first its headings.
Rows = Sequence[Sequence[str]]
_WRONG = "不是 zhengji sample 写出的抽样名单，或缺了工作表"


@dataclass(frozen=True)
class Kept:
    """A sample as its workbook holds it: protocol, population in its order, and the list with what visitors noted."""

    lines: Lines
    units: tuple[Unit, ...]
    listed: tuple[tuple[str, str, Mapping[str, str]], ...]

    def line(self, name: str) -> str:
        """Return what the protocol says under a name, without space around it; empty where it says nothing."""
        return next((text for own, text in self.lines if own == name), "").strip()

    @property
    def ways(self) -> dict[str, str]:
        """How each case of the list came there, by its key."""
        return {key: way for key, way, _ in self.listed}


@dataclass
class Verdict:
    """What a check found: what is wrong, and what is only to be known."""

    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def kept_sample(sheets: Sequence[Rows]) -> Kept:
    """Return the sample that a workbook's sheets hold; ConfigError where they are none of a sample."""
    protocol = _table(sheets, ("项目", "内容"))
    # Whoever sorted the sheet anew has not changed the order of the strata.
    population = sorted(_table(sheets, (STRATUM_NUMBER, STRATUM, KEY)), key=lambda row: _number(row[STRATUM_NUMBER]))
    listed = _table(sheets, (WAY, KEY, *VISIT))
    units = tuple(Unit(row[KEY], *_split(row[STRATUM])) for row in population)
    noted = tuple((row[KEY], row[WAY], {name: row[name] for name in VISIT if row[name]}) for row in listed)
    kept = Kept([(row["项目"], row["内容"]) for row in protocol], units, noted)
    if missing := [name for name in (SEED, SHARE, HASH) if not kept.line(name)]:
        raise ConfigError(f"抽样方法里没有{'、'.join(missing)}，无法核对")
    return kept


def _table(sheets: Sequence[Rows], headings: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of the sheet that has these headings, each by its headings, blank ones left out."""
    for rows in sheets:
        if rows and set(headings) <= set(rows[0]):
            return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if any(text.strip() for text in row)]
    raise ConfigError(_WRONG)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _split(stratum: str) -> tuple[str, str]:
    province, slash, type_ = stratum.partition("/")
    if not slash:
        raise ConfigError(f"总体名单中的层“{stratum}”不是 省份/项目类型")
    return province, type_


def drawn_again(kept: Kept) -> Draw:
    """Return the sample that seed, share and list of a workbook give; ConfigError where they can give none."""
    every = kept.line(EVERY) == "是"
    order = list(dict.fromkeys(unit.stratum for unit in kept.units))
    try:
        return draw(kept.units, tidy_seed(kept.line(SEED)), Fraction(kept.line(SHARE)), order, every_province=every)
    except (ValueError, ZeroDivisionError) as error:
        raise ConfigError(f"抽样名单不能重抽：{error}") from None


def verify(kept: Kept) -> Verdict:
    """Return whether a workbook's list is what its protocol gives, and who was added to it."""
    again, found = drawn_again(kept), Verdict()
    if population_hash(kept.units) != kept.line(HASH):
        found.wrong.append("总体名单与总体指纹不符：名单在抽取后改动过")
    first = {unit.key for unit in again.chosen}
    ways = kept.ways
    later = {key for key, way in ways.items() if way.startswith(SUBSTITUTE)}
    found.wrong += [f"应抽中而不在抽样名单：{key}" for key in sorted(first - set(ways))]
    found.wrong += [f"在抽样名单而没有抽中：{key}" for key in sorted(set(ways) - first - later)]
    found.wrong += [f"替补不是总体中的候补：{key}" for key in sorted(later - _reserves(again))]
    if len(ways) < len(kept.listed):
        found.wrong.append("抽样名单中有重复的行")
    found.told.append(f"总体 {again.total} 个，抽中 {len(first)} 个，种子“{again.seed}”，抽样率要求 {kept.line(SHARE)}")
    found.told += [f"替补：{key}（{ways[key]}）" for key in sorted(later)]
    return found


def _reserves(again: Draw) -> set[str]:
    return {unit.key for stratum in again.strata for unit in stratum.reserves}


def compare(kept: Kept, standing: Collection[str], now: Collection[str]) -> list[str]:
    """Return how the population has changed since: who was withdrawn or is gone, and who has come.

    `standing` are the keys of all cases that are there, `now` those that would be drawn from today.
    """
    known = {unit.key for unit in kept.units}
    ways = kept.ways
    gone = [f"{key}{_in_list(ways.get(key))}" for key in sorted(known - set(standing))]
    come = sorted(set(now) - known)
    told = [f"抽取之后已撤回或不再单列：{'、'.join(gone)}"] if gone else []
    return told + ([f"抽取之后新增 {len(come)} 个案例，不在总体之内：{'、'.join(come[:10])}"] if come else [])


def _in_list(way: str | None) -> str:
    return f"（{way}）" if way else ""


@dataclass(frozen=True)
class Moment:
    """The campaign and the moment of which a list tells."""

    campaign: Campaign
    as_of: datetime


@dataclass(frozen=True)
class Addition:
    """A reserve that comes in for a case that was withdrawn; None where no reserve is left in the province."""

    for_whom: str
    unit: Unit | None

    @property
    def said(self) -> str:
        """The addition as the protocol tells it."""
        if self.unit is None:
            return f"{self.for_whom} 已撤回，本省没有候补可以替补"
        return f"{self.for_whom} 已撤回，由 {self.unit.key}（{self.unit.stratum}）替补"


def additions(kept: Kept, standing: Collection[str]) -> list[Addition]:
    """Return who comes in for those of a list that do not stand any more: the next of the stratum, else the province.

    What has been replaced before is not replaced again.
    """
    again = drawn_again(kept)
    home = {unit.key: stratum for stratum in again.strata for unit in stratum.units}
    taken = set(kept.ways)
    found = []
    for key, way, _ in kept.listed:
        if key in standing or way.startswith(LEFT) or key not in home:
            continue
        unit = _next(home[key], again, taken, standing)
        taken |= {unit.key} if unit else set()
        found.append(Addition(key, unit))
    return found


def _next(stratum: Stratum, again: Draw, taken: Collection[str], standing: Collection[str]) -> Unit | None:
    """Return the next reserve of a stratum that still stands, else the one of its province with the lowest lot."""
    others = (unit for one in again.strata if one.province == stratum.province for unit in one.units)
    by_lot = sorted(others, key=lambda unit: lot(again.seed, unit.key))
    queue = (unit for unit in (*stratum.reserves, *by_lot) if unit.key not in taken and unit.key in standing)
    return next(queue, None)


def continued(kept: Kept, made: Sequence[Addition], cases: Mapping[str, CaseView], when: Moment) -> Sample:
    """Return a kept sample with additions: what visitors noted stays, whoever was withdrawn stays to be seen.

    `cases` are all that there are, by their keys: what the list tells of them is as of `when`.
    """
    home = {unit.key: unit for unit in kept.units}
    news = {one.for_whom: one for one in made}
    rows = [
        Listed(home[key], _left(news[key]) if key in news else way, noted, cases.get(key))
        for key, way, noted in kept.listed
        if key in home
    ]
    rows += [
        Listed(one.unit, f"{SUBSTITUTE}（代替 {one.for_whom}）", {}, cases.get(one.unit.key))
        for one in made
        if one.unit is not None
    ]
    added = [(ADDED, f"截至 {clock(when.as_of, when.campaign.call.zone)}：{one.said}") for one in made]
    return Sample(drawn_again(kept), [*kept.lines, *added], rows, when.campaign, when.as_of)


def _left(one: Addition) -> str:
    return f"{LEFT}（{f'由 {one.unit.key} 替补' if one.unit else '无候补'}）"
