"""The workbook of a sample: 抽样名单 for the visits, 抽样方法, 各层抽取数, and 总体名单 with all who could be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.campaign import Campaign
from reports.making.tables import Column, Sheet, json_text, workbook
from reports.picture import CaseView
from reports.sampling.draw import Draw, Stratum, Unit, lot
from reports.sampling.population import type_of
from reports.sampling.protocol import Lines, Protocol, protocol_lines, share_said
from reports.wording import clock

# The sheets' headings by which a sample is read back; those that visitors fill in (实地调研 or 暗访) with their width.
KEY, WAY, STRATUM_NUMBER, STRATUM, LOT, ORDER, STATE = "编号", "抽取方式", "层序", "层", "抽签号", "层内次序", "抽中"
VISIT = {"方式（实地调研或暗访）": 9.0, "抽查日期": 8.0, "抽查人员": 8.0, "抽查结果": 16.0}
DRAWN, EVERY_PROVINCE, SUBSTITUTE, LEFT = "抽中", "抽中（每省至少一个）", "替补", "已撤回"


@dataclass(frozen=True)
class Listed:
    """A row of the list for the visits: who, how it came there, and what visitors have noted (by VISIT heading)."""

    unit: Unit
    way: str
    noted: Mapping[str, str] = field(default_factory=dict)
    case: CaseView | None = None


@dataclass(frozen=True)
class Sample:
    """A sample as it is put out: the draw, its protocol, the list for the visits, and the moment that this shows."""

    draw: Draw
    lines: Lines
    rows: Sequence[Listed]
    campaign: Campaign
    as_of: datetime

    @property
    def head(self) -> str:
        """What stands above every page."""
        call = self.campaign.call
        return f"{call.title}　抽样名单　截至 {clock(self.as_of, call.zone)}　内部使用"


def fresh_sample(protocol: Protocol) -> Sample:
    """Return a sample as it was just drawn."""
    rows = [
        Listed(unit, EVERY_PROVINCE if stratum.extra else DRAWN, case=protocol.population.cases.get(unit.key))
        for stratum in protocol.draw.strata
        for unit in stratum.chosen
    ]
    return Sample(protocol.draw, protocol_lines(protocol), rows, protocol.campaign, protocol.as_of)


def sample_workbook(sample: Sample) -> bytes:
    """Return the workbook of a sample."""
    return workbook((_list_sheet(sample), _method_sheet(sample), _strata_sheet(sample), _population_sheet(sample)))


def sample_json(sample: Sample) -> bytes:
    """Return a sample for other programs: protocol, strata, list (without people), and population, in their order."""
    told = {
        "as_of": sample.as_of.astimezone(sample.campaign.call.zone).isoformat(timespec="seconds"),
        "seed": sample.draw.seed,
        "share": share_said(sample.draw.share),
        "population_sha256": sample.draw.population_hash,
        "protocol": [{"name": name, "text": text} for name, text in sample.lines],
        "strata": [
            {"province": one.province, "type": one.type, "cases": len(one.units), "drawn": one.drawn}
            for one in sample.draw.strata
        ],
        "sample": [{"key": row.unit.key, "stratum": row.unit.stratum, "way": row.way} for row in sample.rows],
        "population": [
            {"key": unit.key, "stratum": unit.stratum} for stratum in sample.draw.strata for unit in stratum.units
        ],
    }
    return json_text(told).encode("utf-8")


def _list_sheet(sample: Sample) -> Sheet:
    columns = (
        Column("次序", 5, "number"),
        Column("省份", 6),
        Column("城市", 9, "long"),
        Column("小区名称", 14, "long"),
        Column("物业服务企业", 17, "long"),
        Column("项目类型", 10, "long"),
        Column("联系地址", 17, "long"),
        Column("申报单位联系人及手机", 13, "long"),
        Column("推荐单位、联系人及手机", 17, "long"),
        Column(WAY, 9, "long"),
        *(Column(heading, width, "long") for heading, width in VISIT.items()),
        Column(KEY, 14, "long"),
    )
    body = [[number, *_told(sample.campaign, row)] for number, row in enumerate(sample.rows, start=1)]
    return Sheet("抽样名单", columns, body, sample.head)


def _told(campaign: Campaign, row: Listed) -> Iterator[Any]:
    """Yield what a row tells, with whole phone numbers: whoever goes there calls first."""
    case = row.case
    yield row.unit.province
    if case is None:
        yield from (None, row.unit.key, None, row.unit.type, None, None, None)
    else:
        yield from (case.city, case.community, case.company, type_of(case, campaign), case.address)
        yield _lines(case.applicant_contact, case.applicant_phone)
        yield _lines(case.recommender, case.recommender_contact, case.recommender_phone)
    yield row.way
    yield from (row.noted.get(heading) for heading in VISIT)
    yield row.unit.key


def _lines(*texts: str | None) -> str:
    return "\n".join(text for text in texts if text)


def _method_sheet(sample: Sample) -> Sheet:
    columns = (Column("项目", 20), Column("内容", 110, "long"))
    return Sheet("抽样方法", columns, [list(line) for line in sample.lines], sample.head)


def _strata_sheet(sample: Sample) -> Sheet:
    """Return the strata with how many they have and how many were drawn, then the sums by province and by type."""
    strata = sample.draw.strata
    columns = (
        Column("合计方式", 9),
        Column("省份", 10),
        Column("项目类型", 24),
        Column("案例数", 9, "number"),
        Column("抽取数", 9, "number"),
        Column("抽样率", 9, "percent"),
    )
    body = [_sum("层", one.province, one.type, [one]) for one in strata]
    body += [_sum("省份", name, "合计", own) for name, own in _by(strata, "province")]
    body += [_sum("类型", "全国", name, own) for name, own in _by(strata, "type")]
    return Sheet("各层抽取数", columns, [*body, _sum("总计", "全国", "合计", strata)], sample.head)


def _by(strata: Iterable[Stratum], name: str) -> Iterable[tuple[str, list[Stratum]]]:
    found: dict[str, list[Stratum]] = {}
    for stratum in strata:
        found.setdefault(getattr(stratum, name), []).append(stratum)
    return found.items()


def _sum(by: str, province: str, type_: str, strata: Sequence[Stratum]) -> list[Any]:
    total, drawn = sum(len(one.units) for one in strata), sum(one.drawn for one in strata)
    return [by, province, type_, total, drawn, drawn / total if total else None]


def _population_sheet(sample: Sample) -> Sheet:
    columns = (
        Column(STRATUM_NUMBER, 6, "number"),
        Column(STRATUM, 28, "long"),
        Column(KEY, 40, "long"),
        Column(ORDER, 8, "number"),
        Column(STATE, 12, "word"),
        Column(LOT, 68),
    )
    ways, seed = {row.unit.key: row.way for row in sample.rows}, sample.draw.seed
    body = [
        [
            place,
            stratum.name,
            unit.key,
            number,
            ways.get(unit.key) or f"候补{number - stratum.drawn}",
            lot(seed, unit.key),
        ]
        for place, stratum in enumerate(sample.draw.strata, start=1)
        for number, unit in enumerate(stratum.units, start=1)
    ]
    return Sheet("总体名单", columns, body, sample.head)
