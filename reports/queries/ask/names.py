"""Which names does a question hold? Communities, companies, places, project types, items, days, addresses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.campaign import Campaign
from config.divisions import divisions
from config.naming import folded
from reports.picture import CaseView, Picture
from reports.queries.ask.lexicon import GAP

_ADDRESS = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_SUBJECT = re.compile(r"《([^》]+)》|(?:主题|标题)(?:是|为|叫)?[:：]?[“\"「](.+)[”\"」]")
_MAIL = re.compile("主题|标题|邮件|信")
# What stands behind a province or a city that is an association's name: 江苏省物协, 成都市物业管理协会.
_TAIL = re.compile(
    r"(?:省|市|自治区)?(?:省级|市级)?(?:物业(?:管理|服务|服务和管理)*(?:行业|企业)*协会|省?物协|省?协会)?(?:那边|这边|那里|那头|那儿|方面)?"
)
# 南京物业公司 is some company: not the city, and not its association.
_COMPANYS = re.compile(r"(?:物业(?!(?:管理|服务|服务和管理)*(?:行业|企业)*协会)|公司|集团)")
# What makes another name of a known one: 新春江花园 is not 春江花园.
_MAKES_ANOTHER = re.compile(r"[新上中里快全总大小老东南西北]")
_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?|(?<!\d)(\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAYS = {"大前天": 3, "前天": 2, "昨天": 1, "昨日": 1, "今天": 0, "今日": 0, "当天": 0}
_LATELY = {"最近几天": 2, "这几天": 2, "近三天": 2, "最近三天": 2, "最近": 2, "这两天": 1, "近两天": 1}
_COMPANY = re.compile(r"(?:物业.*)?(?:股份)?(?:有限)?(?:责任)?(?:公司|集团)?$")
_SHORTEST = 2
# As people ask for the parts of a case.
ITEMS = {
    "推荐表": "form", "申报表": "form", "表格": "form", "表": "form", "照片": "photo", "图片": "photo", "相片": "photo",
    "案例材料": "material", "案例文章": "material", "文章": "material", "案例正文": "material", "正文": "material",
    "视频": "video", "汇总清单": "list", "清单": "list", "汇总表": "list",
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """Days that are asked about, both included, and what they are called."""

    first: date
    last: date
    said: str


@dataclass
class Names:
    """The names that a question holds, and the question without them."""

    rest: str
    address: str | None = None
    subject: str | None = None
    cases: list[CaseView] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)
    provinces: list[str] = field(default_factory=list)
    cities: list[tuple[str, str]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    # The county or district that was said and counts to the city: 昆山, 雁塔区.
    counted: str = ""
    item: str | None = None
    day: Day | None = None


def names_in(question: str, picture: Picture) -> Names:
    """Return the names in a tidied question; longer ones first, so that none is taken for a part of another."""
    found = Names(question)
    _mail(found)
    _known(found, picture)
    _divisions(found)
    _types(found, picture.campaign)
    _day(found, picture)
    _item(found)
    _narrow(found)
    return found


def _take(found: Names, start: int, end: int) -> None:
    found.rest = found.rest[:start] + GAP + found.rest[end:]


def _mail(found: Names) -> None:
    if match := _ADDRESS.search(found.rest):
        found.address = match[0].lower()
        _take(found, *match.span())
    if (match := _SUBJECT.search(found.rest)) and _MAIL.search(found.rest):
        found.subject = (match[1] or match[2]).strip()
        _take(found, *match.span())


def _known(found: Names, picture: Picture) -> None:
    """Take the longest names of communities, companies and associations that the campaign knows."""
    known: dict[str, list[tuple[str, object]]] = {}
    for case in picture.cases:
        for name in _community_names(case):
            known.setdefault(name, []).append(("case", case))
        for name in _company_names(case.company or ""):
            known.setdefault(name, []).append(("company", case.company))
    for view in picture.associations:
        for name in (view.association.name, *view.association.aliases):
            known.setdefault(folded(name), []).append(("province", view.province))
    for name in sorted(known, key=len, reverse=True):
        at = found.rest.upper().find(name)
        if at >= 0 and not (_is_case(known[name]) and _is_another(found.rest[:at])):
            _note(found, known[name])
            _take(found, at, at + len(name) + len(_branch(found.rest[at + len(name) :])))


def _is_case(meant: Iterable[tuple[str, object]]) -> bool:
    return any(what == "case" for what, _ in meant)


def _is_another(before: str) -> bool:
    """Tell whether what stands before a community's name makes it another one's; a place does not: 湖南岳麓山庄."""
    if not before or not _MAKES_ANOTHER.match(before[-1]):
        return False
    return not any(one.start + len(one.text) == len(before) for one in divisions().mentions(before))


def _branch(behind: str) -> str:
    """Return what still belongs to a name: 小区 behind a community, 那边 behind an association."""
    return next((tail for tail in ("小区", "那边") if behind.startswith(tail)), "")


def _note(found: Names, meant: Iterable[tuple[str, object]]) -> None:
    for what, one in meant:
        if what == "case" and one not in found.cases:
            found.cases.append(one)  # type: ignore[arg-type]
        elif what == "company" and one not in found.companies:
            found.companies.append(str(one))
        elif what == "province" and one not in found.provinces:
            found.provinces.append(str(one))


def _community_names(case: CaseView) -> Iterator[str]:
    """Yield how a community is called; what is only a place or very short means nothing by itself."""
    for name in dict.fromkeys((folded(case.community), folded(case.name.community))):
        for one in dict.fromkeys((name, name.removesuffix("小区"))):
            if len(one) > _SHORTEST or (len(one) == _SHORTEST and not divisions().mentions(one)):
                yield one


def _company_names(company: str) -> Iterator[str]:
    """Yield how a company is called: whole, and its own name with 物业 or 公司 behind, with its place and without."""
    whole = folded(company)
    core = _COMPANY.sub("", whole)
    place = divisions().place_before(core) or divisions().short_before(core)
    if whole:
        yield whole
    for own in dict.fromkeys((core, core[len(place) :])):
        if len(own) >= _SHORTEST and own != place:
            yield from (
                f"{own}{tail}"
                for tail in ("物业服务公司", "物业管理公司", "物业公司", "物业服务", "物业管理", "物业", "公司")
            )


def _divisions(found: Names) -> None:
    """Take provinces and cities, each with what makes it an association; a company's name is not its place."""
    for mention in reversed(divisions().mentions(found.rest)):
        division = mention.division
        if _COMPANYS.match(found.rest, mention.start + len(mention.text)):
            continue
        if division.level == "province":
            found.provinces.insert(0, division.province)
        else:
            found.cities.insert(0, (division.province, division.city))
            found.counted = found.counted if mention.text[:_SHORTEST] == division.city[:_SHORTEST] else mention.text
        end = mention.start + len(mention.text)
        tail = _TAIL.match(found.rest, end)
        _take(found, mention.start, tail.end() if tail else end)
    found.provinces = list(dict.fromkeys(found.provinces))
    found.cities = list(dict.fromkeys(found.cities))


