"""Which province and which city a written name means, by the divisions of GB/T 2260 (docs/divisions.md).

The city is always the quota unit of 三(二)1: a prefecture, a district of a municipality, or what stands right under
its province; a county and a county-level city count to their prefecture.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

from config.characters import simplified

Level = Literal["province", "city", "county"]

_NOISE = re.compile(r"[\s,，、/\\|\-—·.。()（）]+")
_SUFFIXES = ("自治州", "自治县", "自治旗", "地区", "新区", "林区", "特区", "市", "盟", "区", "县", "旗")
_PEOPLES = re.compile(
    r"(?:(?:朝鲜|土家|蒙古|哈萨克|达斡尔|鄂温克|鄂伦春|仡佬|仫佬|毛南|撒拉|保安|东乡|裕固|拉祜|布朗|独龙|普米|纳西|景颇|傈僳|哈尼|布依"
    r"|苗|藏|羌|彝|侗|壮|傣|白|回|满|畲|瑶|黎|水|京|土|佤|怒|各)族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯)+$"
)
# What people say of some prefectures beside the name without its suffix.
_NICKNAMES = {
    "巴音郭楞蒙古自治州": ("巴州",),
    "博尔塔拉蒙古自治州": ("博州",),
    "克孜勒苏柯尔克孜自治州": ("克州",),
    "西双版纳傣族自治州": ("版纳",),
    "锡林郭勒盟": ("锡盟",),
}
# Bare, these are as likely a district elsewhere (朝阳, 兴安) as the prefecture, so neither is taken.
_UNDECIDED = frozenset({"朝阳", "兴安"})
# Bare, these are ordinary words or names too (来宾 guests, 阿里 the company), so in a running text they count only
# right before what an association's name goes on with.
_ORDINARY = frozenset({"阿里", "来宾", "日照", "白银", "开封", "长治", "大理", "海西", "山南", "中山", "四平", "版纳"})
_ORGANISATION = re.compile(r"物业|物协|房地产|房协|住房|住建|住宅")
# Full names that are ordinary words too count only right after another division.
_GENERIC = frozenset(
    {"城区", "郊区", "东区", "西区", "矿区", "新市区", "老城区", "城东区", "城西区", "城北区", "城中区"}
)
# A bare name before one of these is a street, a bay, a university, a community, or a longer division we do not know.
_PLACE_TAIL = re.compile(
    r"[东西南北中]?[一二三四五]?(?:路|街|道|巷|弄)|大[街道学厦]|[湾桥石苑州县旗盟]|城(?!市)|公园|花园|家园|广场|小区|新村|银行"
)
# 完成都 and the like hold 成都 by accident.
_ACCIDENTS = {"成都": "完形达建变组造"}
_LEAD = re.compile(r"(.{2,30}?)(?:物协|(?:物业|房地产|住宅).{0,12}(?:协会|学会|商会|分会|物协))")
# In characters: the shortest name, and the longest text that may still be one name.
_SHORTEST, _LONGEST = 2, 40


@dataclass(frozen=True)
class Division:
    """A row of divisions.csv: `province` is the short name, `city` the full name of the quota unit it counts to.

    `level` is `city` for every quota unit; `city` is empty for a province.
    """

    code: str
    name: str
    level: Level
    province: str
    city: str


@dataclass(frozen=True)
class Mention:
    """A division that a running text names: `text` as it stands there, from the character `start` on."""

    division: Division
    text: str
    start: int


@dataclass(frozen=True)
class _Form:
    """A way to write a name, the divisions it may mean, and whether it is bare (without 省, 市, 区 …)."""

    text: str
    means: tuple[Division, ...]
    bare: bool


class Divisions:
    """All divisions, found by name or in a text."""

    provinces: tuple[str, ...]

    def __init__(self, rows: Iterable[Division], former: Mapping[tuple[str, str], Sequence[str]]) -> None:
        """Take the divisions, and by (province, old name) the present names of those merged or renamed."""
        self._rows = tuple(rows)
        self.provinces = tuple(row.province for row in self._rows if row.level == "province")
        self._by_name = {(row.province, row.name): row for row in self._rows}
        by_path = {(row.province, f"{row.city}{row.name}"): row for row in self._rows}
        self._former = {
            (province, old): tuple(by_path.get((province, name)) or self._by_name[province, name] for name in present)
            for (province, old), present in former.items()
        }
        self._province_names = {name: row.province for row in self._rows for name in _province_names(row)}
        self._names = self._all_names()
        self._forms = self._forms_in_text()

    def __iter__(self) -> Iterator[Division]:
        """Return every division in the order of the codes."""
        return iter(self._rows)

    def find_province(self, name: str) -> str | None:
        """Return the short name of a province written short or in full (浙江, 浙江省, 内蒙); None for all else."""
        return self._province_names.get(_cleaned(name))

    def find_city(self, name: str, province: str | None = None) -> Division | None:
        """Return the quota unit of a division by its name (杭州, 浙江省杭州市, 昆山, 杭州市西湖区).

        None where there is no such division, or several and `province` does not settle which.
        """
        known = self.find_province(province) if province else None
        if province and not known:
            return None
        return self._settled(_cleaned(name), known)

    def place_before(self, name: str) -> str:
        """Return the divisions that a name begins with (浙江省杭州市西湖区), the last of them written in full.

        Empty where there is none: 杭州花园 and 市区花园 begin with no division in full.
        """
        end = full = 0
        while form := next(
            (one for one in self._forms.get(name[end : end + _SHORTEST], ()) if _leads(one, name, end)), None
        ):
            end += len(form.text)
            full = full if form.bare else end
        return name[:full]

    def short_before(self, name: str) -> str:
        """Return the province or prefecture that a name begins with in its short form (杭州春江花园); often none."""
        forms = self._forms.get(name[:_SHORTEST], ())
        return next((form.text for form in forms if form.bare and _stands(form, name, 0)), "")

    def meant_by(self, place: str) -> tuple[Division, ...]:
        """Return what the divisions that a text begins with may mean, by their present names, the innermost alone.

        浙江省杭州市下城区 is 拱墅区; 鼓楼区 by itself may be four; 江干区 was parted among 上城区 and 钱塘区.
        """
        found: tuple[Division, ...] = ()
        end = 0
        while form := next(
            (one for one in self._forms.get(place[end : end + _SHORTEST], ()) if _leads(one, place, end)), None
        ):
            means = tuple(row for main in form.means for row in self._heirs(form.text, main))
            found = tuple(row for row in means if any(lies_in(row, outer) for outer in found)) or means
            end += len(form.text)
        return found

    def _heirs(self, name: str, main: Division) -> tuple[Division, ...]:
        """Return all divisions that have what one of this name had: itself, or those that it was parted among."""
        return self._former.get((main.province, name), (main,))

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the divisions that a text names, in its order, the longest name at each place.

        Provinces and prefectures count short too (浙江, 杭州), all others in full only. A name that several divisions
        bear counts where the division right before it settles which (徐州市鼓楼区).
        """
        return tuple(self._mentions(text, None))

    def city_in(self, text: str, province: str | None = None) -> Division | None:
        """Return the one quota unit that an organisation's name or an address names; None where none or several.

        Where `province` is given (or the text names a single one) only its divisions count.
        """
        known = self.find_province(province) if province else None
        if province and not known:
            return None
        named = {mention.division.province for mention in self.mentions(text) if mention.division.level == "province"}
        within = known or (named.pop() if len(named) == 1 else None)
        found = [mention.division for mention in self._mentions(text, within) if mention.division.level != "province"]
        units = {self._unit(division) for division in found if within in (None, division.province)}
        if units:
            return units.pop() if len(units) == 1 else None
        # 昆山物业管理协会: what stands before the trade is a name by itself, so the short form of a county will do.
        lead = _LEAD.fullmatch(_cleaned(text))
        return self._settled(lead[1] if lead else _cleaned(text), within)

    def _unit(self, division: Division) -> Division:
        return self._by_name[division.province, division.city]

    def _settled(self, name: str, province: str | None, city: str | None = None) -> Division | None:
        """Return the quota unit of a name inside a province and a city, taking province and city off its front."""
        if len(name) > _LONGEST:
            return None
        fitting = [row for row in self._names.get(name, ()) if _lies_in(row, province, city)]
        if fitting:
            return self._only_unit(name, fitting)
        for size in range(len(name) - _SHORTEST, _SHORTEST - 1, -1):
            head, tail = name[:size], name[size:]
            inside = self._province_names.get(head)
            if inside and province in (None, inside) and (found := self._settled(tail, inside)):
                return found
            prefectures = [row for row in self._names.get(head, ()) if _is_prefecture(row)]
            for row in prefectures if city is None else ():
                if _lies_in(row, province, None) and (found := self._settled(tail, row.province, row.city)):
                    return found
        return self._raised(name, province, city)

    def _raised(self, name: str, province: str | None, city: str | None) -> Division | None:
        """Return the unit of a county or town under the suffix it had before it was raised (密云县, 萧山市)."""
        if not name.endswith(("县", "市")):
            return None
        now = [row for row in self._names.get(name[:-1], ()) if _lies_in(row, province, city)]
        return self._only_unit(name[:-1], [row for row in now if not _is_prefecture(row)])

    def _only_unit(self, name: str, fitting: list[Division]) -> Division | None:
        """Return the one unit of the divisions; of several, the prefecture (西安 is the city, not a 西安区)."""
        units = {self._unit(row) for row in fitting}
        if len(units) > 1 and name not in _UNDECIDED:
            units = {row for row in fitting if _is_prefecture(row)}
        return units.pop() if len(units) == 1 else None

    def _all_names(self) -> dict[str, tuple[Division, ...]]:
        """Return every way to write a division below the provinces, with and without its suffix."""
        names: dict[str, list[Division]] = defaultdict(list)
        for row in self._rows:
            if row.level == "province":
                continue
            for name in {*_full_names(row), *_bare_names(row)} - set(self._province_names):
                names[name].append(row)
        for (_, old), present in self._former.items():
            names[old].append(present[0])
        return {name: tuple(rows) for name, rows in names.items()}

    def _forms_in_text(self) -> dict[str, tuple[_Form, ...]]:
        """Return the forms that count in a text by their first two characters, the longest first.

        With this table a character of the text costs one dictionary look-up (2 ms for 4,000 characters); one regular
        expression of 4,000 alternatives would try them one after the other at each place where a name may begin.
        """
        means: dict[tuple[str, bool], list[Division]] = defaultdict(list)
        for row in self._rows:
            for name in _full_names(row):
                means[name, False].append(row)
            if row.level == "province" or _is_prefecture(row):
                for name in set(_bare_names(row)) - _UNDECIDED:
                    means[name, True].append(row)
        for (_, old), present in self._former.items():
            means[old, False].append(present[0])
        table: dict[str, list[_Form]] = defaultdict(list)
        for (name, bare), rows in means.items():
            # 吉林 and 海南 by themselves are the provinces; their prefectures are 吉林市 and 海南州.
            table[name[:_SHORTEST]].append(_Form(name, tuple(rows) if not bare else _provinces_first(rows), bare))
        return {key: tuple(sorted(forms, key=lambda form: -len(form.text))) for key, forms in table.items()}

    def _mentions(self, text: str, province: str | None) -> Iterator[Mention]:
        """Yield the mentions, with names of several divisions settled by the one before or by the province."""
        before: Mention | None = None
        for form, start in self._hits(text):
            near = before if before and not text[before.start + len(before.text) : start].strip() else None
            if not near and _needs_company(form, text[start - 1 : start]):
                continue
            fitting = _beside(form.means, near.division if near else None, province)
            before = Mention(fitting[0], form.text, start) if len(fitting) == 1 else None
            if before:
                yield before

    def _hits(self, text: str) -> Iterator[tuple[_Form, int]]:
        """Yield the forms that stand in a text from left to right; names of several divisions are among them."""
        start, end = 0, len(text) - 1
        forms = self._forms
        while start < end:
            found = forms.get(text[start : start + _SHORTEST])
            form = next((form for form in found if _stands(form, text, start)), None) if found else None
            if form:
                yield form, start
            start += len(form.text) if form else 1


