"""What does a case material state of its community? Company, completed, delivered, floor area, type: only what is sure.

Read are the introduction (附件2 一: 物业服务企业、建成年份、建筑面积及项目类型), and for the company also its own text.
Prose says much that is no statement: phases, plans, a garage that was finished later, an earlier company. Whatever is
not said in plain words, or said twice in different ones, is not stated at all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.campaign import Campaign
from parsers import values
from parsers.base import Value
from parsers.kinds.cells import fact
from parsers.kinds.material_company import FORMER, company_in
from parsers.kinds.material_sections import SectionText

# Field -> (as written, normal form).
Said = dict[str, tuple[str, str | float]]
_INTRODUCTION, _COMPANY = "introduction", "company"
# An introduction has a hundred characters (附件2 一); what comes much later is no introduction any more.
_READ_CHARACTERS = 800
# An OCR does not say how sure it is of each line of prose.
_UNSURE = 0.5
_CLAUSE = re.compile(r"[，,。；;！!？?\n]")

# ---------------------------------------------------------------- dates

_DIGIT = "[0-9０-９〇○零一二三四五六七八九十]"
_YEAR = re.compile(rf"{_DIGIT}{{2,4}}年|(?:19|20)[0-9]{{2}}")
_RUN = (
    rf"(?:{_DIGIT}{{2,4}}年|(?:19|20)[0-9]{{2}}(?![0-9]))"
    rf"(?:{_DIGIT}|[年月日号度份底初末中上下旬半./~～\-－—–、至到和及]|左右|前后)*"
)
# What may stand between a date and its word; 陆续, 全部 and 开始 say that it did not happen on one day.
_BETWEEN = "(?:(?:正式|整体|集中|统一|顺利|房屋|小区|项目|业主|开发商|竣工验收并|验收合格并)*)"
_DONE = "建成|竣工(?:验收|备案)*"
_HANDED = "交付|交房|交楼|入伙"
_LIVED_IN = "入住(?!率|[的了]?(?:户|业主|人|居民|家庭|商)|[0-9])"
_WORD = f"(?:{_DONE}|{_HANDED}|{_LIVED_IN})"
_WORDS = rf"(?P<{{name}}>{_WORD}(?:(?:并|后|及|、|/|[(（])?(?:正式|投入|整体)?(?:{_HANDED}|{_LIVED_IN})[)）]?)*)"
_AFTER = (
    rf"(?=$|{_DIGIT}{{4}}年|[（()）、]|投入使用|投用|使用|启用|以来|至今|后|并|给?业主|时"
    r"|的?(?:[普大中小高多新老]\S{0,3})?(?:商品|住宅|安置|回迁|拆迁|国企|三供一业|弃管|小区$))"
)
_PAIR = re.compile(
    rf"(?P<before>{_RUN}){_BETWEEN}{_WORDS.format(name='behind')}{_AFTER}"
    rf"|{_WORDS.format(name='ahead')}(?:使用|验收)?(?:于|在|时间|日期|年份|年月|年度)[:：]?[为是在于]?(?P<after>{_RUN})"
    rf"|{_WORDS.format(name='label')}[:：](?P<said>{_RUN})"
)
_FIELD_WORDS = {"completed": re.compile(_DONE), "delivered": re.compile(f"{_HANDED}|{_LIVED_IN}")}
_SURELY_HANDED = re.compile(_HANDED)
_VAGUE = re.compile(rf"(?:约|大概|近|上下|不晚于|早于)(?={_DIGIT})|左右|前后|[0-9年月日][以之]?前")
# A date in the same clause as these is not the community's own.
_ASIDE = re.compile(
    rf"{FORMER}|计划|预计|拟|将[于在]|周边|周围|附近|相邻|毗邻|邻近|隔壁|前身|曾|改造|改建|扩建|加装|翻新|维修|更新|升级|部分|首[批期次]"
    "|陆续|先后|逐步|全部|全面|最后|车库|车位|停车|电梯|充电|学校|小学|中学|幼儿园|会所|商业|商铺|商场|地铁|公园|系统|门禁"
    "|设施|设备|组团|地块|[栋幢]|号楼|(?<![(（])[东西南北]区|接管|接手|进驻|入驻|承接|合同|(?<![企业])移交"
)
# Nor where the clause before has spoken of such a thing.
_OTHER_SUBJECT = re.compile(
    "改造|改建|扩建|加装|翻新|车库|车位|停车|电梯|充电|幼儿园|会所|商业|商铺|系统|配套|配建|隔壁|相邻"
)

# ---------------------------------------------------------------- phases

_NUMERAL = "[0-9一二三四五六七八九十ⅠⅡⅢⅣIV]"
_PHASE = re.compile(rf"第?({_NUMERAL}{{1,3}})期(?!间|限|刊|末)")
_PHASES = re.compile(
    rf"分(?:{_NUMERAL}|两|多|若干|数)?个?(?:期|批|阶段|次)|{_NUMERAL}(?:[、,，和及与至到~～\-]{_NUMERAL})+期"
    r"|[两三四五六多]期|各期|每期|滚动开发"
)
_NAME_ENDS = re.compile("[，,。；;]|位于|坐落|地处")

# ---------------------------------------------------------------- floor area

_TOTAL = re.compile(r"总建筑面积|建筑总面积|总建面")
_FLOOR = re.compile(r"(?<!总)建筑面积")
_SHARE = re.compile(
    r"(?:地[上下]|住宅|商业|商铺|办公|公建|配套|车库|户均|每户|套均|单套|其中|期|可售|计容|不计容|用房|会所|在管|楼|占地|改造)[^，。；]{0,3}$"
)
_NUMBER = r"[0-9０-９.．,，〇零一二三四五六七八九十百千万亿wW余多~～\-－—–至到]"
_AMOUNT = re.compile(
    rf"(?:[(（][^()（）]{{1,8}}[)）])?[约共为达是计有:：]{{0,3}}({_NUMBER}+(?:平方米|平方公尺|平米|平方|㎡|m2|m²|M2|公顷|左右|[余多])*)"
)
_ROUNDING = 0.01
_PLANNED = re.compile("计划|预计|拟|规划|设计")

# ---------------------------------------------------------------- project type

_TYPE_SAID = re.compile(
    r"(?:类型|性质|类别)(?:[:：]|属于|[为是属系])*(?P<label>[^:：]{2,24})$|(?:属于?|[系是]|(?<![成作因认以])为)(?P<verb>[^:：]{2,30})$"
)
_TYPE_ADDED = re.compile("^(?:普通|纯|典型|大型|中型|小型|高层|多层|综合)+|(?:住宅)?(?:小区|项目)$")
_NOT_NOW = re.compile(f"{FORMER}|曾|过去|以前|此前|一度|前身|[变蜕转改]|沦|周边|周围|附近|毗邻|相邻|类似|混合|部分")
_SEVERAL = re.compile("[不非兼既又及和与等]")


def stated_in(sections: Sequence[SectionText], method: str, campaign: Campaign) -> dict[str, Any]:
    """Return what a material states, field -> a value as the cells of forms have it; only fields that are stated.

    `completed`, `delivered` (ISO), `floor_area` (m²), `project_type` (a named one) and `company` (its name). `place` is
    the section's label.
    """
    own = {section.name: section for section in sections if not (section.blank or section.shared)}
    labels = {section.name: section.label for section in campaign.section}
    introduction = _plain(own[_INTRODUCTION].text[:_READ_CHARACTERS]) if _INTRODUCTION in own else ""
    found: Said = {**_dates(introduction), **_area(introduction), **_type(introduction, campaign)}
    said = {name: (raw, value, _INTRODUCTION) for name, (raw, value) in found.items()}
    company = _plain(own[_COMPANY].text[:_READ_CHARACTERS]) if _COMPANY in own else ""
    if named := company_in(introduction, company):
        name, in_introduction = named
        said["company"] = (name, name, _INTRODUCTION if in_introduction else _COMPANY)
    sure = _UNSURE if method == "ocr" else 1.0
    return {
        name: fact(Value(raw, value, labels[section], confidence=sure), method)
        for name, (raw, value, section) in said.items()
    }


def _plain(text: str) -> str:
    """Return a text without white space in its lines; a table's row of labels and values is a clause each."""
    return "\n".join("".join(_pairs(line).split()) for line in text.splitlines())


