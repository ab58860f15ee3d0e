"""Which case a file belongs to: cases come from list rows and forms; other files are placed by several clues.

The clues and the confidence are kept. A place below the campaign's threshold is only a guess, for a person to see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from config.campaign import Campaign
from config.naming import community_place, folded
from ingest.cases.file_clues import Surroundings
from ingest.cases.placing import PAPERS, PICTURES, Item, Place
from ingest.cases.province_cases import SHORTEST, Cases, PlacedCase, city_in
from store.decisions import Decided, Shelf

_NONE: tuple[Decided, ...] = ()


def place_all(
    items: Sequence[Item], province: str, campaign: Campaign, decided: Sequence[Decided] = _NONE
) -> list[Place]:
    """Return the place of everything of one province that can be placed, items in the order of their arrival.

    `decided` are the decisions on filing that count for the province (store.decisions.ON_FILING).
    """
    cases, settled = Cases(province, campaign.call.name_threshold, decided), _settled(items, decided)
    own = [_as_decided(item, settled) for item in items]
    placed = {id_ for id_, row in settled.items() if row.value.get("placed")}
    free = [item for item in own if item.id not in placed]
    clerk = _Clerk(cases, campaign)
    places = [*clerk.rows(own), *clerk.forms(free), *clerk.scanned_forms(free), *clerk.materials(free)]
    places += clerk.by_decision(own, settled)
    # Papers first: a photo beside a material belongs to the material's case.
    for kinds in (PAPERS, PICTURES):
        places += _by_clues(free, own, kinds, cases, places, campaign)
    return places


def _settled(items: Sequence[Item], decided: Iterable[Decided]) -> dict[int, Decided]:
    """Return the decisions on files by the files' ids."""
    shelf = Shelf(decided)
    found = {item.id: shelf.of(item.message_pk, item.path, item.sha256) for item in items}
    return {id_: row for id_, row in found.items() if row is not None}


def _as_decided(item: Item, settled: Mapping[int, Decided]) -> Item:
    """Return a file with the kind that a person gave it."""
    row = settled.get(item.id)
    return replace(item, kind=row.value["kind"]) if row and row.value.get("kind") else item


def _by_clues(
    free: Sequence[Item],
    items: Sequence[Item],
    kinds: Sequence[str],
    cases: Cases,
    placed: Sequence[Place],
    campaign: Campaign,
) -> list[Place]:
    """Return the places of files of some kinds that stand on clues, the best of each; guesses among them."""
    done = {(place.file_id, place.found) for place in placed}
    sure = [place for place in placed if place.confidence >= campaign.call.filing_threshold]
    around = Surroundings(cases, items, sure, campaign)
    places: list[Place] = []
    for item in free:
        if item.kind not in kinds and not item.found:
            continue
        places += around.in_the_same_file(item, done)
        if item.kind in kinds and (item.id, item.main) not in done and not around.by_file[item.id]:
            best = around.best(item)
            if best is not None:
                places.append(best)
    return places


