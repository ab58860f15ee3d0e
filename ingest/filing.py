"""Which case a file belongs to: cases come from list rows and forms; other files are placed by several clues.

The clues and the confidence are kept. Below the campaign's threshold a file stays unfiled, for a person to see.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from config.campaign import Campaign
from config.divisions import divisions
from config.likeness import misread
from config.naming import community_key, community_place, company_key, folded

# Material kinds that belong to one case each; what the list's own files are about, the list says itself.
PAPERS = ("recommendation_form", "recommendation_form_scan", "case_material")
PICTURES = ("photo", "video")
# What each clue is worth.
STATED, SAME_FILE, IN_NAME, IN_FOLDER, BESIDE, COMPANY, ONLY_CASE = 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.65
MISREAD = 0.9
# A name of one character says nothing.
_SHORTEST = 2


@dataclass(frozen=True)
class Item:
    """A file to be placed: its id, message, path, kind, and what was found in it."""

    id: int
    message_pk: int
    path: str
    name: str
    kind: str
    found: Sequence[Mapping[str, Any]] = ()
    # Of a file of a watched folder: which folder, and which delivery it is of; `path` is below the province's folder.
    tree: str = ""
    delivery: str = ""

    @property
    def together(self) -> int | str:
        """What came together: the mail, or the delivery; a file put down by itself came with nothing."""
        return f"{self.tree}/{self.delivery}" if self.delivery else self.message_pk

    @property
    def shelf(self) -> int | str:
        """Whose folders its own folders are: the mail's, or the watched folder's, which fill over time."""
        return self.tree or self.message_pk

    @property
    def main(self) -> int:
        """The index of what was found that gave the file its kind; 0 where its name did."""
        return next((index for index, found in enumerate(self.found) if found["kind"] == self.kind), 0)


@dataclass
class PlacedCase:
    """A case as it comes together: its key (community, city), its names as first written, the divisions before them."""

    community: str
    key: str
    city: str | None
    place: str = ""
    companies: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Place:
    """Where something in a file belongs: `found` and `row` as in store.models.Filing."""

    file_id: int
    found: int
    row: int
    case: PlacedCase
    confidence: float
    clues: tuple[str, ...]


def place_all(items: Sequence[Item], province: str, campaign: Campaign) -> list[Place]:
    """Return the place of everything of one province that can be placed, items in the order of their arrival."""
    cases = Cases(province)
    places = [*_rows(items, cases), *_forms(items, cases), *_scanned_forms(items, cases), *_materials(items, cases)]
    # Papers first: a photo beside a material belongs to the material's case.
    for kinds in (PAPERS, PICTURES):
        places += _by_clues(items, kinds, cases, places, campaign)
    return places


def _by_clues(
    items: Sequence[Item], kinds: Sequence[str], cases: "Cases", placed: Sequence[Place], campaign: Campaign
) -> list[Place]:
    """Return the places of files of some kinds that stand on clues, best first, above the campaign's threshold."""
    done = {(place.file_id, place.found) for place in placed}
    context = _Context(cases, items, placed)
    places: list[Place] = []
    for item in items:
        if item.kind not in kinds and not item.found:
            continue
        places += context.in_the_same_file(item, done)
        if item.kind in kinds and (item.id, item.main) not in done and not context.by_file[item.id]:
            best = max(context.candidates(item), key=lambda place: place.confidence, default=None)
            if best is not None and best.confidence >= campaign.call.filing_threshold:
                places.append(best)
    return places


