"""Introductions of communities (小区简介) with what they state: in many phrasings, and with much that is no statement.

A truth of None means that nothing is surely stated, so that whoever reads it must stay silent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.labelled import names

FIELDS = ("company", "completed", "delivered", "floor_area", "project_type")
_TYPES = {
    "commodity": ("商品住宅小区", "普通商品住宅小区", "商品房小区"),
    "resettlement": ("安置房小区", "回迁安置小区", "拆迁安置小区"),
    "soe_transferred": ("国企移交社会管理小区", "三供一业移交小区"),
    "abandoned": ("弃管小区",),
}
# Names of communities that say a type by themselves, which no type beside them can be told from.
_TELLING_NAMES = ("安置", "职工家属", "期")
Stated = Mapping[str, str | float | None]


@dataclass(frozen=True)
class Introduction:
    """An introduction with the text on the company, and what both state together."""

    phrasing: str
    text: str
    company: str
    truth: Stated


@dataclass(frozen=True)
class _Facts:
    """What is true of a community, in the words of whoever writes of it."""

    community: str
    company: str
    other: str
    completed: str
    completed_iso: str
    delivered: str
    delivered_iso: str
    area: str
    square_metres: float
    type_words: str
    type_name: str
    streets: str


def introductions(count: int, seed: int = 2026) -> list[Introduction]:
    """Return so many introductions, plain and hard ones by turns."""
    random = Random(seed)
    kinds = [*PLAIN.items(), *HARD.items()]
    made = []
    for number in range(count):
        name, write = kinds[number % len(kinds)]
        facts = _facts(random)
        text, about, stated = write(facts)
        made.append(Introduction(name, text, about, {**dict.fromkeys(FIELDS), **stated}))
    return made


def _facts(random: Random) -> _Facts:
    at = names.place(random)
    company, other = names.company(random, at), names.company(random, names.place(random))
    community = names.community(random)
    while any(word in community for word in _TELLING_NAMES):
        community = names.community(random)
    year, month = random.randint(1998, 2018), random.randint(1, 11)
    later = month + 1
    tenths = random.randint(31, 620)
    kind = random.choice(tuple(_TYPES))
    return _Facts(
        community,
        company,
        other,
        *random.choice(((f"{year}年{month}月", f"{year}-{month:02d}"), (f"{year}年", f"{year}"))),
        *random.choice(
            (
                (f"{year}年{later}月", f"{year}-{later:02d}"),
                (f"{year}年{later}月28日", f"{year}-{later:02d}-28"),
                (f"{year}.{later}", f"{year}-{later:02d}"),
            )
        ),
        *random.choice(
            ((f"{tenths / 10:g}万平方米", tenths * 1_000.0), (f"{tenths * 1000:,}㎡", tenths * 1_000.0)),
        ),
        random.choice(_TYPES[kind]),
        kind,
        f"{names.address(random, at)}",
    )


def _whole(of: _Facts, *fields: str) -> dict[str, str | float]:
    every: dict[str, str | float] = {
        "company": of.company,
        "completed": of.completed_iso,
        "delivered": of.delivered_iso,
        "floor_area": of.square_metres,
        "project_type": of.type_name,
    }
    return {name: every[name] for name in fields or FIELDS}


_Written = tuple[str, str, Mapping[str, str | float]]
_Writer = Callable[[_Facts], _Written]

PLAIN: dict[str, _Writer] = {
    "as annex 2 asks": lambda of: (
        (f"{of.community}位于{of.streets}，物业服务企业为{of.company}，{of.completed}建成，{of.delivered}交付，"
        f"建筑面积{of.area}，属{of.type_words}。"), "", _whole(of),
    ),
    "labels and colons": lambda of: (
        (f"小区名称：{of.community}。地址：{of.streets}。物业服务企业：{of.company}。建成年份：{of.completed}。"
        f"建筑面积：{of.area}。项目类型：{of.type_words}。"), "", _whole(of, "company", "completed", "floor_area", "project_type"),
    ),
    "served by": lambda of: (
        (f"{of.community}坐落于{of.streets}，建成于{of.completed}，总建筑面积约{of.area}，共12栋住宅、1280户，是{of.type_words}，"
        f"由{of.company}提供物业服务。"), "", _whole(of, "company", "completed", "floor_area", "project_type"),
    ),
    "handed over and total": lambda of: (
        (f"{of.community}地处{of.streets}，于{of.delivered}正式交付使用。小区占地面积3.2万平方米，总建筑面积{of.area}，"
        f"绿化率35%，容积率2.1。项目由{of.company}负责物业管理。"), "", _whole(of, "company", "delivered", "floor_area"),
    ),
    "since": lambda of: (
        f"自{of.delivered}交付以来，{of.community}一直由{of.company}管理，建筑面积共{of.area}，为{of.type_words}。", "",
        _whole(of, "company", "delivered", "floor_area", "project_type"),
    ),
    "completed and handed over": lambda of: (
        f"{of.community}{of.delivered}竣工交付，项目性质为{of.type_words}，物业公司为{of.company}，在册业主960户。", "",
        {**_whole(of, "company", "delivered", "project_type"), "completed": of.delivered_iso},
    ),
    "type first": lambda of: (
        f"{of.community}属于{of.type_words}，位于{of.streets}，{of.completed}竣工，{of.delivered}交房，总建面{of.area}。",
        f"{of.company}成立于2003年，主营住宅小区物业服务。",
        _whole(of) if "集团" not in of.company and "股份" not in of.company
        else _whole(of, "completed", "delivered", "floor_area", "project_type"),
    ),
    "company serves": lambda of: (
        f"{of.community}，交付时间为{of.delivered}，建筑总面积为{of.area}。{of.company}为小区提供专业化物业服务。", "",
        _whole(of, "company", "delivered", "floor_area"),
    ),
    "a table's words": lambda of: (
        (f"建成时间：{of.completed}；交付时间：{of.delivered}；建筑面积：{of.area}；项目类型：{of.type_words}；"
        f"物业服务单位：{of.company}"), "", _whole(of),
    ),
    "moved in": lambda of: (
        f"{of.community}位于{of.streets}，{of.delivered}业主入住，现由{of.company}服务，项目类型为{of.type_words}。", "",
        _whole(of, "company", "delivered", "project_type"),
    ),
    "with a short name": lambda of: (
        f"{of.community}（以下简称“小区”）建成于{of.completed}，由{of.company}（以下简称“公司”）实施物业管理，总建筑面积达{of.area}。",
        "", _whole(of, "company", "completed", "floor_area"),
    ),
    "developed and served": lambda of: (
        (f"{of.community}由鸿坤置业有限公司开发建设，{of.delivered}交付业主，总建筑面积{of.area}，其中地上建筑面积2.9万平方米。"
        f"物业服务企业是{of.company}，属{of.type_words}。"), "",
        _whole(of, "company", "delivered", "floor_area", "project_type"),
    ),
    "spaces around figures": lambda of: (
        f"{of.community} 于 {of.completed} 建成 ，建筑面积 {of.area} ，属 {of.type_words} 。", "",
        _whole(of, "completed", "floor_area", "project_type"),
    ),
    "long sentence": lambda of: (
        (f"{of.community}是{of.completed}建成的{of.type_words}，东临城市公园，南接地铁3号线，配有幼儿园和社区食堂，建筑面积{of.area}，"
        f"{of.company}自{of.delivered}起为小区提供物业服务。"), "", _whole(of, "company", "completed", "floor_area", "project_type"),
    ),
}  # fmt: skip

HARD: dict[str, _Writer] = {
    "in phases": lambda of: (
        f"{of.community}分三期开发，一期{of.completed}建成，二期{of.delivered}交付，总建筑面积{of.area}，由{of.company}服务。", "",
        _whole(of, "company"),
    ),
    "handed over bit by bit": lambda of: (
        f"{of.community}自{of.delivered}起陆续交付，项目类型为{of.type_words}，建筑面积{of.area}。", "",
        _whole(of, "floor_area", "project_type"),
    ),
    "taken over": lambda of: (
        f"{of.community}为{of.type_words}，{of.company}自{of.delivered}接管小区以来，持续提升服务品质。", "",
        _whole(of, "project_type"),
    ),
    "land and plot ratio only": lambda of: (
        f"{of.community}总占地面积{of.area}，容积率1.8，地上建筑面积{of.area}，地下建筑面积2.1万平方米。", "", {},
    ),
    "mixed": lambda of: (
        f"{of.community}为商品房与安置房混合小区，{of.delivered}交付，建筑面积{of.area}。", "", _whole(of, "delivered", "floor_area"),
    ),
    "developer beside the company": lambda of: (
        f"{of.community}开发商为鸿坤房地产开发有限公司，物业公司为{of.company}，{of.completed}建成。", "",
        _whole(of, "company", "completed"),
    ),
    "earlier company": lambda of: (
        f"{of.community}原物业公司为{of.other}，业主意见较大。现由{of.company}提供物业服务，属{of.type_words}。", "",
        _whole(of, "company", "project_type"),
    ),
    "earlier company alone": lambda of: (
        f"{of.community}曾由{of.other}服务，后经业主大会表决更换物业，{of.completed}建成。", "", _whole(of, "completed"),
    ),
    "one after the other": lambda of: (
        f"{of.community}先后由{of.other}、{of.company}提供物业服务，{of.delivered}交付使用。", "", _whole(of, "delivered"),
    ),
    "other things were finished": lambda of: (
        f"{of.community}位于{of.streets}，2021年建成智慧门禁系统，地下车库于2019年扩建，2020年交付使用，电梯2022年更新。", "", {},
    ),
    "neighbours": lambda of: (
        f"{of.community}周边有安置房小区和{of.delivered}交付的实验小学，毗邻2016年建成的市民广场，由{of.company}服务。", "",
        _whole(of, "company"),
    ),
    "a range": lambda of: (
        f"{of.community}建成于2004年至2007年，{of.delivered}前后交付，建筑面积10万—12万平方米，属{of.type_words}。", "",
        _whole(of, "project_type"),
    ),
    "plans": lambda of: (
        f"{of.community}计划于2027年6月交付二标段，预计建筑面积{of.area}，拟由{of.company}承接。", "", {},
    ),
    "what it was": lambda of: (
        f"{of.community}曾是无人管理的弃管小区，{of.completed}建成，由{of.company}负责物业服务。", "",
        _whole(of, "company", "completed"),
    ),
    "rates and people": lambda of: (
        f"{of.community}2025年入住率达96%，2025年入住业主1260户，户均建筑面积98平方米，商品一条街紧邻小区。", "", {},
    ),
    "said twice": lambda of: (
        f"{of.community}建成于{of.completed}，建筑面积{of.area}。小区1996年竣工，物业公司为{of.company}。",
        f"{of.other}成立于2001年，是一家专业物业服务企业。",
        _whole(of, "floor_area") if "集团" not in of.other and "股份" not in of.other else _whole(of, "company", "floor_area"),
    ),
    "no company but a group": lambda of: (
        f"{of.community}属{of.type_words}，{of.delivered}交付。",
        "中海物业服务集团有限公司成立于1986年，为全国百强物业企业。", _whole(of, "delivered", "project_type"),
    ),
    "we": lambda of: (
        f"{of.community}位于{of.streets}，我公司于2018年进驻，{of.completed}建成。", "本公司成立于2003年，是市物协会员单位。",
        _whole(of, "completed"),
    ),
    "template left": lambda _: (
        "XX小区位于XX路，物业服务企业为XX物业服务有限公司，XXXX年建成，建筑面积XX万平方米，属商品住宅小区/安置房小区。", "", {},
    ),
    "second phase by name": lambda of: (
        f"{of.community}二期位于{of.streets}，{of.delivered}交付，建筑面积{of.area}，物业服务企业：{of.company}。", "",
        _whole(of, "company", "delivered", "floor_area"),
    ),
    "started, not completed": lambda of: (
        f"{of.community}始建于1997年，为老旧小区，{of.company}2019年中标，开展物业服务。", "", {},
    ),
}  # fmt: skip
