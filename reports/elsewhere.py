"""Where may be what seems not to be there? Files that nobody could open, read or place, links, mails of nobody.

Nobody who sent everything shall be told that he did not: whoever says that something is missing says this beside it.
"""

from collections.abc import Iterable, Sequence

from reports.facts import file_facts
from reports.incoming import FileView, MessageView
from reports.mail_side import LinkView
from reports.picture import Picture
from reports.tally import place_of
from reports.wording import MESSAGE_KINDS, clipped, joined, one_line

_NAMED = 3
_NAME_LENGTH = 40
# Of what cannot be opened, why.
LOCKED = {
    "encrypted": "要密码",
    "corrupt": "损坏",
    "unsupported": "这里读不了",
    "volume_missing": "缺分卷",
    "unsafe": "不安全，没有打开",
}


def strangers(picture: Picture) -> list[MessageView]:
    """Return the submissions of which nobody knows the province."""
    return [one for one in picture.messages if place_of(one) == "filed" and one.province is None]


def is_unread(message: MessageView) -> bool:
    """Tell whether a mail could not be read, or was not yet."""
    return place_of(message) in ("failed", "waiting")


def withheld(picture: Picture) -> int:
    """Return how many mails the servers name and do not give."""
    return sum(gap.count for gap in picture.gaps)


def stopped(picture: Picture) -> list[str]:
    """Return the mailboxes that cannot be read now."""
    return [health.mailbox for health in picture.health if health.failing_since is not None]


def of_province(picture: Picture, province: str, *, links: bool = True) -> tuple[str, ...]:
    """Return where something of a province may be that nobody has seen as what it is, a sentence each.

    Cloud links are left out where somebody else tells of them.
    """
    own = [file for file in picture.files if file.province == province and not file.case_ids and not file.superseded]
    open_ones = [link for link in picture.open_links if links and link.province == province]
    failed = [one for one in picture.messages if one.province == province and place_of(one) == "failed"]
    told = (
        _counted([file for file in own if file.status in LOCKED], "个文件打不开", reasons=True),
        _counted([file for file in own if file_facts.is_unread(file)], "个文件收到了但读不出内容"),
        _counted([file for message in _unfiled(picture, province) for file in message], "个文件还没有归到小区"),
        f"{len(open_ones)} 个云附件还没有下载（{_links(open_ones)}）" if open_ones else "",
        f"{len(failed)} 封来信未能读出（{_numbers(failed)}）" if failed else "",
    )
    return tuple(one for one in told if one)


def _unfiled(picture: Picture, province: str) -> Iterable[Sequence[FileView]]:
    messages = {message.id for message in picture.messages if message.province == province}
    return (files for message, files in picture.unfiled.items() if message in messages)


def _counted(files: Sequence[FileView], words: str, *, reasons: bool = False) -> str:
    if not files:
        return ""
    names = [f"《{_short(file.name)}》{LOCKED[file.status] if reasons else ''}" for file in files]
    return f"{len(files)} {words}（{joined(names, _NAMED)}）"


def _links(links: Iterable[LinkView]) -> str:
    return joined([f"《{_short(one.name)}》" if one.name else "未写文件名" for one in links], _NAMED)


def _short(name: str) -> str:
    return clipped(one_line(name), _NAME_LENGTH)


def _numbers(messages: Iterable[MessageView]) -> str:
    return f"编号 {joined([str(one.id) for one in messages], _NAMED)}"