class Cases:
    """The cases of a province, found by name and, where one name stands in two cities, by city."""

    def __init__(self, province: str) -> None:
        self.province = province
        self.by_key: dict[str, list[PlacedCase]] = defaultdict(list)

    def get(self, community: str, city: str | None, company: str | None, *, listed: bool = False) -> PlacedCase:
        """Return the case of that name, made anew where there is none that it can be.

        Two rows of a list in two cities are two cases. A form that names another city than the row of its own company
        contradicts that row (mismatch.recommender), and makes no case of its own. 西湖区春江花园 may be 春江花园, but
        never 余杭区春江花园.
        """
        key, place = community_key(community), community_place(community)
        named = self._of_place(self.by_key[key], place)
        same = [case for case in named if city is None or case.city is None or case.city == city]
        of_company = [case for case in self.by_key[key] if company and company_key(company) in case.companies]
        case = next((case for case in same if case in of_company), None) or next(iter(same), None)
        if case is None and of_company and not listed:
            case = of_company[0]
        if case is None:
            # The store knows a case by its key: a second one of a name has its place in it.
            own_key = f"{folded(place)}{key}" if self.by_key[key] and place else key
            case = PlacedCase(community, own_key, city, place)
            self.by_key[key].append(case)
        case.city = case.city or city
        if not case.place or (place and _is_whole_city(case.place, self.province)):
            case.place = place
        if company:
            case.companies.add(company_key(company))
        return case

    def meant_by(self, community: str, company: str | None) -> PlacedCase | None:
        """Return the one case of the same company whose name an OCR may have read as this one; None for a known name.

        The company's name may be misread as well.
        """
        key = community_key(community)
        if self.by_key.get(key) or not company:
            return None
        own = company_key(company)
        meant = [
            case
            for case in self.all()
            if misread(key, community_key(case.community)) and any(misread(own, other) for other in case.companies)
        ]
        return meant[0] if len(meant) == 1 else None

    def _of_place(self, cases: Sequence[PlacedCase], place: str) -> list[PlacedCase]:
        """Return the cases that may lie in a place: those of the same one first, then those that do not say."""
        same = [case for case in cases if place and case.place and _same_place(case.place, place, self.province)]
        return same or [case for case in cases if not (place and case.place)]

    def named_in(self, text: str) -> list[PlacedCase]:
        """Return the cases whose name a text holds, the longest name only: 春江花园二期 is not 春江花园."""
        plain = community_key(text)
        held = [key for key, cases in self.by_key.items() if len(key) >= _SHORTEST and cases and _holds(plain, key)]
        longest = max(map(len, held), default=0)
        found = [case for key in held if len(key) == longest for case in self.by_key[key]]
        placed = [case for case in found if case.place and case.place in folded(text)]
        return placed or found

    def of_company(self, text: str) -> list[PlacedCase]:
        """Return the cases of the company that a text names."""
        plain = company_key(text)
        return [case for case in self.all() if any(company and company in plain for company in case.companies)]

    def all(self) -> list[PlacedCase]:
        """Return every case."""
        return [case for cases in self.by_key.values() for case in cases]


def _same_place(one: str, other: str, province: str) -> bool:
    """Tell whether two places may be one: 西湖区 is 杭州市西湖区 and lies in 杭州市; 余杭区 is another."""
    if one.endswith(other) or other.endswith(one):
        return True
    city, other_city = _city(province, one), _city(province, other)
    if city is None or other_city is None:
        return True
    return city == other_city and (_is_whole_city(one, province) or _is_whole_city(other, province))


def _is_whole_city(place: str, province: str) -> bool:
    """Tell whether a place is no more than a province or a city, so that districts lie in it."""
    city = _city(province, place)
    return city is None or place.endswith(city)


def _holds(plain: str, key: str) -> bool:
    """Tell whether a text holds a name, not followed by the phase of another one."""
    start = plain.find(key)
    while start >= 0:
        rest = plain[start + len(key) :]
        if not (rest[:1].isdigit() and rest[1:2] == "期"):
            return True
        start = plain.find(key, start + 1)
    return False


def _rows(items: Iterable[Item], cases: Cases) -> Iterable[Place]:
    """Yield a place for every list row that names a community."""
    for item in items:
        for index, found in enumerate(item.found):
            if item.kind != "summary_list" or found["kind"] != "summary_list":
                continue
            for number, row in enumerate(found["facts"].get("rows", ())):
                if community := _value(row, "community"):
                    city = _city(
                        cases.province, _raw(row, "recommender"), _raw(row, "city"), community_place(community)
                    )
                    case = cases.get(community, city, _value(row, "company"), listed=True)
                    yield Place(item.id, index, number, case, STATED, (f"清单第 {number + 1} 行：{community}",))


def _forms(items: Iterable[Item], cases: Cases) -> Iterable[Place]:
    """Yield a place for every form that names a community."""
    for item, index, fields, community in _named(items, "recommendation_form"):
        case = cases.get(community, _city_of(fields, community, cases.province), _value(fields, "company"))
        yield Place(item.id, index, 0, case, STATED, (f"推荐表小区名称：{community}",))


def _scanned_forms(items: Iterable[Item], cases: Cases) -> Iterable[Place]:
    """Yield a place for every scanned form that names a community, which an OCR may have misread by a character.

    They come after the lists and the Word forms, so that a name misread makes no case of its own.
    """
    for item, index, fields, community in _named(items, "recommendation_form_scan"):
        said = f"推荐表扫描件小区名称：{community}"
        if (meant := cases.meant_by(community, _value(fields, "company"))) is not None:
            yield Place(item.id, index, 0, meant, MISREAD, (f"{said}（扫描识别，当是“{meant.community}”）",))
        else:
            case = cases.get(community, _city_of(fields, community, cases.province), _value(fields, "company"))
            yield Place(item.id, index, 0, case, STATED, (said,))


def _named(items: Iterable[Item], kind: str) -> Iterable[tuple[Item, int, Mapping[str, Any], str]]:
    """Yield (item, index, fields, community) of everything of a kind that names a community in its fields."""
    for item in items:
        for index, found in enumerate(item.found):
            fields = found["facts"].get("fields") if found["kind"] == kind else None
            if fields and (community := _value(fields, "community")):
                yield item, index, fields, community


