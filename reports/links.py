"""What still lies behind cloud links (超大附件), in words: name, size, and how long it can still be had."""

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reports.mail_side import LinkView
from reports.picture import Picture
from reports.wording import month_and_day

if TYPE_CHECKING:
    from reports.subjects import Subject

# A link that dies this soon goes before everything else.
SOON = timedelta(days=3)
NEVER = "无限期"
# A provider that only its heading tells: where its link leads to is all that is known of it.
_UNKNOWN = "cloud"


def is_expired(link: LinkView, as_of: datetime) -> bool:
    """Tell whether a link can no longer be had."""
    return link.expires is not None and link.expires <= as_of


def is_soon(link: LinkView, as_of: datetime) -> bool:
    """Tell whether a link expires within the next days."""
    return link.expires is not None and as_of < link.expires <= as_of + SOON


def called(link: LinkView) -> str:
    """Return what lies behind a link: 《材料.zip》（128.03M）."""
    name = f"《{link.name}》" if link.name else "未写文件名的云附件"
    if link.provider == _UNKNOWN and (host := urlsplit(link.url).hostname):
        name += f"〔{host}〕"
    return f"{name}（{link.size}）" if link.size else name


def until(link: LinkView, as_of: datetime, zone: tzinfo) -> str:
    """Return how long a link can still be had, the days first: 还有 5 天，8月20日 21:59 到期."""
    if link.expires is None:
        return "长期有效" if link.expires_text == NEVER else "没有写明到期时间，请尽早下载"
    end = link.expires.astimezone(zone)
    if is_expired(link, as_of):
        return f"已于{month_and_day(end.date())}到期，请对方重发"
    days = (end.date() - as_of.astimezone(zone).date()).days
    clock = f"{end:%H:%M}"
    if days == 0:
        return f"今天 {clock} 到期"
    return f"{'明天' if days == 1 else f'还有 {days} 天，{month_and_day(end.date())}'} {clock} 到期"


def open_links(subject: "Subject") -> list[str]:
    """Return the open links of a message, each with name, size and expiry."""
    picture = subject.picture
    zone = picture.campaign.call.zone
    return [
        f"{called(link)}{until(link, picture.as_of, zone)}"
        for link in picture.open_links
        if link.message_pk == subject.view.id
    ]


def evidence(subject: "Subject") -> str:
    """Return how a message's links stand in it: their numbers, and the codes that open them."""
    return "；".join(
        f"第 {link.number} 个链接{f'（提取码 {link.code}）' if link.code else ''}"
        for link in subject.picture.open_links
        if link.message_pk == subject.view.id
    )


def behind_links(picture: Picture, province: str | None) -> str:
    """Return a note where a province left something behind a link: what is missing may be there (6.7)."""
    links = [link for link in picture.open_links if link.province == province]
    if not links:
        return ""
    name = next((link.name for link in links if link.name), None)
    more = f"等 {len(links)} 个" if len(links) > 1 else ""
    which = f"云附件《{name}》{more}" if name else f"{len(links)} 个云附件"
    expired = all(is_expired(link, picture.as_of) for link in links)
    return f"（{which}{'已到期，没有下载' if expired else '尚未下载'}，材料可能在其中）"