class _Clerk:
    """Reads what the papers themselves say of their cases."""

    def __init__(self, cases: Cases, campaign: Campaign) -> None:
        self.cases = cases
        self.campaign = campaign

    def rows(self, items: Iterable[Item]) -> Iterable[Place]:
        """Yield a place for every list row that names a community."""
        for item in items:
            for index, found in enumerate(item.found):
                if item.kind == "summary_list" and found["kind"] == "summary_list":
                    yield from self._rows_of(item, index, found["facts"].get("rows", ()))

    def _rows_of(self, item: Item, index: int, rows: Sequence[Mapping[str, Any]]) -> Iterable[Place]:
        """Yield the places of one list: a name that is nearly an earlier one's corrects it, unless both stand here."""
        named = [(number, row, name) for number, row in enumerate(rows) if (name := _value(row, "community"))]
        own = {id(case) for _, row, name in named if (case := self._known_row(row, name))}
        for number, row, name in named:
            case, sure, clue = self._known_row(row, name), 1.0, self._said("row", number + 1, name)
            if case is None and (
                alike := self.cases.alike(name, self._row_city(row, name), _value(row, "company"), own)
            ):
                case, sure, clue = alike.case, alike.confidence, f"{clue}（{alike.why}）"
            if case is None:
                case = self.cases.add(name, self._row_city(row, name), _value(row, "company"))
            own.add(id(case))
            yield Place(item.id, index, number, case, sure, (clue,))

    def _known_row(self, row: Mapping[str, Any], name: str) -> PlacedCase | None:
        return self.cases.known(name, self._row_city(row, name), _value(row, "company"), listed=True)

    def _row_city(self, row: Mapping[str, Any], name: str) -> str | None:
        return city_in(self.cases.province, _raw(row, "recommender"), _raw(row, "city"), community_place(name))

    def forms(self, items: Iterable[Item]) -> Iterable[Place]:
        """Yield a place for every form that names a community."""
        for item, index, fields, community in _named(items, "recommendation_form"):
            yield self._form(item, index, fields, community, "form")

    def scanned_forms(self, items: Iterable[Item]) -> Iterable[Place]:
        """Yield a place for every scanned form that names a community, which an OCR may have misread by a character.

        They come after the lists and the Word forms, so that a name misread makes no case of its own.
        """
        misread = self.campaign.filing["misread"]
        for item, index, fields, community in _named(items, "recommendation_form_scan"):
            if (meant := self.cases.meant_by(community, _value(fields, "company"))) is not None:
                words = misread.say.format(value=community, community=meant.community)
                yield Place(item.id, index, 0, meant, misread.weight, (words,))
            else:
                yield self._form(item, index, fields, community, "form_scan")

    def _form(self, item: Item, index: int, fields: Mapping[str, Any], community: str, clue: str) -> Place:
        city, company = _city_of(fields, community, self.cases.province), _value(fields, "company")
        return self._stated(item, index, (community, city, company), self._said(clue, "", community))

    def materials(self, items: Iterable[Item]) -> Iterable[Place]:
        """Yield a place for every material whose file name (“小区+标题”, 附件2 二(二)) or text states the community."""
        for item in items:
            if item.kind != "case_material":
                continue
            stated = _stated_community(item)
            if stated and not self.cases.named_in(PurePosixPath(item.name).stem):
                yield self._stated(
                    item, item.main, (stated, None, _company_of(item)), self._said("material", "", stated)
                )

    def _stated(self, item: Item, index: int, name: tuple[str, str | None, str | None], clue: str) -> Place:
        """Return the place of a paper that states its community: the case of that name, one nearly like it, or anew."""
        if self.cases.is_open(*name):
            case = self.cases.get(*name)
            twins = self.campaign.filing["twins"].weight
            return Place(item.id, index, 0, case, twins, (clue, self._said("twins", "", case.community)))
        known = self.cases.known(*name)
        if known is None and (alike := self.cases.alike(*name)):
            return Place(item.id, index, 0, alike.case, alike.confidence, (f"{clue}（{alike.why}）",))
        return Place(item.id, index, 0, known or self.cases.add(*name), 1.0, (clue,))

    def by_decision(self, items: Iterable[Item], settled: Mapping[int, Decided]) -> Iterable[Place]:
        """Yield the places that persons decided; a file that they said is of no case has none."""
        said = self.campaign.filing["decided"]
        for item in items:
            row = settled.get(item.id)
            if row and row.value.get("community"):
                case = self.cases.get(row.value["community"], row.value.get("city"), None)
                clue = said.say.format(value=row.person, community=case.community)
                yield Place(item.id, item.main, 0, case, 1.0, (clue,))

    def _said(self, clue: str, value: object, community: str) -> str:
        return self.campaign.filing[clue].say.format(value=value, community=community)


def _named(items: Iterable[Item], kind: str) -> Iterable[tuple[Item, int, Mapping[str, Any], str]]:
    """Yield (item, index, fields, community) of everything of a kind that names a community in its fields."""
    for item in items:
        for index, found in enumerate(item.found):
            fields = found["facts"].get("fields") if found["kind"] == kind else None
            if fields and (community := _value(fields, "community")):
                yield item, index, fields, community


def _city_of(fields: Mapping[str, Any], community: str, province: str) -> str | None:
    return city_in(province, _raw(fields, "recommender"), _raw(fields, "address"), community_place(community))


def _stated_community(item: Item) -> str | None:
    """Return the community before the plus of a file name, else the one that the material's text states."""
    stem = PurePosixPath(item.name).stem.replace("＋", "+")
    community, plus, title = stem.partition("+")
    if plus and title.strip() and len(folded(community)) >= SHORTEST:
        return community.strip()
    return next((found["facts"].get("community") for found in item.found if found["kind"] == "case_material"), None)


def _company_of(item: Item) -> str | None:
    return next((found["facts"].get("company") for found in item.found if found["kind"] == "case_material"), None)


def _raw(cells: Mapping[str, Any], name: str) -> str:
    """Return what stands in a cell; where it says 同上 its value, which is the text above."""
    cell = cells.get(name) or {}
    return str(cell.get("value") or cell.get("raw") or "")


def _value(cells: Mapping[str, Any], name: str) -> str | None:
    value = (cells.get(name) or {}).get("value")
    return str(value) if value else None