def _pairs(line: str) -> str:
    cells = line.split("\t")
    if len(cells) == 1:
        return line
    even = len(cells) % 2 == 0
    return "；".join("：".join(cells[at : at + 2]) for at in range(0, len(cells), 2)) if even else "；".join(cells)


def _dates(text: str) -> dict[str, tuple[str, str]]:
    """Return when the community was completed and handed over, each where one date is said and nothing else."""
    if _in_phases(text):
        return {}
    found: dict[str, dict[str, str]] = {name: {} for name in _FIELD_WORDS}
    muddled: set[str] = set()
    for clause, before in _clauses(text):
        if not _YEAR.search(clause) or _ASIDE.search(clause) or _OTHER_SUBJECT.search(before):
            continue
        pairs, rest = _paired(clause)
        muddled |= {name for name, word in _FIELD_WORDS.items() if word.search(rest)}
        for raw, date, words in pairs:
            for name in (name for name, word in _FIELD_WORDS.items() if word.search(words)):
                if date is None:
                    muddled.add(name)
                else:
                    found[name][raw] = date
    found["delivered"] = _handed_over(found["delivered"])
    return {name: one for name, said in found.items() if name not in muddled and (one := _finest(said)) is not None}


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """Yield each clause with the one before it in the same sentence."""
    for sentence in re.split(r"[。；;！!？?\n]", text):
        clauses = ["", *re.split("[，,]", sentence)]
        yield from zip(clauses[1:], clauses, strict=False)