@cache
def divisions() -> Divisions:
    """Return the divisions of the packaged table, read once."""
    text = (resources.files("config") / "divisions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    former = csv.DictReader((resources.files("config") / "former.csv").read_text(encoding="utf-8").splitlines())
    return Divisions(
        (Division(row["code"], row["name"], cast("Level", row["level"]), row["province"], row["city"]) for row in rows),
        {(row["province"], row["old"]): row["present"].split("、") for row in former},
    )


def lies_in(division: Division, outer: Division) -> bool:
    """Tell whether a division is another one or lies in it."""
    if division is outer or (outer.level == "province" and division.province == outer.province):
        return True
    return _is_prefecture(outer) and (division.province, division.city) == (outer.province, outer.city)


def _cleaned(name: str) -> str:
    return _NOISE.sub("", simplified(unicodedata.normalize("NFKC", name)))


def _is_prefecture(row: Division) -> bool:
    return row.level == "city" and row.code.endswith("00")


def _lies_in(row: Division, province: str | None, city: str | None) -> bool:
    return province in (None, row.province) and city in (None, row.city)


def _provinces_first(rows: list[Division]) -> tuple[Division, ...]:
    return tuple(row for row in rows if row.level == "province") or tuple(rows)


def _beside(means: tuple[Division, ...], before: Division | None, province: str | None) -> tuple[Division, ...]:
    """Return what a name may mean right after another division, in a province."""
    if len(means) == 1:
        return means
    within = before.province if before else province
    city = before.city or None if before else None
    return tuple(row for row in means if within and _lies_in(row, within, city))


def _stands(form: _Form, text: str, start: int) -> bool:
    """Tell whether a form stands at a place, and a bare one not as a part of something else."""
    if not text.startswith(form.text, start):
        return False
    if not form.bare:
        return True
    end = start + len(form.text)
    if _PLACE_TAIL.match(text, end) or (start and text[start - 1] in _ACCIDENTS.get(form.text, "")):
        return False
    return form.text not in _ORDINARY or _ORGANISATION.match(text, end) is not None


def _leads(form: _Form, text: str, start: int) -> bool:
    """Tell whether a form stands at a place where a name begins or goes on."""
    return form.text not in _GENERIC and text.startswith(form.text, start)


def _needs_company(form: _Form, previous: str) -> bool:
    """Tell whether a full name counts only right after another division: an ordinary word, or 云县 inside 密云县."""
    if form.text in _GENERIC:
        return True
    return len(form.text) == _SHORTEST and not form.bare and previous.isalpha()


def _province_names(row: Division) -> set[str]:
    return {*_full_names(row), *_bare_names(row)} if row.level == "province" else set()


def _full_names(row: Division) -> set[str]:
    """Return the names with a suffix: 延边朝鲜族自治州 is 延边州, and 新疆维吾尔自治区 is 新疆自治区, too."""
    names = {row.name}
    short = row.province if row.level == "province" else _short(row.name)
    if row.level == "province" and row.name.endswith("自治区"):
        names |= {f"{short}自治区", f"{short}区"}
    if row.level != "province" and len(short) >= _SHORTEST:
        names |= {f"{short}{kind}" for kind in _short_kinds(row.name)}
    return names


def _short_kinds(name: str) -> tuple[str, ...]:
    """Return the suffixes that stand for 自治州, 自治县 and 自治旗 in everyday use."""
    everyday = {"自治州": ("自治州", "州"), "自治县": ("自治县", "县"), "自治旗": ("旗",)}
    return everyday.get(name[-3:], ())


def _bare_names(row: Division) -> set[str]:
    """Return the names without a suffix, none shorter than two characters."""
    if row.level == "province":
        return {row.province, "内蒙"} if row.province == "内蒙古" else {row.province}
    short = _short(row.name)
    return {*([short] if len(short) >= _SHORTEST else []), *_NICKNAMES.get(row.name, ())}


def _short(name: str) -> str:
    """Return a name without its suffix and without the peoples it names: 黔东南苗族侗族自治州 is 黔东南."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST:
            return _PEOPLES.sub("", name.removesuffix(suffix))
    return name
