"""When two written names mean the same to a person: keys for communities, companies and associations.

Two names are the same where their keys are equal; a key is never shown.
"""

import re
import unicodedata
from functools import lru_cache

from config.characters import simplified
from config.divisions import divisions

_NUMERALS = str.maketrans("一二三四五六七八九壹", "1234567891")
# 十二期 and 十区 are numbers; 十里银滩 and 双十小区 are not.
_TENS = re.compile(r"([1-9]?)十([1-9]?)(?=期|[区村号组弄栋幢座院])|(?<=第)十([1-9]?)(?=小区)")
_ORDINAL = re.compile(r"第(?=(?:\d{1,2}|[IVX]{1,3})(?:期|小区|[区村号组]))")
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5"}
_NOISE = re.compile(r"[\s·•・.,，。、“”\"'‘’《》<>〈〉_＿\-—–~～:：;；*＊]+")
_BRACKETS = re.compile(r"[()\[\]{}【】〔〕「」『』]")
_PHASE = re.compile(r"(\d{1,2}|[IVX]{1,3})期(?:工程|项目)?")
# What people leave out or put in without meaning another community.
_COMMUNITY_TAILS = re.compile(r"(?:住宅小区|住宅区|小区|项目|楼盘)(?=$|\d{1,2}期|[东西南北中]区)")
# What is left of 杭州市花园 or 杭州市场宿舍 without the division in front is no name.
_NO_NAME = re.compile(
    r"(?:(?:住宅|生活|职工|家属|商品房|安置房?)*(?:花园|花苑|家园|公寓|新村|新苑|小区|住宅区|社区|大院|宿舍|大厦|广场|苑|园|城|村|里)?"
    r"(?:第?[1-9]期|[东西南北中]区)?)|(?:场|政府|政协|政法|委|府|局|直属|级).*"
)
# What a template says of how to fill in a name, （填写全称）, and what else a community is called, （原名某某）.
_HINT = re.compile(
    r"[(（\[【〔][^()（）\[\]【】〔〕]*(?:填写|填报|请填|全称|必填|注明|一致|示例|样例|例如|例[:：]|暂定|暂名|原名|又名|别名|曾用名|推广名|案名)[^()（）\[\]【】〔〕]*[)）\]】〕]"
)
_LIST_NUMBER = re.compile(r"^\s*(?:[(（]\d{1,2}[)）]|\d{1,2}[、.．])\s*(?=[\u4e00-\u9fff])")
_BRACKET_BEHIND = re.compile(r"(?<=.)[(（]([^()（）]+)[)）]\s*$")
_SEAL = re.compile("盖章|公章")
_COMPANY_FORMS = re.compile(r"(?:股份)?有限(?:责任)?公司|股份公司|公司$")
_COMPANY_TRADE = re.compile(r"物业(?:管理|服务|经营|发展)+")
# Names that a campaign compares again and again.
_REMEMBERED = 20_000
# A group's name is that of its company without these: 绿城物业服务集团 and 杭州绿城物业.
_COMPANY_GROUP = re.compile("集团|控股")
_COMPANY_WORDS = re.compile("物业|服务|管理|经营|发展|城市|生活")
_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_LEAST_OWN = 2
_ASSOCIATION_FORMS = re.compile(r"物业(?:管理|服务)*(?:行业|企业|业)*(?:协会|学会)|物业?协会?")


_PHASE_FOLLOWS = re.compile(r"\d{1,2}期")


def folded(name: str) -> str:
    """Return a name in simplified characters, without widths, white space, brackets and punctuation, in upper case."""
    text = simplified(unicodedata.normalize("NFKC", name)).upper()
    return _NOISE.sub("", _BRACKETS.sub("", text))


def without_hints(name: str) -> str:
    """Return a name without its number in a list (1、) and the template's words in brackets on how to fill it in."""
    return _LIST_NUMBER.sub("", _HINT.sub("", name))


