"""How things are said to people: Chinese words for codes, moments, sizes, joined names, and masked phone numbers."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from math import ceil

from store.decisions import Decided

SEVERITIES: Mapping[str, str] = {"error": "须改正", "warning": "请核对", "info": "提示"}
STATUSES: Mapping[str, str] = {"none": "未报送", "partial": "部分报送", "complete": "已报齐"}
PHASES: Mapping[str, str] = {"outstanding": "待报", "missing": "缺报"}
FINDING_STATUSES: Mapping[str, str] = {"open": "待处理", "waived": "已豁免", "fixed": "已解决"}
FINDING_SUBJECTS: Mapping[str, str] = {"association": "协会", "case": "案例", "message": "来信", "file": "文件"}
LEVELS: Mapping[str, str] = {
    "provincial": "省级物协",
    "city": "市级物协",
    "enterprise": "物业服务企业",
    "other": "其他单位",
}
MESSAGE_KINDS: Mapping[str, str] = {
    "submission": "报送",
    "inquiry": "咨询",
    "automatic": "自动邮件",
    "unrelated": "无关邮件",
}

# A mobile number as people write it: 13812345678, 138 1234 5678, 138-1234-5678, 1381-2345-678, with or without +86.
# `\d` also means full-width digits.
_GAP = r"[\s\-‐-―－.·]{0,2}"
_START = "[1１][3-9３-９]"
_MOBILE = rf"{_START}\d(?:{_GAP}\d{{4}}){{2}}|{_START}\d\d(?:{_GAP}\d{{3}}{_GAP}\d{{4}}|{_GAP}\d{{4}}{_GAP}\d{{3}})"
_MOBILES = re.compile(rf"(?<!\d)((?:(?:\+|＋|00)?86{_GAP})?)((?:{_MOBILE})+)(?!\d)")
_ONE_MOBILE = re.compile(_MOBILE)
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
# Where a mail quotes another one, and where its sentences end.
_QUOTED = re.compile(r"^\s*(?:>|-{3,}.*(?:原始邮件|转发|Original|Forwarded)|发件人[:：]|From:)", re.MULTILINE)
_SENTENCES = re.compile(r"[。；;！!？?\n]+")
_LOOKED_AT = 5_000
_LINK = re.compile(r"(?<=[A-Za-z])://")
_KILOBYTE, _MEGABYTE, _GIGABYTE = 1_000, 1_000_000, 1_000_000_000
# Categories of characters that are not seen, or that turn the reading direction of what stands around them.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clock(moment: datetime, zone: tzinfo) -> str:
    """Return a moment to the minute: 2026-07-20 08:30."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def short_clock(moment: datetime, zone: tzinfo) -> str:
    """Return a moment of this year to the minute: 07-20 08:30."""
    return moment.astimezone(zone).strftime("%m-%d %H:%M")


def month_and_day(day: date) -> str:
    """Return a day as it is said: 7月20日."""
    return f"{day.month}月{day.day}日"


def decided_by(one: Decided, zone: tzinfo) -> str:
    """Return who decided something, when and why: 陈静 7月21日：电话核实."""
    when = month_and_day(one.decided_at.astimezone(zone).date())
    return f"{one.person} {when}{f'：{one.note}' if one.note else ''}"


def weekday(day: date) -> str:
    """Return the day of the week: 星期一."""
    return "星期" + "一二三四五六日"[day.weekday()]


def hours(start: datetime, end: datetime) -> str:
    """Return how long something has lasted: in whole hours, and below one in minutes, of which the last has begun."""
    lasted = end - start
    if lasted >= timedelta(hours=1):
        return f"{lasted // timedelta(hours=1)} 小时"
    return f"{max(ceil(lasted / timedelta(minutes=1)), 1)} 分钟"


def size(count: int) -> str:
    """Return a number of bytes for people; 1 MB is 1,000,000 bytes (domain.md section 6.5)."""
    if count >= _GIGABYTE:
        return f"{count / _GIGABYTE:,.1f} GB".replace(".0 GB", " GB")
    if count >= _MEGABYTE:
        return f"{count / _MEGABYTE:,.1f} MB"
    return f"{count / _KILOBYTE:,.0f} KB" if count >= _KILOBYTE else f"{count} B"


def yes_no(value: bool | None) -> str:  # noqa: FBT001 (the value itself is what is said)
    """Return 是, 否, or nothing where it is not known."""
    return "" if value is None else "是" if value else "否"


def there(value: bool | None) -> str:  # noqa: FBT001 (the value itself is what is said)
    """Return 有, 无, or nothing where it is not known."""
    return "" if value is None else "有" if value else "无"


def joined(names: Iterable[str], at_most: int | None = None) -> str:
    """Return names in a row; where there are more than `at_most`, the first of them and how many there are."""
    known = list(names)
    if at_most is None or len(known) <= at_most:
        return "、".join(known)
    return f"{'、'.join(known[:at_most])}等 {len(known)} 个"


def sound(text: str) -> str:
    """Return a text that can be written as UTF-8: half characters from broken mails become U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def one_line(text: str) -> str:
    """Return a stranger's text on one line, without unseen characters and without links that a mail client opens."""
    spaced = " ".join(sound(text).split())
    seen = "".join(character for character in spaced if unicodedata.category(character) not in _UNSEEN)
    return _LINK.sub("：//", seen)


def own_sentences(text: str) -> list[str]:
    """Return the sentences that a mail's writer wrote, without what it quotes; a long mail is not read to its end."""
    own = text[: quoted.start()] if (quoted := _QUOTED.search(text)) else text
    return [sentence.strip() for sentence in _SENTENCES.split(own[:_LOOKED_AT]) if sentence.strip()]


def clipped(text: str, length: int) -> str:
    """Return a text of at most `length` characters, with … where something is left out."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def masked(text: str) -> str:
    """Return a text in which mobile numbers (138****5678) and identity numbers are masked."""
    hidden = _IDENTITY.sub(lambda match: f"{match[0][:6]}********{match[0][-4:]}", text)
    return _MOBILES.sub(lambda match: match[1] + _ONE_MOBILE.sub(_masked_mobile, match[2]), hidden)


def _masked_mobile(match: re.Match[str]) -> str:
    digits = [character for character in match[0] if character.isdigit()]
    return f"{''.join(digits[:3])}****{''.join(digits[-4:])}"
