"""The digest as a chat group reads it: one short text, first what needs doing, with the numbers of the whole digest."""

from collections.abc import Iterable, Sequence

from reports.digest.content import Content
from reports.digest.parts import Group, Item, Number
from reports.wording import clipped, masked, month_and_day, one_line

# A WeCom robot takes texts of 2,048 bytes at the most; the other services take more, and a chat wants no more.
LONGEST = 2048
# From how many things a group names each, down to its number alone, until the text is short enough.
_NAMED = (3, 2, 1, 0)
_ITEM_LENGTH, _LINE_LENGTH, _NOTES = 60, 160, 3
# In a chat a text in angle brackets can call a whole group together.
_BRACKETS = str.maketrans("<>", "＜＞")


def chat_text(content: Content, whole: str, notes: Sequence[str] = ()) -> str:
    """Return the text for chats, at most LONGEST bytes: as many details as fit, cut between lines and never within.

    `whole` says where the whole digest is; `notes` are said first, they are about the sending itself.
    """
    texts = ("\n".join(_lines(content, whole, notes, named)) for named in _NAMED)
    return next((text for text in texts if fits(text)), _cut(_lines(content, whole, notes, 0)))


def fits(text: str) -> bool:
    """Tell whether a text is short enough for every service."""
    return len(text.encode()) <= LONGEST


def _lines(content: Content, whole: str, notes: Sequence[str], named: int) -> list[str]:
    rest = [f"另有 {len(notes) - _NOTES} 条发送情况，见日报"] if len(notes) > _NOTES else []
    lines = [*_head(content), *notes[:_NOTES], *rest, *_todo(content.todo.groups, named), *_numbers(content)]
    return [_shown(line) for line in (*lines, f"数据截至 {content.as_of_text}。{whole}")]


def _head(content: Content) -> Iterable[str]:
    stopped = "【收信中断】" if content.stopped else ""
    yield f"{stopped}{content.title}日报（{month_and_day(content.day)}）"
    todo = f"今天需要处理 {content.todo.count} 项" if content.todo.count else "没有需要人工处理的事项"
    yield f"{todo}；{content.countdown.text}"


def _todo(groups: Iterable[Group], named: int) -> Iterable[str]:
    for group in groups:
        # Masked before it is clipped: half a number would be a number no more.
        items = [clipped(masked(one_line(_said(item))), _ITEM_LENGTH) for item in group.items[:named]]
        more = "等" if items and group.count > len(items) else ""
        yield f"· {group.title} {group.count} {group.unit}{'：' if items else ''}{'；'.join(items)}{more}"


def _said(item: Item) -> str:
    return " ".join(part for part in (item.where, item.text) if part)


def _numbers(content: Content) -> Iterable[str]:
    yield f"变化：{_row(content.changes_sum)}" if content.changes.groups else content.idle
    yield f"各省：{_row(content.sums)}"
    yield _row(content.case_sums)
    silent = f"（另有 {len(content.silent)} 个省{content.silent_word}{_beside(content)}）" if content.silent else ""
    late = f"；迟报 {content.late.count} 项" if content.late.count else ""
    lacking = f"{content.outstanding.title} {content.outstanding.count} 项"
    yield f"新到来信 {content.arrivals.count} 封；{lacking}{silent}{late}"
    yield _row(content.mail_sums, " ")


def _beside(content: Content) -> str:
    """Return that some of the silent may have sent: a group that is told who is silent passes it on."""
    return "，其中可能有已来信而未认定、未读出的，见日报" if content.beside_silent else ""


def _row(numbers: Iterable[Number], between: str = "") -> str:
    """Return numbers in a sentence, as the digest's text has them."""
    counts = ((one, f"{one.of.count} {one.unit}".rstrip()) for one in numbers)
    return between.join(f"{one.before} {count}{one.after}" for one, count in counts)


def _shown(line: str) -> str:
    return clipped(masked(one_line(line)), _LINE_LENGTH * 2).translate(_BRACKETS)


def _cut(lines: Sequence[str]) -> str:
    """Return the first and the last line, and as many of those between as fit."""
    first, *between, last = (clipped(line, _LINE_LENGTH) for line in lines)
    kept = list(between)
    while kept and not fits("\n".join((first, *kept, "……", last))):
        kept.pop()
    return "\n".join((first, *kept, "……", last))
