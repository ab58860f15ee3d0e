"""The communities that were selected before (三(二)2: 中物协〔2026〕3号), as a CSV that the user supplies."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.divisions import divisions
from config.errors import ConfigError
from config.naming import community_key

COLUMNS = ("province", "city", "community", "company")


@dataclass(frozen=True)
class Selected:
    """One community of the list, as it is written there."""

    province: str
    city: str
    community: str
    company: str


Selection = Mapping[tuple[str, str], tuple[Selected, ...]]


def load_selected(path: Path | None) -> Selection | None:
    """Return the list by (province, community key), or None where the user gave none.

    The file is UTF-8 with or without BOM, or GBK. ConfigError names the file and what is wrong with it.
    """
    if path is None:
        return None
    rows = csv.DictReader(io.StringIO(_text(path)))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ConfigError(f"{path}: 缺少列 {'、'.join(missing)}（应有 {', '.join(COLUMNS)}）")
    found: dict[tuple[str, str], tuple[Selected, ...]] = {}
    for row in rows:
        one = Selected(*((row[name] or "").strip() for name in COLUMNS))
        if not one.community:
            continue
        key = (divisions().find_province(one.province) or one.province, community_key(one.community))
        found[key] = (*found.get(key, ()), one)
    return found


def same_city(selected: Selected, province: str, city: str | None) -> bool:
    """Tell whether a selected community may lie in a city: yes where either side leaves the city open."""
    if not selected.city or city is None:
        return True
    division = divisions().find_city(selected.city, province)
    return division is None or division.city == city


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