def _city_of(fields: Mapping[str, Any], community: str, province: str) -> str | None:
    return _city(province, _raw(fields, "recommender"), _raw(fields, "address"), community_place(community))


def _materials(items: Iterable[Item], cases: Cases) -> Iterable[Place]:
    """Yield a place for every material whose file name (“小区+标题”, 附件2 二(二)) or text states the community."""
    for item in items:
        if item.kind != "case_material":
            continue
        named = cases.named_in(PurePosixPath(item.name).stem)
        stated = _stated_community(item)
        if named or not stated:
            continue
        case = cases.get(stated, None, None)
        yield Place(item.id, item.main, 0, case, STATED, (f"材料写明小区：{stated}",))


def _stated_community(item: Item) -> str | None:
    """Return the community before the plus of a file name, else the one that the material's text states."""
    stem = PurePosixPath(item.name).stem.replace("＋", "+")
    community, plus, title = stem.partition("+")
    if plus and title.strip() and len(folded(community)) >= _SHORTEST:
        return community.strip()
    return next((found["facts"].get("community") for found in item.found if found["kind"] == "case_material"), None)


class _Context:
    """What surrounds a file: the cases of its folder and of its mail."""

    def __init__(self, cases: Cases, items: Sequence[Item], places: Sequence[Place]) -> None:
        self.cases = cases
        paths = {item.id: item for item in items if item.kind != "summary_list"}
        self.by_folder: dict[tuple[int | str, str], set[int]] = defaultdict(set)
        self.by_mail: dict[int | str, set[int]] = defaultdict(set)
        self.by_file: dict[int, set[int]] = defaultdict(set)
        self.known: dict[int, PlacedCase] = {}
        self.ids = {(item.shelf, item.path): item.id for item in items}
        for place in places:
            if (item := paths.get(place.file_id)) is None:
                continue
            case = place.case
            self.known[id(case)] = case
            self.by_file[item.id].add(id(case))
            self.by_mail[item.together].add(id(case))
            for folder in PurePosixPath(item.path).parents:
                self.by_folder[item.shelf, str(folder)].add(id(case))

    def in_the_same_file(self, item: Item, done: set[tuple[int, int]]) -> Iterable[Place]:
        """Yield a place for what stands in one file with a form or a material that names its case."""
        cases = self._known(self.by_file[item.id])
        for index, found in enumerate(item.found):
            if len(cases) == 1 and found["kind"] in PAPERS and (item.id, index) not in done:
                yield Place(item.id, index, 0, cases[0], SAME_FILE, ("同一文件里写明了小区",))

    def candidates(self, item: Item) -> Iterable[Place]:
        """Yield a place for every clue that points to exactly one case."""
        for confidence, cases, clue in self._clues(item):
            if len(cases) == 1:
                yield Place(item.id, item.main, 0, cases[0], confidence, (clue,))

    def _clues(self, item: Item) -> Iterable[tuple[float, list[PlacedCase], str]]:
        path = PurePosixPath(item.path.replace("!/", "/"))
        holder = item.path.rpartition("!/")[0]
        if holder and (of := self.ids.get((item.shelf, holder))) is not None:
            yield SAME_FILE, self._known(self.by_file[of]), f"在《{PurePosixPath(holder).name}》里"
        yield IN_NAME, self.cases.named_in(path.stem), f"文件名含小区名：{path.name}"
        for folder in path.parents:
            if str(folder) not in {".", "/"}:
                yield IN_FOLDER, self.cases.named_in(folder.name), f"文件夹名含小区名：{folder.name}"
                yield (
                    COMPANY,
                    self.cases.of_company(folder.name),
                    f"文件夹是该企业的，企业只报了一个小区：{folder.name}",
                )
        own = PurePosixPath(item.path).parent
        if str(own) != ".":
            yield BESIDE, self._known(self.by_folder[item.shelf, str(own)]), "同一文件夹里只有一个小区的材料"
        came = "同一批材料" if item.delivery else "同一来信"
        yield ONLY_CASE, self._known(self.by_mail[item.together]), f"{came}里只有一个小区的材料"

    def _known(self, ids: set[int]) -> list[PlacedCase]:
        return [self.known[id_] for id_ in ids]


def _city(province: str, *texts: str) -> str | None:
    """Return the quota unit that the first telling text names."""
    for text in texts:
        if text and (division := divisions().city_in(text, province)):
            return division.city
    return None


def _raw(cells: Mapping[str, Any], name: str) -> str:
    """Return what stands in a cell; where it says 同上 its value, which is the text above."""
    cell = cells.get(name) or {}
    return str(cell.get("value") or cell.get("raw") or "")


def _value(cells: Mapping[str, Any], name: str) -> str | None:
    value = (cells.get(name) or {}).get("value")
    return str(value) if value else None
