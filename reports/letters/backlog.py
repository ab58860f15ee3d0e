"""What of a province lies with us unread? Until that is dealt with, a letter might ask for what has long come."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from reports import links
from reports.elsewhere import is_unread, stopped, strangers, withheld
from reports.finding import Assessment, Finding
from reports.incoming import MessageView
from reports.picture import AssociationView, Picture
from reports.tally import place_of
from reports.wording import MESSAGE_KINDS, joined

# Files that a person can perhaps open or place, though we could not.
_OURS = ("file.unsupported", "file.unclassified")
# What the province said and nobody has verified yet: a letter would ask for what it said will not come.
_SAID = ("case.withdrawal_said", "case.withdrawn_resent")
# What the letter itself speaks of, and a person may know better: a password told by phone, a sender that was called.
_SHUT = ("file.encrypted", "file.corrupt", "file.volume_missing", "file.unsafe")


def backlog(
    assessment: Assessment, view: AssociationView, unread: Mapping[int, str] = MappingProxyType({})
) -> tuple[str, ...]:
    """Return what staff should deal with before they write to an association, a sentence each.

    `unread` tells of mails that nobody could read which address each says it is from.
    """
    return tuple(_told(assessment, view, unread))


def _told(assessment: Assessment, view: AssociationView, unread: Mapping[int, str]) -> Iterator[str]:
    picture, province = assessment.picture, view.province
    if silent := stopped(picture):
        yield f"收件邮箱 {joined(silent)} 目前收不到信，材料可能已在邮箱里"
    if shut := [one for one in picture.messages if is_unread(one) and _may_be_of(one, view, unread)]:
        yield f"该省还有 {len(shut)} 封来信未能处理（编号 {joined((str(one.id) for one in shut), 5)}）"
    if unknown := [one for one in strangers(picture) if province in one.candidates]:
        yield f"有 {len(unknown)} 封可能是该省的来信待认定（编号 {joined((str(one.id) for one in unknown), 5)}）"
    if unfiled := _unfiled(picture, province):
        yield f"该省还有 {unfiled} 个文件待归档到小区"
    if waiting := [
        one for one in picture.open_links if one.province == province and not links.is_expired(one, picture.as_of)
    ]:
        yield f"该省还有 {len(waiting)} 个云附件尚未下载"
    if ours := _open(assessment, province, _OURS):
        yield f"该省还有 {len(ours)} 个文件打不开或认不出，请先人工看（已看过的请豁免）"
    for one in _open(assessment, province, _SAID):
        yield f"请先核实：{one.message}"


def _open(assessment: Assessment, province: str, codes: Collection[str]) -> list[Finding]:
    found = assessment.by_province.get(province, ())
    return [one for one in found if one.code in codes and one.status == "open"]


def doubts(assessment: Assessment, province: str, *, lacks: bool) -> tuple[str, ...]:
    """Return what to know before a letter leaves, though it can be written: shut files, senders, mails set aside.

    `lacks` is whether the letter says that something has not come.
    """
    told = []
    if lacks and (shut := _open(assessment, province, _SHUT)):
        files = joined((one.message for one in shut), 3)
        told.append(f"有 {len(shut)} 个文件我方没能打开，函中说尚缺的可能就在其中（{files}）")
    if strange := _open(assessment, province, ("sender.suspicious",)):
        told.append(f"有 {len(strange)} 封来信的发信人还没有核实")
    aside = set_aside(assessment.picture, province)
    return (*told, aside) if aside else tuple(told)


def set_aside(picture: Picture, province: str) -> str:
    """Return which mails of a province do not count as submissions: it may have sent something, or asked something."""
    aside = [one for one in picture.messages if one.province == province and place_of(one) == "aside"]
    if not aside:
        return ""
    kinds = joined(dict.fromkeys(MESSAGE_KINDS.get(one.kind, one.kind) for one in aside))
    numbers = joined((str(one.id) for one in aside), 5)
    return f"有 {len(aside)} 封来信没有计作报送（{kinds}；编号 {numbers}），发函前请看一眼"


def everywhere(picture: Picture) -> tuple[str, ...]:
    """Return what may be of any province: mails that nobody could read or tell, a sentence each."""
    lost = [one for one in picture.messages if is_unread(one) and one.province is None]
    nobody = strangers(picture)
    told = []
    if lost:
        told.append(f"另有 {len(lost)} 封来信未能处理，不知是哪个省的（zhengji status、日报里有）")
    if nobody:
        told.append(f"另有 {len(nobody)} 封报送看不出是哪个省的，请先认定（zhengji assign）")
    if picture.gaps:
        told.append(f"另有 {withheld(picture)} 封邮件服务器没有给出")
    if picture.troubles:
        told.append(f"另有 {len(picture.troubles)} 个文件夹里的文件要整理")
    return tuple(told)


def _may_be_of(message: MessageView, view: AssociationView, unread: Mapping[int, str]) -> bool:
    """Tell whether an unread mail may be of an association: as far as we know, or by an address that it writes from."""
    if message.province == view.province or view.province in message.candidates:
        return True
    known = {*view.association.addresses, *(one.from_address for one in view.messages_in if one.from_address)}
    address = message.from_address or unread.get(message.id, "")
    return address.lower() in {one.lower() for one in known}


def _unfiled(picture: Picture, province: str) -> int:
    mine = {message.id for message in picture.messages if message.province == province and message.is_submission}
    return sum(len(files) for number, files in picture.unfiled.items() if number in mine)
