"""Answers whose mails a mail passes on inside its own text: the header and 写道 lines that mailers write.

A provincial association often forwards what a city association wrote: that is the provenance of its material.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from parsers.addresses import addresses_in
from parsers.letter_dates import find_moment

_MOST = 50
_LINE = 2_000
_VALUE = 300
# Blank lines that may stand between the header lines of one forwarded mail.
_GAP = 2

_LABELS = {
    "from": ("发件人", "发信人", "寄件人", "寄件者", "发送人", "发送者", "From"),
    "sent": ("发送时间", "发送日期", "发件时间", "发信时间", "寄件日期", "日期", "时间", "Date", "Sent"),
    "to": ("收件人", "收信人", "收件者", "To"),
    "cc": ("抄送人", "抄送", "密送", "副本", "Cc", "Bcc", "回复地址", "Reply-To", "附件", "Attachments"),
    "subject": ("邮件主题", "主题", "标题", "主旨", "Subject"),
}


def _loose(label: str) -> str:
    """Return a pattern of a label; Aliyun writes 日　期 and 主　题."""
    return re.escape(label) if label.isascii() else r"[ \u3000]{0,2}".join(label)


_FIELDS = {label.lower(): name for name, labels in _LABELS.items() for label in labels}
_LABEL = re.compile(
    rf"(?:^|(?<=[\s;；|*:：]))({'|'.join(_loose(label) for label in _FIELDS)})[ \u3000\u00a0]{{0,3}}\*?[:：]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[>|\s\u00a0*]+")
_DATE = r"(\S.{5,80}?)"
_WHO = r"([^\n]{1,200}?)"
_WROTE = (
    # 在 2026-08-01 09:30:00，"张三" <a@163.com> 写道： · On Sat, Aug 1, 2026 at 9:30 AM 张三 <a@b.cn> wrote:
    (re.compile(rf"^(?:在|于)\s*{_DATE}[,，\s]\s*{_WHO}\s*(?:写道|写到|编写)\s*[:：]"), 1, 2),
    (re.compile(rf"^(?:On|At)\s+{_DATE},?\s+{_WHO}\s+wrote\s*:", re.IGNORECASE), 1, 2),
    # 张三 <a@b.cn> 于2026年8月1日周六 09:30写道：
    (re.compile(rf"^{_WHO}\s*(?:于|在)\s*{_DATE}\s*(?:写道|写到)\s*[:：]"), 2, 1),
)
_STARTS_WROTE = re.compile(r"^(?:在|于|On\s|At\s)|<[^<>\s]+@[^<>\s]+>\s*于")
_ENDS_WROTE = re.compile(r"(?:写道|写到|编写|wrote)\s*[:：]\s*$", re.IGNORECASE)
# Where the name begins behind a date: at a quote, or at the last word before the address.
_NAME = re.compile(
    r"(?:\"([^\"]{1,100})\"|“([^”]{1,100})”|'([^']{1,100})'|([^\s,，\"“”'<>:：\d][^\s,，\"“”'<>:：]{0,60}))\s*[<\[(（]"
)
_MAILTO = re.compile(r"[<\[(（]\s*(?:mailto:)?[^\s<>]{0,320}@.*$|[;；]\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Forwarded:
    """The header of a mail inside a mail's text; what it does not say is None. Times without a zone are China's."""

    from_name: str | None
    from_address: str | None
    sent: datetime | None
    subject: str | None
    to: tuple[str, ...] = ()


@dataclass
class _Block:
    """Header lines as they are gathered."""

    values: dict[str, str] = field(default_factory=dict)
    last: str = ""
    blank: int = 0
    line: int = 0

    def take(self, name: str, value: str) -> None:
        self.values.setdefault(name, value)
        self.last, self.blank = name, 0

    def goes_on(self, line: str) -> bool:
        """Tell whether a line without label still belongs: a blank one, a value on its own line, more recipients."""
        if not line:
            self.blank += 1
            return self.blank <= _GAP
        if not self.values[self.last]:
            self.values[self.last] = line
            return True
        return self.last in {"to", "cc"} and ("@" in line or self.values[self.last].rstrip().endswith((";", "；", ",")))

    def forwarded(self) -> Forwarded | None:
        """Return the mail; None where the lines are no mail's header: a sender and a time or a subject make one."""
        values = self.values
        if not values.get("from") or not (values.get("sent") or values.get("subject")):
            return None
        name, address = _person(values["from"])
        sent = find_moment(values.get("sent", ""))
        return Forwarded(name, address, sent, values.get("subject") or None, tuple(addresses_in(values.get("to", ""))))


