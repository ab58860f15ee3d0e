"""How screening is said: the words of the drop-downs, the headings by which copies are understood, and variants.

What a reviewer writes otherwise than in the drop-down is read where it can only mean one thing; all else is told.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

BOX = "□"
# What a cell is kept as, and how it stands in the drop-down.
VERDICTS: Mapping[str, str] = {"adopt": "采用", "reject": "不采用", "undecided": "待议"}
VETOES: Mapping[str, str] = {"yes": "是", "no": "否", "check": "待核"}
SHOWN: Mapping[str, str] = {"shown": "体现", "partly": "部分体现", "absent": "未体现"}

# The headings of the two tables; the boxes are headed by the campaign's veto items.
NUMBER, PROVINCE, CITY, COMMUNITY, COMPANY, TYPE = "序号", "省份", "城市", "小区名称", "物业服务企业", "项目类型"
DELIVERED, RATE, AREA, COMPLETE = "交付时间", "收缴率", "建筑面积（㎡）", "材料齐全"
FINDINGS, LENGTHS = "待处理问题", "各节字数（实际/要求）"
VERDICT, MERIT, REASON, REVIEWER = "结论", "亮点", "理由", "评阅人"
DIRECTION, POINT, PASSAGES, IS_SHOWN, NOTE = (
    "方向",
    "要点（附件1原文）",
    "相关段落（按词语找出，未作判断）",
    "是否体现",
    "备注",
)
CASE_KEY, POINT_KEY = "案例标识（请勿改动）", "要点标识（请勿改动）"
NOTHING_FOUND = "未找到相关段落"

_TICKS = ("√", "✓", "✔", "☑", "■", "是", "Y", "YES", "TRUE", "对")
_BLANK = frozenset(("", "□", "☐", "-", "—", "/", "、"))
SAID: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "verdict": {
        "adopt": ("采用", "建议采用", "同意采用", "拟采用", "可采用", "予以采用"),
        "reject": ("不采用", "建议不采用", "不予采用", "不建议采用", "拟不采用", "不同意采用"),
        "undecided": ("待议", "待定", "待商议", "再议", "待讨论"),
    },
    "veto": {
        "yes": (*_TICKS, "有", "存在", "属实"),
        "no": ("否", "N", "NO", "FALSE", "无", "没有", "不存在"),
        "check": ("待核", "待核实", "待查", "待核查", "需核实"),
    },
    "shown": {
        "shown": (*_TICKS, "体现", "已体现", "有体现", "充分体现"),
        "partly": ("部分体现", "部分", "有所体现", "基本体现"),
        "absent": ("未体现", "没有体现", "不体现", "无体现", "否", "N", "NO", "FALSE", "无"),
    },
}
_KNOWN = {what: {word: code for code, words in said.items() for word in words} for what, said in SAID.items()}


def plain(text: str) -> str:
    """Return a text as it is compared: without white space, in narrow capitals, without a mark at its end."""
    narrow = unicodedata.normalize("NFKC", text).upper()
    return "".join(one for one in narrow if not one.isspace() and unicodedata.category(one) != "Cf").strip("。.!;")


def is_blank(text: str) -> bool:
    """Tell whether a cell is as empty as it was handed out: nothing, an empty box, a stroke."""
    return plain(text) in _BLANK


def code_of(what: str, text: str) -> str | None:
    """Return what a cell of a kind (verdict, veto, shown) says as a code, "" where blank; None where nobody can tell.

    A cross is not read: beside ticks it means no, in a box yes; nor a circle, which is an empty box to some.
    """
    return "" if is_blank(text) else _KNOWN[what].get(plain(text))


def review_said(value: Mapping[str, Any]) -> str:
    """Return a review in short: 采用；一票否决：否决1 拒不退出 是、否 4 项；要点：体现 9、部分体现 3."""
    denied = list(value["veto"].values()).count("no")
    boxes = "、".join([*boxes_said(value, "yes", "check"), *([f"{VETOES['no']} {denied} 项"] if denied else [])])
    parts = [
        VERDICTS.get(value["verdict"], "未下结论"),
        f"一票否决：{boxes}" if boxes else "",
        f"要点：{points}" if (points := points_said(value)) else "",
    ]
    return "；".join(part for part in parts if part)


def boxes_said(value: Mapping[str, Any], *codes: str) -> list[str]:
    """Return the veto boxes that a reviewer filled in with one of these codes: 否决1 拒不退出 是."""
    wanted = {name: code for name, code in value["veto"].items() if code in codes}
    return [f"{value['names'].get(name, name)} {VETOES[code]}" for name, code in wanted.items()]


def points_said(value: Mapping[str, Any]) -> str:
    """Return how many points a reviewer finds shown, partly shown and not: 体现 9、部分体现 3."""
    counts = Counter(own["shown"] for own in value["points"].values())
    return "、".join(f"{label} {counts[code]}" for code, label in SHOWN.items() if counts[code])
