"""The page for the leadership in official tone (截至…，已收到…): the digest's own numbers, on one A4 page of Word."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.digest.content import Content, content_of
from reports.digest.page import as_brief
from reports.elsewhere import unseen
from reports.finding import Assessment
from reports.making.word import Paper, Passage, fits, one_page
from reports.wording import joined, month_and_day

_TITLE = "进展情况"
_DIGITS = "一二三四五六七八九"
_TEN = 10
_END = (23, 59)
_KINDS_WHERE_CROWDED, _NAMES_WHERE_CROWDED = 6, 12
# The digest's groups as they are said to the leadership; the others go by their own titles.
_SAID: Mapping[str, str] = {
    "收信中断": "收不了信的邮箱 {} 个",
    "待认定发信单位": "发信单位待认定的来信 {} 封",
    "发信人可疑": "发信人可疑的来信 {} 封",
    "打不开的文件": "打不开的文件 {} 个",
    "超出名额": "推荐案例超出名额的城市 {} 个",
    "须改正": "不符合通知要求、须改正的问题 {} 项",
    "请核对": "填写、照片、来信等须核对的问题 {} 项",
    "近三天的咨询": "近三天等待答复的咨询 {} 封",
}
# Official papers set no space between figures and characters.
_SPACE = re.compile(r"(?<=[\d）])[ ](?=[\u3000-\u9fff（])|(?<=[\u3000-\u9fff）])[ ](?=\d)")


@dataclass(frozen=True)
class Brief:
    """What the page says beside the digest's content: every number is one of the digest."""

    moment: str
    senders: int
    arrived: int
    complete: int
    provinces: int
    done: int
    partly: int
    none: int
    silent: str
    unseen: tuple[str, ...]
    nothing: tuple[str, ...]
    problems: tuple[str, ...]
    deadline: str
    due: str


def brief(assessment: Assessment) -> bytes:
    """Return the page as .docx; where it would not fit, names of provinces and kinds of problems are left out."""
    content = content_of(assessment, None)
    paper = _paper(content, assessment, crowded=False)
    return one_page(paper if fits(paper) else _paper(content, assessment, crowded=True))


def brief_text(assessment: Assessment) -> str:
    """Return what the page says, as text."""
    return "\n".join(f"{one.head}{one.text}" for one in _paper(content_of(assessment, None), assessment).passages)


def _paper(content: Content, assessment: Assessment, *, crowded: bool = False) -> Paper:
    at = assessment.picture.as_of.astimezone(assessment.picture.campaign.call.zone)
    told = _brief(content, assessment, crowded=crowded)
    written = _SPACE.sub("", as_brief(content, told))
    lines = [line.partition("|") for line in written.splitlines() if line.strip()]
    return Paper(
        title=_SPACE.sub("", f"{content.title}\n{_TITLE}"),
        below=f"（截至{told.moment}）",
        passages=tuple(Passage(head, text) for head, _, text in lines),
        foot=f"{at.year}年{month_and_day(at.date())}",
        made=assessment.picture.as_of,
        signed=letters.signature if (letters := assessment.picture.campaign.letters) else (),
    )


def _brief(content: Content, assessment: Assessment, *, crowded: bool) -> Brief:
    picture, call = assessment.picture, assessment.picture.campaign.call
    at = picture.as_of.astimezone(call.zone)
    by_status = {one.of.title: one.of.count for one in content.sums}
    numbers = [one.of.count for one in content.case_sums]
    views = picture.associations
    return Brief(
        moment=_moment(at),
        senders=sum(view.status != "none" for view in views),
        arrived=numbers[1],
        complete=numbers[2],
        provinces=len(views),
        done=by_status["已报齐"],
        partly=by_status["部分报送"],
        none=by_status["未报送"],
        silent=joined(content.silent_names, _NAMES_WHERE_CROWDED if crowded else None),
        unseen=unseen(picture, content.silent),
        nothing=tuple(view.province for view in views if view.nothing_to_send and view.status == "none"),
        problems=tuple(_numbered(list(_problems(content)), _KINDS_WHERE_CROWDED if crowded else None)),
        deadline=month_and_day(call.deadline),
        due=_due(content),
    )


def _moment(at: datetime) -> str:
    """Return a moment as official papers say it: 2026年8月3日18时; the end of a day is the day."""
    day = f"{at.year}年{month_and_day(at.date())}"
    if (at.hour, at.minute) == _END:
        return day
    return f"{day}{at.hour}时{f'{at.minute}分' if at.minute else ''}"


def _problems(content: Content) -> Iterable[str]:
    """Yield what is in the way, each with its number in the digest: what is lacking and late, then what needs us."""
    if content.outstanding.count:
        lacking = f"已报送的省尚缺材料 {content.outstanding.count} 项"
        yield f"{lacking}，涉及 {len(content.outstanding.every)} 个省"
    if content.late.count:
        yield f"迟报的材料 {content.late.count} 项"
    for one in content.todo.groups:
        yield _SAID[one.title].format(one.count) if one.title in _SAID else f"{one.title} {one.count} {one.unit}"


def _numbered(problems: Sequence[str], at_most: int | None) -> Iterable[str]:
    """Yield the first problems numbered as official papers do, and how many kinds more there are."""
    for number, text in enumerate(problems[:at_most], start=1):
        yield f"{_ordinal(number)}是{text}"
    if rest := len(problems[at_most:]) if at_most else 0:
        yield f"另有 {rest} 类问题，见当日日报"


def _ordinal(number: int) -> str:
    """Return a number below twenty as a Chinese one."""
    tens, ones = divmod(number, _TEN)
    return ("十" if tens else "") + (_DIGITS[ones - 1] if ones else "")


def _due(content: Content) -> str:
    """Return what had come against what was expected by now, as an estimate."""
    now = content.progress.today if content.progress else None
    if now is None or now.expected is None or content.countdown.closed:
        return ""
    return f"按经验估计，案例至今应到约 {round(now.expected)} 个，实到 {now.arrived} 个。"