def _paired(clause: str) -> tuple[list[tuple[str, str | None, str]], str]:
    """Return (as written, date, words) of each date with its word, and what of the clause is left."""
    pairs = []
    for match in _PAIR.finditer(clause):
        date = match["before"] or match["after"] or match["said"]
        words = match["behind"] or match["ahead"] or match["label"]
        vague = _VAGUE.search(clause)
        pairs.append((match[0], None if vague else values.read_date(date.rstrip("、和及")), words))
    return pairs, _PAIR.sub("\0", clause)


def _handed_over(said: Mapping[str, str]) -> dict[str, str]:
    """Return what is said of the handing over; when people moved in counts only where nothing else does."""
    handed = {raw: date for raw, date in said.items() if _SURELY_HANDED.search(raw)}
    return handed or dict(said)


def _finest(said: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the finest of dates that contain each other; None where there are none, or two that differ."""
    finest = max(said.items(), key=lambda one: len(one[1]), default=None)
    return finest if finest and all(finest[1].startswith(date) for date in said.values()) else None


def _in_phases(text: str) -> bool:
    """Tell whether a community was built in phases; 春江花园二期 alone is the name of one."""
    if _PHASES.search(text):
        return True
    phases = list(_PHASE.finditer(text))
    if not phases:
        return False
    end = _NAME_ENDS.search(text)
    in_name = phases[0].end() <= (end.start() if end else len(text))
    return not in_name or len({phase[1] for phase in phases}) > 1


def _area(text: str) -> dict[str, tuple[str, float]]:
    """Return the floor area: the total where one is said, else the only one that is no share of it."""
    if _in_phases(text):
        return {}
    said = _areas(text, _TOTAL) or _areas(text, _FLOOR)
    if not said or None in said.values():
        return {}
    raw, area = next(iter(said.items()))
    same = all(one is not None and abs(one - (area or 0)) <= _ROUNDING * one for one in said.values())
    return {"floor_area": (raw, area)} if same and area is not None else {}


def _areas(text: str, words: re.Pattern[str]) -> dict[str, float | None]:
    """Return as written -> m² of the areas after a word."""
    found: dict[str, float | None] = {}
    for word in words.finditer(text):
        amount = _AMOUNT.match(text, word.end())
        lead = _CLAUSE.split(text[: word.start()])[-1]
        if amount and not (_SHARE.search(lead) or _PLANNED.search(lead)):
            written = amount[1].rstrip(",，、-至到")
            found[word[0] + amount[0].removesuffix(amount[1]) + written] = values.read_area(written)
    return found


def _type(text: str, campaign: Campaign) -> dict[str, tuple[str, str]]:
    """Return the project type, where the introduction names a single one of the notice's and says that it is of it."""
    named = {kind.name for kind in campaign.project_type if kind.named}
    whole = values.read_project_type(text, campaign.project_type)
    if whole not in named:
        return {}
    words = {word for kind in campaign.project_type for word in kind.words}
    for clause in _CLAUSE.split(text):
        match = _TYPE_SAID.search(clause)
        said = (match["label"] or match["verb"]) if match else clause if _TYPE_ADDED.sub("", clause) in words else ""
        aside = _NOT_NOW.search(clause) or _SEVERAL.search(said)
        if said and not aside and values.read_project_type(said, campaign.project_type) == whole:
            return {"project_type": (said, whole)}
    return {}