def find_forwarded(text: str) -> tuple[Forwarded, ...]:
    """Return the mails quoted or passed on in a body's text, outermost first, at most 50; never raises."""
    found: list[Forwarded] = []
    for _, one in _all(text):
        if not found or one != found[-1]:
            found.append(one)
        if len(found) >= _MOST:
            break
    return tuple(found)


def quotes_in(text: str) -> list[tuple[int, Forwarded]]:
    """Return (where its header begins, the mail) of the mails quoted or passed on in a text, in order."""
    found = dict(islice(_all(text), _MOST))
    starts = enumerate(chain([0], (match.end() for match in re.finditer("\n", text))))
    return [(start, found[line]) for line, start in starts if line in found]


def _all(text: str) -> Iterator[tuple[int, Forwarded]]:
    """Yield (number of its first line, the mail)."""
    lines = [_QUOTED.sub("", line[:_LINE]).strip() for line in text.split("\n")]
    block = _Block()
    for number, line in enumerate(lines):
        pairs = _labelled(line)
        wrote = None if pairs else _wrote(line, lines[number + 1] if number + 1 < len(lines) else "")
        ends = wrote or (not pairs and block.values and not block.goes_on(line))
        if ends or (pairs and _begins_another(block, pairs)):
            yield from _told(block, (number, wrote))
            block = _Block()
        if pairs and not block.values:
            block.line = number
        for name, value in pairs:
            block.take(name, value)
    yield from _told(block)


def _told(block: _Block, wrote: tuple[int, Forwarded | None] = (0, None)) -> Iterator[tuple[int, Forwarded]]:
    return ((line, one) for line, one in ((block.line, block.forwarded()), wrote) if one)


def _begins_another(block: _Block, pairs: list[tuple[str, str]]) -> bool:
    return "from" in block.values and any(name == "from" for name, _ in pairs)


def _labelled(line: str) -> list[tuple[str, str]]:
    """Return (field, value) of the labels of a line; words may stand before them only where several are in one line."""
    matches: dict[str, re.Match[str]] = {}
    for match in _LABEL.finditer(line):
        name = _FIELDS[re.sub(r"[ \u3000]", "", match[1]).lower()]
        if name in matches or "subject" in tuple(matches)[:1]:
            # A subject may hold labels itself.
            break
        matches[name] = match
    first = next((match.start() for match in matches.values()), 0)
    if first and not ("from" in matches and len(matches) > 1):
        return []
    ends = [*(match.start() for match in matches.values()), len(line)][1:]
    values = [line[match.end() : end] for match, end in zip(matches.values(), ends, strict=False)]
    return [(name, value.strip(" \t\u3000*")[:_VALUE]) for name, value in zip(matches, values, strict=False)]


def _wrote(line: str, following: str) -> Forwarded | None:
    """Return the mail of a 写道 line, which may be broken in two."""
    if not _STARTS_WROTE.search(line):
        return None
    if not _ENDS_WROTE.search(line):
        line = f"{line} {following}"
    for pattern, when, who in _WROTE if _ENDS_WROTE.search(line) else ():
        match = pattern.search(line[:_VALUE])
        if match is None:
            continue
        # The date and the name are told apart by their looks, not by the comma between them.
        sent, (_, address) = find_moment(match[0] if when < who else match[when]), _person(match[who])
        name = _NAME.search(line)
        said = next((group for group in name.groups() if group), None) if name else None
        if address or sent:
            return Forwarded(said or (None if address else match[who].strip(" \"'“”")), address, sent, None)
    return None


def _person(text: str) -> tuple[str | None, str | None]:
    """Return (name, address) of a sender as mailers show it: "张三" <a@b.cn>; · 张三 [mailto:a@b.cn] · a@b.cn."""
    address = next(iter(addresses_in(re.sub(r"mailto:", "", text, flags=re.IGNORECASE))), None)
    name = _MAILTO.sub("", text).strip(" \t\u3000;；\"'“”")
    return (None if not name or "@" in name else name), address
