"""The communities that were selected before (三(二)2: 中物协〔2026〕3号), as a CSV that the user supplies."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from config.anatomy import anatomy
from config.divisions import divisions
from config.errors import ConfigError
from config.matching import CERTAIN, LIKELY, Named, lie_together, likeness, why
from config.variance import needed

COLUMNS = ("province", "city", "community", "company")


@dataclass(frozen=True)
class Selected:
    """One community of the list, as it is written there."""

    province: str
    city: str
    community: str
    company: str


@dataclass(frozen=True)
class Match:
    """A selected community that a case may be: for certain (`doubt` is empty), or likely, with what speaks for it."""

    selected: Selected
    sure: float
    doubt: str

    @property
    def text(self) -> str:
        """The community as the list has it, with what leaves it open: 浙江省杭州市春江花园（某公司）；仅差一字：…."""
        one = self.selected
        company = f"（{one.company}）" if one.company else ""
        doubt = f"，{self.doubt}" if self.doubt else ""
        return f"{one.province}{one.city}{one.community}{company}{doubt}"


class Selection:
    """The list, by province and by the characters of the names, so that a case meets only what it may be."""

    def __init__(self, rows: Iterable[Selected]) -> None:
        self._rows: list[tuple[Selected, Named]] = []
        self._sizes: list[int] = []
        self._by_character: dict[tuple[str, str], list[int]] = defaultdict(list)
        # Every picture asks the same again.
        self._found: dict[tuple[Named, str], tuple[Match, ...]] = {}
        for row in rows:
            characters = anatomy(row.community).characters
            for character in characters:
                self._by_character[_province(row), character].append(len(self._rows))
            self._sizes.append(len(characters))
            self._rows.append((row, Named(row.community, row.city or None, row.company or None)))

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, named: Named, province: str) -> tuple[Match, ...]:
        """Return what a case of a province may be: where any are certain, those alone; else the likely."""
        if (named, province) not in self._found:
            self._found[named, province] = self._find(named, province)
        return self._found[named, province]

    def _find(self, named: Named, province: str) -> tuple[Match, ...]:
        characters = anatomy(named.community).characters
        shared = Counter(chain.from_iterable(self._by_character.get((province, one), ()) for one in characters))
        near = sorted(
            number for number, count in shared.items() if count >= needed(len(characters), self._sizes[number])
        )
        found = [match for number in near if (match := _match(named, *self._rows[number]))]
        return tuple(match for match in found if not match.doubt) or tuple(found)


def load_selected(path: Path | None) -> Selection | None:
    """Return the list, or None where the user gave none.

    The file is UTF-8 with or without BOM, or GBK. ConfigError names the file and what is wrong with it.
    """
    if path is None:
        return None
    rows = csv.DictReader(io.StringIO(_text(path)))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ConfigError(f"{path}: 缺少列 {'、'.join(missing)}（应有 {', '.join(COLUMNS)}）")
    found = (Selected(*((row[name] or "").strip() for name in COLUMNS)) for row in rows)
    return Selection(one for one in found if one.community)


def _match(named: Named, selected: Selected, other: Named) -> Match | None:
    """Return the match of a case with a row; certain only where the cities of both are known."""
    sure = likeness(named, other)
    if sure < LIKELY:
        return None
    certain = sure >= CERTAIN and lie_together(named, other)
    return Match(selected, sure, "" if certain else why(named, other))


def _province(row: Selected) -> str:
    """Return the short name of a row's province, told by its city where it has none."""
    if found := divisions().find_province(row.province):
        return found
    city = divisions().find_city(row.city) if row.city and not row.province else None
    return city.province if city else row.province


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: 读不了（{error.strerror}）") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{path}: 既不是 UTF-8 也不是 GBK 编码")