def community_place(name: str) -> str:
    """Return the divisions in full beside a community's name (杭州市西湖区), where a name remains without them."""
    return _placed(name)[0]


@lru_cache(maxsize=_REMEMBERED)
def community_key(name: str) -> str:
    """Return the key of a community's name: 春江花园（二期）小区 and 杭州市春江花园2期 have the same, 一期 another."""
    text = _counted(_placed(name)[1])
    shorter = _COMMUNITY_TAILS.sub("", text)
    return shorter or text


@lru_cache(maxsize=_REMEMBERED)
def _placed(name: str) -> tuple[str, str]:
    """Return (divisions, folded name) of a community: 西湖区春江花园 and 春江花园（西湖区） lie in 西湖区."""
    written = without_hints(name)
    behind = _BRACKET_BEHIND.search(written)
    if behind and divisions().place_before(folded(behind[1])) == folded(behind[1]):
        return folded(behind[1]), folded(written[: behind.start()])
    text = folded(written)
    # 原下城区 is how people write what it is called no more.
    start = 1 if text.startswith("原") and divisions().place_before(text[1:]) else 0
    place = divisions().place_before(text[start:])
    rest = text[start + len(place) :]
    return ("", text) if _NO_NAME.fullmatch(_counted(rest)) else (place, rest)


@lru_cache(maxsize=_REMEMBERED)
def company_key(name: str) -> str:
    """Return the key of a company's name: 有限公司, 公司 and 物业服务, 物业管理 do not tell companies apart."""
    text = _COMPANY_FORMS.sub("", _SEAL.sub("", folded(without_hints(name))))
    return _COMPANY_TRADE.sub("物业", text) or folded(name)


def same_company(one: str, other: str) -> bool:
    """Tell whether two names may be one company's: equal keys, or a branch or a group whose name holds the other's.

    春江物业服务有限公司杭州分公司 is 春江物业, 绿城物业服务集团有限公司 is 杭州绿城物业; 杭州物业 is in many names.
    """
    if company_key(one) == company_key(other):
        return True
    ours, theirs = _company_cores(one), _company_cores(other)
    return any(mine in its or its in mine for mine in ours for its in theirs)


def _company_cores(name: str) -> set[str]:
    """Return a company's keys without the words of a group, with and without brackets, where a name is left."""
    keys = (company_key(name), company_key(_IN_BRACKETS.sub("", without_hints(name))))
    cores = {_COMPANY_GROUP.sub("", key) for key in keys}
    return {core for core in cores if _is_own(_COMPANY_WORDS.sub("", core))}


def _is_own(text: str) -> bool:
    """Tell whether a company's name says more than a place and its trade."""
    return len(text) >= _LEAST_OWN and not any(one.text == text for one in divisions().mentions(text))


def association_key(name: str) -> str:
    """Return the key of an association's name: 杭州市物业管理行业协会 and 杭州市物协 have the same."""
    return _ASSOCIATION_FORMS.sub("物协", _SEAL.sub("", folded(without_hints(name))))


def _counted(text: str) -> str:
    """Return a folded name with its phase in figures: 第二期, Ⅱ期 and 2期 are 2期; 十二区 is 12区."""
    figures = _TENS.sub(_number, text.translate(_NUMERALS))
    return _PHASE.sub(_phase, _ORDINAL.sub("", figures))


def _number(match: re.Match[str]) -> str:
    return f"{match[1] or '1'}{match[2] or match[3] or '0'}"


def _phase(match: re.Match[str]) -> str:
    number = _ROMAN.get(match[1], match[1])
    return f"{number}期"


def holds_name(plain: str, key: str) -> bool:
    """Tell whether a text's key holds a community's key, not followed by the phase of another one."""
    start = plain.find(key)
    while start >= 0:
        if not _PHASE_FOLLOWS.match(plain, start + len(key)):
            return True
        start = plain.find(key, start + 1)
    return False
