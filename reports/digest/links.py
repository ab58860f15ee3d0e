"""The cloud links in the digest: those about to die first of all, those that can wait, and those that are dead."""

from collections.abc import Iterable

from reports.digest.parts import Group, Item, group, where
from reports.links import called, is_expired, is_soon, until
from reports.mail_side import LinkView
from reports.picture import Picture
from reports.wording import clipped, short_clock

_LISTED = 10
_SUBJECT_LENGTH = 40


def dying_links(picture: Picture) -> Group:
    """Return the links that expire within three days."""
    links = (link for link in picture.open_links if is_soon(link, picture.as_of))
    return group("三天内到期的云附件", _items(links, picture), _LISTED, "error", "个")


def other_links(picture: Picture) -> Iterable[Group]:
    """Yield the links that still have time, the soonest to expire first, and those that have expired."""
    rest = [link for link in picture.open_links if not is_soon(link, picture.as_of)]
    dead = [link for link in rest if is_expired(link, picture.as_of)]
    alive = [link for link in rest if link not in dead]
    yield group("待下载的云附件", _items(alive, picture), _LISTED, "warning", "个")
    yield group("已到期、没有下载的云附件", _items(dead, picture), _LISTED, "error", "个")


def _items(links: Iterable[LinkView], picture: Picture) -> Iterable[Item]:
    zone = picture.campaign.call.zone
    for link in links:
        subject = f"“{clipped(link.subject, _SUBJECT_LENGTH)}”" if link.subject.strip() else "（无主题）"
        came = f"来信 {link.message_pk}{subject}，{short_clock(link.arrival, zone)} 到达"
        number = f"第 {link.number} 个链接{f'，提取码 {link.code}' if link.code else ''}"
        yield Item(
            where(link.province or "未认定单位"),
            f"{until(link, picture.as_of, zone)}：{called(link)}",
            f"{came}；{number}",
            about=link,
        )
