"""Which company does a material name as the one that serves its community? Not a developer, nor an earlier one.

Only names that stand where such a name is said (物业服务企业为…, 由…提供物业服务), or with which the text on the
company begins. Where both say different ones, none is sure.
"""

import re
from collections.abc import Iterator

from config.naming import same_company

_NOT_IN_NAMES = r"，。；、,;\s：:（）()“”\"为是由于"
_NAME = (
    rf"[^{_NOT_IN_NAMES}]{{2,30}}?(?:[（(][^（）()]{{1,8}}[）)][^{_NOT_IN_NAMES}]{{0,20}}?)?公司"
    rf"(?:[^{_NOT_IN_NAMES}在有设各属提负承]{{1,16}}?分公司)?"
)
_SHORT = r"(?:[（(][^（）()]*[）)])?"
_LABEL = re.compile(
    r"物业(?:管理)?(?:服务)?(?:企业|公司|单位|机构)(?:名称|全称)?(?:[:：]|[为是系])+"
    rf"(?P<name>{_NAME})"
)
_DOES = (
    r"(?:为(?:本|该)?(?:小区|项目|业主)|全面|统一|整体|日常|正式|开始)*"
    r"(?:负责|提供|承担|实施|进行|开展)?(?:小区|项目|全部|日常|的)*"
)
_SINCE = "(?:自[^，。；公司]{4,14}(?:起|以来))?"
_SERVED_BY = re.compile(rf"(?<![理自])由(?P<name>{_NAME}){_SHORT}{_DOES}(?:物业|综合|专业化?|一体化)*(?:服务|管理)")
_SERVES = re.compile(
    rf"(?:^|[，,。；;\n])(?P<name>{_NAME}){_SHORT}{_SINCE}{_DOES}(?<=[责供担施行展区目])(?:专业化?|一体化)*物业(?:服务|管理)"
)
_PATTERNS = (_LABEL, _SERVED_BY, _SERVES)
_BEGINS = re.compile(
    rf"\s*(?P<name>{_NAME}){_SHORT}(?=成立|创[立建办]|组建|始[建创]|注册|隶属|位于|[于是系为自]|[，,。\n]|$)"
)
# 原, but not in the names of places such as 太原 and 固原.
FORMER = "(?<![太中平高固草松三开五泾海])原"
# No name of a company holds these: they belong to what is said of one, or to a template.
_NO_NAME = re.compile(
    rf"[的某]|{FORMER}|前身|旗下|下属|全资|开发|资质|企业|知名|上市|国有|选聘|聘请|引[入进]|小区|社区|项目|街道|政府|委托|业委会|业主|委员会|联合|共同|成立|年|[XxＸｘ×✕*○〇]{{2}}"
    r"|^(?:本(?!溪)|我|该|贵(?![阳港州溪定池])|其|现|经|物业|专业|公司)"
)
_BUILDER = re.compile("置业|地产|建设|建筑|投资|开发")
# Who served before, or served first, or one after the other.
_EARLIER = re.compile(rf"{FORMER}|前|曾|以前|先后|最初|起初|一度|早期|初期|开发|建设单位")
# A group tells of itself, where it is its daughter that serves.
_GROUP = re.compile("集团|控股|股份")


def company_in(introduction: str, company: str) -> tuple[str, bool] | None:
    """Return (name, whether the introduction says it) of the company that serves; None where none or two are named."""
    named = list(dict.fromkeys(_served_by(introduction)))
    begins = _BEGINS.match(company)
    own = begins["name"] if begins and _is_name(begins["name"]) and not _GROUP.search(begins["name"]) else None
    said = [*named, own] if own else named
    if not said or not all(same_company(said[0], other) for other in said[1:]):
        return None
    return said[0], bool(named)


def _served_by(text: str) -> Iterator[str]:
    """Yield the companies that a text says to serve the community now."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            lead = re.split("[，,。；;\n]", text[: match.start("name")])[-1]
            serves = pattern is _LABEL or "物业" in match["name"] or not _BUILDER.search(match["name"])
            if serves and _is_name(match["name"]) and not _EARLIER.search(lead):
                yield match["name"]


def _is_name(name: str) -> bool:
    return not _NO_NAME.search(name)
