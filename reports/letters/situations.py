"""What templates may speak of: every placeholder, and sample values of all situations that they must serve."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from config.campaign import Campaign
from reports.making.templating import Demands

REMINDER, AMENDMENT, RECEIPT = "催报函", "补正通知", "收件回执"
KINDS = (REMINDER, AMENDMENT, RECEIPT)
WECHAT = "微信"
TEMPLATES = (*KINDS, WECHAT)
SUBJECT = "主题："

# Every placeholder: what it is, for the head of the files that staff change.
PLACEHOLDERS: Mapping[str, str] = {
    "种类": "催报函、补正通知或收件回执",
    "协会": "省级物协的全称",
    "省份": "如 浙江",
    "征集": "征集活动的名称",
    "通知": "通知的全称和文号",
    "主办": "主办单位",
    "邮箱": "材料接收邮箱",
    "截止日": "如 8月5日；同意延期的省是延期后的日子",
    "剩余天数": "距截止还有几天（数字）；截止后是 0",
    "已截止": "截止日过了没有（只用于 if）",
    "延期": "是不是同意延期的省（只用于 if）",
    "未报": "是不是什么都还没有收到（只用于 if）",
    "日期": "函件日期，如 2026年7月29日",
    "今日": "如 7月29日",
    "尚缺数": "还没有收到的有几项（数字）",
    "补正数": "收到了而需要补正的有几项（数字）",
    "事项": "逐项列出：还缺什么、要补正什么；没有时是空的",
    "已收": "逐项列出：已经收到什么（收件回执用）",
    "曾提请": "全部事项此前提请过的日子，如 7月20日；没有提请过是空的",
    "已齐": "应报送的材料是不是都齐了（只用于 if）",
    "要点": "事项的简短写法，重要的在前（微信用）",
    "余项": "要点里没有写下的还有几项（数字）",
    "电话": "通知公布的联系电话",
    "落款": "落款单位，一行一个",
}
_ITEMS, _CAME, _POINTS = "【此处逐项列出事项】", "【此处逐项列出已收到的材料】", "【此处列出要点】"


def demands(name: str, campaign: Campaign) -> Demands:
    """Return what a template is checked against."""
    kinds = KINDS if name == WECHAT else (name,)
    first = "" if name == WECHAT else SUBJECT
    return Demands(list(_situations(kinds)), lambda values: _must(name, values), campaign.letters.never, first)


def _must(name: str, values: Mapping[str, Any]) -> Sequence[str]:
    """Return the values that a letter is not exact without."""
    wanted = ["要点"] if name == WECHAT else ["事项", *(["已收"] if name == RECEIPT else [])]
    return [one for one in wanted if values[one]]


def _situations(kinds: Sequence[str]) -> list[dict[str, Any]]:
    made, either = [], (False, True)
    for kind, closed, granted, silent, asked in product(kinds, either, either, either, either):
        if silent and kind != REMINDER:
            continue
        for missing, amend in ((1, 0), (3, 2)) if silent or kind == REMINDER else ((0, 4), (2, 1), (0, 0)):
            if kind == AMENDMENT and not amend:
                continue
            made.append(_sample(kind, (missing, amend), closed=closed, granted=granted, silent=silent, asked=asked))
    return made


def _sample(
    kind: str, counts: tuple[int, int], *, closed: bool, granted: bool, silent: bool, asked: bool
) -> dict[str, Any]:
    missing, amend = counts
    return {
        "种类": kind,
        "协会": "〔某省物业管理协会〕",
        "省份": "某省",
        "征集": "某年某征集",
        "通知": "《某通知》（某号）",
        "主办": "某协会",
        "邮箱": "box@example.cn",
        "截止日": "8月5日",
        "剩余天数": 0 if closed else 7,
        "已截止": closed,
        "延期": granted,
        "未报": silent,
        "日期": "2026年7月29日",
        "今日": "7月29日",
        "尚缺数": missing,
        "补正数": amend,
        "事项": _ITEMS if missing + amend else "",
        "已收": "" if silent else _CAME,
        "已齐": missing + amend == 0 and asked,
        "曾提请": "7月20日" if asked and missing + amend else "",
        "要点": _POINTS if missing + amend or kind == RECEIPT else "",
        "余项": 3 if asked and missing + amend else 0,
        "电话": "010-00000000",
        "落款": "某部\n某社",
    }
