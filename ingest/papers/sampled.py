"""Draws the sample for visits from the campaign as of a moment, and takes a drawn one up again from its workbook."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from config.errors import ConfigError
from ingest.decisions.returned import sheets_of
from ingest.desk import Desk
from ingest.papers.among import chosen_among
from ingest.telling.digesting import assessment
from reports.picture import CaseView, Picture
from reports.sampling.check import Addition, Kept, Moment, Verdict, additions, compare, continued, kept_sample, verify
from reports.sampling.draw import draw, tidy_seed
from reports.sampling.population import case_keys, population, strata_order
from reports.sampling.protocol import Protocol
from reports.sampling.workbook import Sample, fresh_sample


@dataclass(frozen=True)
class Wish:
    """How a sample is wanted: share and seed as they were written (or none), from which cases, one from every province.

    `among` are files that name the cases which may be drawn, and "adopted" for those that the reviewers adopt.
    """

    share: str | None = None
    seed: str | None = None
    of: str = "complete"
    among: Sequence[str] = ()
    every_province: bool = False


def draw_sample(desk: Desk, as_of: datetime, wish: Wish) -> tuple[Sample, Sequence[str]]:
    """Return a fresh sample of the cases as of a moment, and what a person should know of who could be drawn.

    ConfigError where the share or the seed will not do.
    """
    picture = assessment(desk, as_of).picture
    share, seed = _share(desk, wish.share), wish.seed
    try:
        own_seed = tidy_seed(secrets.token_hex(8) if seed is None else seed)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    among = chosen_among(desk, picture, wish.among)
    who = population(picture, wish.of, among.ids if among else None, among.said if among else "")
    if not who.cases:
        raise ConfigError(f"没有可抽的案例：{who.bounds}，截至这一刻一个也没有（可用 --of 另定范围）")
    drawn = draw(who.units, own_seed, share, strata_order(picture), every_province=wish.every_province)
    return fresh_sample(Protocol(drawn, who, as_of, desk.campaign)), among.notes if among else ()


def _share(desk: Desk, text: str | None) -> Fraction:
    """Return a share as it was written (0.2, 20%); ConfigError where it is none, or lower than the notice allows."""
    least = Fraction(str(desk.campaign.call.sample_share))
    if text is None:
        return least
    try:
        share = Fraction(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise ConfigError(f"抽样率 {text} 不是数，请写作 0.2 或 20%") from None
    if not least <= share <= 1:
        raise ConfigError(f"抽样率 {text} 不可：通知三(三)2 规定不低于 {float(least):.0%}，至多 100%")
    return share


def open_sample(desk: Desk, path: Path) -> Kept:
    """Return the sample that a workbook holds, opened in the clean room; ConfigError where it is none."""
    sheets = sheets_of(desk, path, "抽样名单")
    return kept_sample([[cells for _, cells in rows] for rows in sheets.values()])


def check_sample(desk: Desk, path: Path, as_of: datetime) -> Verdict:
    """Return whether a workbook's sample is what its protocol gives, and how the campaign has changed since."""
    kept = open_sample(desk, path)
    verdict, picture = verify(kept), assessment(desk, as_of).picture
    verdict.told += compare(kept, set(_standing(picture)), population(picture, "complete").cases.keys())
    return verdict


def add_to_sample(desk: Desk, path: Path, as_of: datetime) -> tuple[Sample, list[Addition]]:
    """Return a workbook's sample with reserves in the place of those that were withdrawn since."""
    kept = open_sample(desk, path)
    if wrong := verify(kept).wrong:
        raise ConfigError(f"{path}: 与其抽样方法不符，不能补抽（{wrong[0]}）")
    standing = _standing(assessment(desk, as_of).picture)
    made = additions(kept, standing.keys())
    return continued(kept, made, standing, Moment(desk.campaign, as_of)), made


def _standing(picture: Picture) -> dict[str, CaseView]:
    """Return the cases that stand by their keys."""
    keys = case_keys(picture)
    return {keys[case.id]: case for case in picture.cases if case.is_judged}