def of_nobody(picture: Picture, province: str | None = None) -> tuple[str, ...]:
    """Return what came (or could not come) of which nobody knows the province, a sentence each.

    Mails whose clues speak for other provinces are left out where one is named.
    """
    unknown = [
        one for one in strangers(picture) if province is None or not one.candidates or province in one.candidates
    ]
    hinted = [one for one in unknown if province and province in one.candidates]
    unread = [one for one in picture.messages if one.province is None and is_unread(one)]
    hint = f"，其中 {len(hinted)} 封有线索指向{province}" if hinted else ""
    told = (
        f"{len(unknown)} 封报送来信还没有认定发信单位（{_numbers(unknown)}{hint}）" if unknown else "",
        f"{len(unread)} 封来信还没有读出（{_numbers(unread)}）" if unread else "",
        f"{lost} 封邮件服务器没有给出" if (lost := withheld(picture)) else "",
        f"收信中断：{joined(silent)}" if (silent := stopped(picture)) else "",
        f"文件夹里 {len(picture.troubles)} 个文件要人整理" if picture.troubles else "",
    )
    return tuple(one for one in told if one)


def other_mail(picture: Picture, province: str) -> tuple[MessageView, ...]:
    """Return the mails of a province that do not count as submissions."""
    return tuple(one for one in picture.messages if one.province == province and not one.is_submission)


def other_mail_said(mails: Sequence[MessageView]) -> str:
    """Return what those mails are taken for: 1 封认作咨询."""
    if not mails:
        return ""
    kinds = joined(dict.fromkeys(MESSAGE_KINDS.get(one.kind, "未能读出") for one in mails))
    return f"{len(mails)} 封来信没有计作报送（{kinds}；{_numbers(mails)}）"


def beside_silent(picture: Picture, silent: Iterable[str]) -> tuple[str, ...]:
    """Return what must stand beside a list of provinces that sent nothing: where something of theirs may be.

    A line for each of them of which there is something, then one for all that came from nobody who is known.
    """
    own = ((province, _seen_of(picture, province)) for province in silent)
    lines = [f"{province}：{'；'.join(told)}" for province, told in own if told]
    if nobody := of_nobody(picture):
        lines.append(f"另有 {'；'.join(nobody)}，其中可能有上述省的材料")
    return tuple(lines)


def _seen_of(picture: Picture, province: str) -> tuple[str, ...]:
    """Return what came of a province that counts as having sent nothing; what machines wrote is no sign of a person."""
    mails = [one for one in other_mail(picture, province) if one.kind != "automatic" and place_of(one) == "aside"]
    told = (*of_province(picture, province), other_mail_said(mails))
    return tuple(one for one in told if one)


def unseen(picture: Picture, silent: Iterable[str]) -> tuple[str, ...]:
    """Return the same in numbers alone, as official papers say it."""
    quiet, unread = set(silent), [one for one in picture.messages if is_unread(one)]
    links = [link for link in picture.open_links if link.province in quiet]
    told = (
        (len(strangers(picture)), "发信单位待认定的来信 {} 封"),
        (len([one for one in unread if one.province is None or one.province in quiet]), "未能读出的来信 {} 封"),
        (withheld(picture), "服务器没有给出的来信 {} 封"),
        (len(links), "没有下载的云附件 {} 个"),
        (len(stopped(picture)), "收不了信的邮箱 {} 个"),
    )
    return tuple(words.format(count) for count, words in told if count)


def beside_lacking(picture: Picture, province: str) -> str:
    """Return, to be added to what a province lacks, where that may be, but behind links; empty where nowhere."""
    told = of_province(picture, province, links=False)
    return f"；另有 {'；'.join(told)}，所缺的可能在其中" if told else ""


def notes(picture: Picture, provinces: Iterable[str]) -> list[str]:
    """Return lines for whoever looks at what some provinces lack: how many of them have something nobody could see."""
    hidden = {province: of_province(picture, province) for province in dict.fromkeys(provinces)}
    hidden = {province: told for province, told in hidden.items() if told}
    lines = [f"{province}：{'；'.join(told)}" for province, told in hidden.items()]
    if lines:
        lines.insert(0, f"{len(hidden)} 个省有打不开、读不出、未归档的文件或没有下载的云附件，所缺的材料可能在其中：")
    if nobody := of_nobody(picture):
        lines.append(f"另有：{'；'.join(nobody)}")
    return lines