def _types(found: Names, campaign: Campaign) -> None:
    words = {word: kind.name for kind in campaign.project_type if kind.named for word in (kind.label, *kind.words)}
    for word in sorted(words, key=len, reverse=True):
        at = found.rest.find(word)
        if at >= 0:
            if words[word] not in found.types:
                found.types.append(words[word])
            _take(found, at, at + len(word))


def _item(found: Names) -> None:
    for word in sorted(ITEMS, key=len, reverse=True):
        at = found.rest.find(word)
        if at >= 0:
            found.item = found.item or ITEMS[word]
            _take(found, at, at + len(word))


def _day(found: Names, picture: Picture) -> None:
    """Take the days that a question speaks of; one without a year is of the year of the moment."""
    today = picture.as_of.astimezone(picture.campaign.call.zone).date()
    for word, back in _DAYS.items():
        if (at := found.rest.find(word)) >= 0:
            day = today - timedelta(days=back)
            found.day = Day(day, day, word)
            _take(found, at, at + len(word))
            return
    for word, back in _LATELY.items():
        if (at := found.rest.find(word)) >= 0:
            found.day = Day(today - timedelta(days=back), today, f"近 {back + 1} 天")
            _take(found, at, at + len(word))
            return
    match = _DAY.search(found.rest)
    if match and (known := _date(match, today)):
        found.day = Day(known, known, f"{known.month}月{known.day}日")
        _take(found, *match.span())


def _date(match: re.Match[str], today: date) -> date | None:
    month, day = match[2] or match[4], match[3] or match[5]
    try:
        return date(int(match[1] or today.year), int(month), int(day))
    except ValueError:
        return None


def _narrow(found: Names) -> None:
    """Let what stands in front of a name tell which is meant: 浙江春江花园, 杭州的春江花园; 浙江杭州 is a city."""
    if found.cities:
        within = {city for _, city in found.cities}
        found.cases = [case for case in found.cases if case.city in within] or found.cases
        found.provinces = [one for one in found.provinces if one not in {province for province, _ in found.cities}]
    if found.provinces and found.cases:
        own = [case for case in found.cases if case.province in found.provinces]
        found.cases = own or found.cases


def moment_of(day: date, picture: Picture, *, end: bool) -> datetime:
    """Return when a day begins, or the next one does."""
    day = day + timedelta(days=1) if end else day
    return datetime(day.year, day.month, day.day, tzinfo=picture.campaign.call.zone)
