"""Where each province lies in the grid of tiles: neighbours on the map are neighbours here, as far as squares allow."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

# Eight tiles in a row fit a phone; a dot is a place where nothing lies.
_ROWS = (
    "· · · · · · · 黑龙江",
    "· · · · 内蒙古 北京 · 吉林",
    "新疆 · 甘肃 宁夏 山西 河北 天津 辽宁",
    "· 青海 · 陕西 河南 山东 · ·",
    "西藏 · 四川 重庆 湖北 安徽 江苏 上海",
    "· · 云南 贵州 湖南 江西 浙江 ·",
    "· · · 广西 广东 福建 · ·",
    "· · · 海南 · · · ·",
)
GRID = tuple(tuple(row.split()) for row in _ROWS)
ACROSS = len(GRID[0])
_Tile = TypeVar("_Tile")


def laid_out(tiles: Mapping[str, _Tile]) -> tuple[tuple[_Tile | None, ...], ...]:
    """Return the tiles in rows of ACROSS places, None where nothing lies; those that are on no map come below."""
    rows: list[tuple[_Tile | None, ...]] = [tuple(tiles.get(name) for name in row) for row in GRID]
    others = [tiles[name] for name in off_map(tiles)]
    for start in range(0, len(others), ACROSS):
        row = others[start : start + ACROSS]
        rows.append((*row, *[None] * (ACROSS - len(row))))
    return tuple(row for row in rows if any(row))


def off_map(names: Iterable[str]) -> list[str]:
    """Return the names that the map does not know, such as 兵团."""
    on_map = {name for row in GRID for name in row}
    return [name for name in names if name not in on_map]
