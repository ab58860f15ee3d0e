"""Which addresses are cloud attachments and net disks? A table of providers: to add one, a line below.

From public logs of real mails (reference on Chinese mail, section 6); adverts, previews, business cards and avatars of
the same providers have other hosts or paths and so are none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_KEY_CHARACTERS = 300


@dataclass(frozen=True)
class Provider:
    """One way of sending a link: host and path of its addresses, what in them names the file, and its heading.

    `keys` are groups of query parameters, the first group that is there names the file; else the path does.
    """

    name: str
    label: str
    host: re.Pattern[str] | None = None
    path: re.Pattern[str] = re.compile("")
    keys: tuple[tuple[str, ...], ...] = ()
    heading: str = ""


def _provider(name: str, label: str, host: str = "", path: str = "", keys: str = "", heading: str = "") -> Provider:
    groups = tuple(tuple(group.split("+")) for group in keys.split())
    return Provider(name, label, re.compile(host) if host else None, re.compile(path), groups, heading)


# In order: the first whose host and path fit has it. An empty host is any host with that path.
PROVIDERS = (
    _provider(
        "163",
        "网易邮箱超大附件",
        r"(?:[\w-]+\.)*mail\.(?:163|126)\.com|mail\.yeah\.net",
        "^/large-attachment-download/",
        "file key",
        "从网易163邮箱发来的超大附件",
    ),
    _provider(
        "163",
        "网易邮箱超大附件",
        r"dashi\.163\.com",
        "^/html/cloud-attachment-download/",
        "key",
    ),
    _provider(
        "163",
        "网易邮箱超大附件",
        r"(?:m\.)?fs\.163\.com",
        "^/fs/display/",
        "file p+file p",
    ),
    _provider(
        "163",
        "网易邮箱超大附件",
        heading="从网易126邮箱发来的超大附件",
    ),
    _provider(
        "qiye163",
        "网易企业邮箱云附件",
        r"(?:[\w-]+\.)*qiye\.163\.com",
        "/attachment/download",
        "identity",
        "从网易企业邮箱发来的云附件",
    ),
    _provider(
        "qq",
        "QQ邮箱超大附件",
        r"(?:(?:[\w-]+\.)*(?:exmail|mail)\.qq\.com|mail\.foxmail\.com)",
        "^/cgi-bin/ftnExs_download|^/ftn/download",
        "key+code k+code key k",
        "从QQ邮箱发来的超大附件",
    ),
    _provider(
        "qq",
        "QQ邮箱超大附件",
        heading="从腾讯企业邮箱发来的超大附件",
    ),
    _provider(
        "aliyun", "阿里邮箱超大附件", "", "/alimail/openLinks/downloadMimeMetaDiskBigAttach", "id", "超大附件列表"
    ),
    _provider(
        "139",
        "139邮箱超大附件",
        heading="139邮箱-超大附件",
    ),
    _provider(
        "feishu",
        "飞书邮箱超大附件",
        r"(?:[\w-]+\.)*(?:feishu\.cn|larksuite\.com)",
        "^/mail/page/attachment",
        "token",
        "来自飞书邮箱的超大附件",
    ),
    _provider(
        "baidu", "百度网盘", r"(?:pan|yun)\.baidu\.com", r"^/s/[\w-]|^/share/(?:init|link)|^/wap/", "surl shareid+uk"
    ),
    _provider(
        "quark",
        "夸克网盘",
        r"pan\.quark\.cn",
        r"^/s/\w",
    ),
    _provider(
        "alipan",
        "阿里云盘",
        r"(?:www\.)?(?:aliyundrive|alipan)\.com",
        r"^/(?:s|t)/\w",
    ),
    _provider(
        "tianyi",
        "天翼云盘",
        r"(?:cloud|h5\.cloud)\.189\.cn",
        r"^/t/\w|^/(?:web/)?share",
        "code",
    ),
    _provider(
        "weiyun",
        "腾讯微云",
        r"share\.weiyun\.com",
        r"^/\w",
    ),
    _provider(
        "caiyun",
        "和彩云（139网盘）",
        r"(?:caiyun|yun)\.139\.com",
        r"^/(?:m|w|l|front|share)",
        "linkID",
    ),
    _provider(
        "kdocs",
        "金山文档",
        r"(?:www\.)?kdocs\.cn|(?:www\.)?365\.kdocs\.cn",
        r"^/(?:view/)?l/\w",
    ),
    _provider(
        "123pan",
        "123云盘",
        r"(?:www\.)?123(?:pan\.(?:com|cn)|\d{3}\.com)",
        r"^/s/\w",
    ),
    _provider(
        "xunlei",
        "迅雷云盘",
        r"pan\.xunlei\.com",
        r"^/s/\w",
    ),
    _provider("wenshushu", "文叔叔", r"(?:www\.)?wenshushu\.cn|(?:\w+\.)?(?:wss|ws\d{2})\.cn", r"^/(?:f|k|box)/\w"),
    _provider("115", "115网盘", r"(?:www\.)?(?:115|115cdn|anxia)\.com", r"^/s/\w"),
    _provider("weipan", "企业微信微盘", r"drive\.weixin\.qq\.com", "^/s", "k"),
    _provider("qqtransfer", "QQ邮箱文件中转站", r"(?:iwx|wx|mail)\.mail\.qq\.com|mail\.qq\.com", "^/s$", "k"),
    _provider("docsqq", "腾讯文档", r"docs\.qq\.com", r"^/(?:doc|sheet|slide|pdf|form|file|folder|desktop)/\w"),
    _provider("jianguoyun", "坚果云", r"(?:www\.)?jianguoyun\.com", r"^/p/\w"),
    _provider("lanzou", "蓝奏云", r"(?:[\w-]+\.)?lanzou\w?\.com", r"^/(?:tp/)?[ib]?\w{3}"),
    _provider(
        "sina",
        "新浪邮箱超大附件",
        r"(?:[\w-]+\.)*mail\.sina\.(?:com\.cn|cn|net)",
        "filecenter|attach|download",
        heading="从新浪邮箱发来的超大附件",
    ),
    # A mailbox of which nothing is known but how it announces its files.
    _provider("cloud", "云附件"),
)
# Their addresses are known from no log: behind their heading whatever leads to a page counts.
UNKNOWN_HOSTS = {"139", "sina", "cloud"}
# Alone at the beginning of its line, or with the link behind it; no sentence about attachments is meant.
_ANNOUNCES = re.compile(
    r"^[^\w\n]{0,20}从[^\n，。,]{1,12}邮箱发来的(?:超大附件|云附件)(?=\s|[：:（(]|https?:|$)", re.MULTILINE
)
LABELS: Mapping[str, str] = {provider.name: provider.label for provider in PROVIDERS}
_NO_DOWNLOAD = re.compile(r"/preview\b", re.IGNORECASE)
# What Baidu calls `1abc` in one form of an address is `abc` in the other.
_BAIDU = re.compile(r"^/s/1(?P<surl>[\w-]+)")


def provider_of(url: str) -> tuple[Provider, str] | None:
    """Return (provider, key of the file) of an address; None where it is no cloud attachment."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or _NO_DOWNLOAD.search(parts.path):
        return None
    for provider in PROVIDERS:
        if _fits(provider, host, parts.path):
            return provider, f"{provider.name}:{_key(provider, parts.path, parts.query, query)}"[:_KEY_CHARACTERS]
    return None


def _fits(provider: Provider, host: str, path: str) -> bool:
    if not provider.path.pattern:
        return False
    return (provider.host is None or bool(provider.host.fullmatch(host))) and bool(provider.path.search(path))


def _key(provider: Provider, path: str, query: str, values: Mapping[str, Iterable[str]]) -> str:
    """Return what names the file in an address, leaving out what may differ between two copies of the link."""
    baidu = _BAIDU.match(path) if provider.name == "baidu" else None
    if baidu:
        return baidu["surl"]
    for group in provider.keys:
        if all(name in values for name in group):
            return "&".join(next(iter(values[name])) for name in group)
    return path.rstrip("/") + (f"?{query}" if provider.name == "caiyun" and query else "")


def heading_in(text: str) -> tuple[Provider, int] | None:
    """Return (provider, where its heading of cloud attachments ends) of a text."""
    for provider in PROVIDERS:
        at = text.find(provider.heading) if provider.heading else -1
        if at >= 0:
            return provider, at + len(provider.heading)
    announced = _ANNOUNCES.search(text)
    return (PROVIDERS[-1], announced.end()) if announced else None


def is_page(url: str) -> bool:
    """Tell whether an address leads further than to the front page of a site."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return len(parts.path) > 1 or bool(parts.query)
