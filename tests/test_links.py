"""Cloud links as the providers write them; the markup is theirs, the names are made up."""

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.letter import read_letter
from parsers.link_providers import LABELS
from parsers.links import CloudLink, find_links
from tests import mail_builders as build

CHINA = timezone(timedelta(hours=8))
ARRIVAL = datetime(2026, 8, 4, 10, 0, tzinfo=CHINA)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA)  # type: ignore[misc,arg-type]


def only(html: str | None, text: str = "") -> CloudLink:
    (link,) = find_links(html, text, ARRIVAL)
    return link


NETEASE = """<div id="divNeteaseBigAttach" style="border:1px solid"><div>从网易163邮箱发来的超大附件</div>
<div><a href="https://u.163.com/cloud-advert"><img src="x.gif"></a></div>
<a href="https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE&amp;file=AbC123&amp;title=x"
 filename="浙江省材料.zip" filesize="3785359" expiretime="1787231700000" download>浙江省材料.zip</a>
<div>(3.61M, 2026年8月20日 21:15 到期)</div>
<a href="https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE&amp;file=AbC123&amp;title=x">下载</a>
<a href="https://mail.163.com/large-attachment-download/preview.html?file=AbC123">预览</a></div>"""


def test_netease_says_everything_in_attributes() -> None:
    link = only(NETEASE)
    assert (link.provider, link.key) == ("163", "163:AbC123")
    assert (link.name, link.size_text, link.size_bytes) == ("浙江省材料.zip", "3.61M", 3_785_359)
    assert (link.expires, link.never_expires) == (at(2026, 8, 20, 21, 15), False)
    assert link.url == "https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE&file=AbC123&title=x"


def test_netease_without_attributes_is_read_by_the_words_around() -> None:
    html = """<div id="divNeteaseBigAttach">从网易163邮箱发来的超大附件
    <div><a href="https://dashi.163.com/html/cloud-attachment-download/?key=aaa"><b>照片.rar</b></a></div>
    <div>(1.2G, 2026年8月25日 13:35 到期)</div>
    <div><a href="https://dashi.163.com/html/cloud-attachment-download/?key=bbb"><b>视频.mp4</b></a></div>
    <div>(500K, 2026年8月26日 08:00 到期)</div></div>"""
    first, second = find_links(html, "", ARRIVAL)
    assert (first.name, first.size_text, first.size_bytes) == ("照片.rar", "1.2G", int(1.2 * (1 << 30)))
    assert (first.expires, first.expires_text) == (at(2026, 8, 25, 13, 35), "2026年8月25日 13:35 到期")
    assert (second.name, second.size_text, second.expires) == ("视频.mp4", "500K", at(2026, 8, 26, 8, 0))


def test_an_old_netease_link_and_its_preview_are_told_apart() -> None:
    text = "浙江.zip\nhttp://fs.163.com/fs/display/?p=X&file=1abc\nhttp://fs.163.com/preview/?file=1abc"
    assert only(None, text).key == "163:1abc"


def test_the_enterprise_netease_says_zero_for_never() -> None:
    item = """<a class="divNeteaseSiriusCloudAttachItem" href="https://edisk.qiye.163.com/api/biz/attachment/download?identity={}"
    file-name="{}" file-size="{}" expired="{}"><span>下载</span></a>"""
    html = item.format("i1", "材料.zip", "128.5M", "1787231700000") + item.format("i2", "清单.docx", "20480", "0")
    first, second = find_links(f"<p>从网易企业邮箱发来的云附件</p>{html}", "", ARRIVAL)
    assert (first.provider, first.name, first.size_text, first.expires) == (
        "qiye163",
        "材料.zip",
        "128.5M",
        at(2026, 8, 20, 21, 15),
    )
    assert (second.name, second.size_bytes, second.expires, second.never_expires) == ("清单.docx", 20_480, None, True)


QQ = """<div id="QQMailBigAttach"><p>从QQ邮箱发来的超大附件</p>
<span class="qqmailbgattach" expiretime="2026年8月27日 21:59" downloadlink="https://mail.qq.com/cgi-bin/ftnExs_download?k=7e31&amp;t=exs_ftn_download&amp;code=d1a2">
<a href="https://mail.qq.com/cgi-bin/ftnExs_download?t=exs_ftn_download&amp;code=d1a2&amp;k=7e31">安徽.zip</a> (128.03M, 2026年8月27日 21:59 到期)
<a href="https://mail.qq.com/cgi-bin/ftnExs_download?k=7e31&amp;t=exs_ftn_download&amp;code=d1a2">进入下载页面</a></span></div>
<div class="xmail-card"><a href="https://wx.mail.qq.com/home/index?t=readmail_businesscard_midpage&amp;nocheck=true&amp;code=xyz">
<img src="https://thirdqq.qlogo.cn/g?b=sdk&amp;k=avatar&amp;code=1">王某</a></div>"""


def test_qq_repeats_its_link_and_adds_a_business_card() -> None:
    link = only(QQ)
    assert (link.provider, link.key, link.name, link.size_text) == ("qq", "qq:7e31&d1a2", "安徽.zip", "128.03M")
    assert (link.expires, link.never_expires) == (at(2026, 8, 27, 21, 59), False)


@pytest.mark.parametrize("host", ["mail.qq.com", "exmail.qq.com", "mail.foxmail.com", "wx.mail.qq.com"])
def test_qq_as_text_without_limit_of_time(host: str) -> None:
    path = (
        "ftn/download?func=3&key=ab12&code=cd34"
        if host.startswith("wx")
        else "cgi-bin/ftnExs_download?k=ab12&code=cd34"
    )
    text = f"从QQ邮箱发来的超大附件\n\n青海 材料（终稿）.zip (1.02G, 无限期)\n进入下载页面：https://{host}/{path}\n"
    link = only(None, text)
    assert (link.provider, link.key, link.name) == ("qq", "qq:ab12&cd34", "青海 材料（终稿）.zip")
    assert (link.size_text, link.expires, link.never_expires) == ("1.02G", None, True)


def test_two_files_in_the_clear_keep_their_own_words() -> None:
    one = "{}.zip ({}M, 2026年8月2{}日 21:59 到期)\n进入下载页面：http://mail.qq.com/cgi-bin/ftnExs_download?k={}&code=1\n"
    text = "".join(one.format(name, number, number, number) for number, name in enumerate("甲乙丙", 1))
    links = find_links(None, text, ARRIVAL)
    assert [(link.name, link.size_text, link.expires) for link in links] == [
        (f"{name}.zip", f"{number}M", at(2026, 8, 20 + number, 21, 59)) for number, name in enumerate("甲乙丙", 1)
    ]


def test_aliyun_is_told_by_its_path_on_any_host() -> None:
    html = """<p>超大附件列表</p><a href="http://mail.jswx.org.cn:8080/alimail/openLinks/downloadMimeMetaDiskBigAttach?id=netdiskid%3Av001%3Afile%3AQ2">江苏.zip</a> 85.3MB"""
    link = only(html)
    assert (link.provider, link.key, link.name, link.expires) == (
        "aliyun",
        "aliyun:netdiskid:v001:file:Q2",
        "江苏.zip",
        None,
    )


def test_139_counts_its_days_from_the_arrival() -> None:
    html = """<table id="attachAndDisk"><tr><td>139邮箱-超大附件</td></tr><tr><td><table><tr><td>云南.zip</td><td>56.1M</td>
    <td>15天后过期</td></tr></table></td><td><a href="http://mail.10086.cn/w/dl?x=1">下载</a></td></tr></table>
    <a href="https://www.example.cn/">官网</a>"""
    link = only(html)
    assert (link.provider, link.name, link.size_text) == ("139", "云南.zip", "56.1M")
    assert (link.expires, link.expires_text) == (ARRIVAL + timedelta(days=15), "15天后过期")
    assert find_links(html, "", None)[0].expires is None


def test_feishu_is_told_by_its_token() -> None:
    html = """<p>来自飞书邮箱的超大附件</p><div data-mail-token="t1"><a href="https://www.feishu.cn/mail/page/attachment?token=t1">海南.zip</a> 30 MB</div>"""
    assert (only(html).key, only(html).name, only(html).size_text) == ("feishu:t1", "海南.zip", "30MB")


@pytest.mark.parametrize(
    ("text", "provider", "key", "name", "code"),
    [
        ("通过网盘分享的文件：浙江材料.zip\n链接: https://pan.baidu.com/s/1aB-c_d?pwd=x9y8 提取码: x9y8 复制这段内容后打开", "baidu", "baidu:aB-c_d", "浙江材料.zip", "x9y8"),
        ("https://pan.baidu.com/share/init?surl=aB-c_d 提取码：1234", "baidu", "baidu:aB-c_d", None, "1234"),
        ("我用夸克网盘分享了「浙江省材料」，点击链接即可保存。\n链接：https://pan.quark.cn/s/0123abcd\n提取码：AbCd", "quark", "quark:/s/0123abcd", "浙江省材料", "AbCd"),
        ("文件大小3.6M，https://pan.quark.cn/s/1 提取码AbCd", "quark", "quark:/s/1", None, "AbCd"),
        ("「材料.7z」https://www.aliyundrive.com/s/xyz 提取码: 9k8j", "alipan", "alipan:/s/xyz", "材料.7z", "9k8j"),
        ("https://www.alipan.com/s/xyz", "alipan", "alipan:/s/xyz", None, None),
        ("https://cloud.189.cn/t/AAbb（访问码：5f6g）", "tianyi", "tianyi:/t/AAbb", None, "5f6g"),
        ("https://cloud.189.cn/web/share?code=AAbbCC", "tianyi", "tianyi:AAbbCC", None, None),
        ("文件在微云：https://share.weiyun.com/Xy12，密码：abcd12", "weiyun", "weiyun:/Xy12", None, "abcd12"),
        ("https://caiyun.139.com/m/i?105CqXYZ  提取码:Q1w2", "caiyun", "caiyun:/m/i?105CqXYZ", None, "Q1w2"),
        ("请到pan.baidu.com/s/1xyz下载，提取码是a1b2。", "baidu", "baidu:xyz", None, "a1b2"),
    ],
)  # fmt: skip
def test_a_net_disk_in_the_clear_is_found_with_its_code(
    text: str, provider: str, key: str, name: str | None, code: str | None
) -> None:
    link = only(None, text)
    assert (link.provider, link.key, link.name, link.code) == (provider, key, name, code)
    assert provider in LABELS


def test_one_link_in_both_alternatives_and_a_quoted_reply_is_one() -> None:
    text = "\n".join(
        f"> 安徽.zip (128.03M, 2026年8月27日 21:59 到期)\n> https://mail.qq.com/cgi-bin/ftnExs_download?code=d1a2&k=7e31&n={n}"
        for n in range(4)
    )
    link = only(QQ + f"<blockquote>{QQ}</blockquote>", text)
    assert link.name == "安徽.zip"


def test_what_one_copy_of_a_link_leaves_open_another_fills() -> None:
    url = "https://mail.qq.com/cgi-bin/ftnExs_download?k=1&code=2"
    link = only(f'<a href="{url}">进入下载页面</a>', f"湖南.zip (3M, 2026年8月27日 21:59 到期)\n{url}")
    assert (link.name, link.size_text, link.expires) == ("湖南.zip", "3M", at(2026, 8, 27, 21, 59))


def test_a_heading_whose_links_were_lost_still_tells() -> None:
    assert find_links(None, "从QQ邮箱发来的超大附件\n请查收", ARRIVAL) == (CloudLink("qq", "qq", ""),)


def test_a_heading_whose_links_were_lost_gives_names_sizes_and_expiries() -> None:
    text = "您好\n从QQ邮箱发来的超大附件\n材料.zip (128.03M, 2026年8月3日 21:59 到期)\n照片 (1G, 无限期)\n此致"
    html = "<div>" + text.replace("\n", "</div><div>") + "</div>"
    for links in (find_links(html, "", ARRIVAL), find_links(None, text, ARRIVAL), find_links(html, text, ARRIVAL)):
        assert [(link.name, link.size_text, link.expires, link.never_expires, link.url) for link in links] == [
            ("材料.zip", "128.03M", at(2026, 8, 3, 21, 59), False, ""),
            ("照片", "1G", None, True, ""),
        ]
    link = only(None, "139邮箱-超大附件\n材料.rar (12.5M) 15天后过期")
    assert (link.name, link.size_text, link.expires) == ("材料.rar", "12.5M", ARRIVAL + timedelta(days=15))


def test_139_as_text_is_read_with_its_link() -> None:
    link = only(None, "139邮箱-超大附件\n材料.rar (12.5M) 15天后过期 http://mail.10086.cn/xx")
    assert (link.name, link.expires_text, link.url) == ("材料.rar", "15天后过期", "http://mail.10086.cn/xx")


@pytest.mark.parametrize(
    "html",
    [
        "<div data-mail-token='t1'>材料.rar 1.2 GB</div><div data-mail-token='t2'>照片.rar 1.3 GB</div>",
        "<table><tr><td data-mail-token='t1'>材料.rar</td><td>1.2 GB</td></tr><tr data-mail-token='t2'><td>照片.rar 1.3 GB</td></tr></table>",
    ],
)
def test_feishu_names_its_files_without_links(html: str) -> None:
    links = find_links(f"<div>来自飞书邮箱的超大附件</div>{html}", "来自飞书邮箱的超大附件", ARRIVAL)
    assert [(link.key, link.name, link.size_text) for link in links] == [
        ("feishu:t1", "材料.rar", "1.2GB"),
        ("feishu:t2", "照片.rar", "1.3GB"),
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://u.163.com/x">网易邮箱大师</a>',
        '<a href="https://mail.163.com/">163</a> <a href="https://mail.qq.com/cgi-bin/frame_html">QQ</a>',
        '<a href="https://pan.baidu.com/">百度网盘</a>',
        '<a href="javascript:https://pan.baidu.com/s/1x">x</a>',
        '<a href="http://[::1">x</a> http://[/s/1',
        '<a href="https://evil.example/?u=https%3A%2F%2Fpan.baidu.com%2Fs%2F1x">x</a>',
        '<a href="https://notpan.baidu.com.evil.example/s/1x">x</a>',
        "<script>https://pan.baidu.com/s/1abc</script>",
    ],
)
def test_what_is_no_cloud_link_is_none(html: str) -> None:
    assert find_links(html, "", ARRIVAL) == ()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("过期时间：2026年8月24日 23:48", at(2026, 8, 24, 23, 48)),
        ("有效期至2026-08-24", at(2026, 8, 24, 23, 59, 59)),
        ("2026/8/24 23:48:10 失效", at(2026, 8, 24, 23, 48, 10)),
        ("有效期：7天", ARRIVAL + timedelta(days=7)),
        ("还有3天过期", ARRIVAL + timedelta(days=3)),
        ("12小时后失效", ARRIVAL + timedelta(hours=12)),
        ("7天内有效", ARRIVAL + timedelta(days=7)),
        ("30天有效", ARRIVAL + timedelta(days=30)),
        ("有效期至8月20日", at(2026, 8, 20, 23, 59, 59)),
        ("8月20日 10:30 到期", at(2026, 8, 20, 10, 30)),
        ("有效期至1月5日", at(2027, 1, 5, 23, 59, 59)),
        ("有效期至7月20日", at(2026, 7, 20, 23, 59, 59)),
        ("有效期至13月41日", None),
        ("有效期：永久", None),
        ("9999999年到期", None),
        ("2026年13月45日 到期", None),
    ],
)
def test_a_last_day_is_read_in_many_ways(words: str, expected: datetime | None) -> None:
    assert only(None, f"https://pan.baidu.com/s/1abc {words}").expires == expected


def test_a_letter_has_its_links(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    both = build.multipart([build.text_part("见超大附件"), build.text_part(NETEASE, b"html")], b"alternative")
    path.write_bytes(build.mail(both))
    letter, _ = read_letter(path)
    assert [link.name for link in letter.links] == ["浙江省材料.zip"]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://pan.baidu.com/s/1x">' * 40_000,
        "https://pan.baidu.com/s/1x " * 100_000,
        "a." * 500_000,
        "提取码" * 300_000,
        "20" * 500_000,
        ("x" * 149 + ".") * 6_000,
        '<table id="attachAndDisk">' * 50_000,
        '<a filename="' + "x" * 3_000_000 + '">',
    ],
)
def test_hostile_bodies_take_linear_time(html: str) -> None:
    start = time.process_time()
    assert len(find_links(html, html, ARRIVAL)) <= 200
    assert time.process_time() - start < 10


PIECES = st.sampled_from(
    ["<a href='", "https://pan.baidu.com/s/1", "'>", "</a>", "expiretime=", "99999999999999999", "到期", "2026年8月9日", "天后过期", "99", " ", "3M", "<table id=attachAndDisk>", "</table>", "http://[", "&#x110000;", "\x00"]
)  # fmt: skip


@given(html=st.lists(PIECES, max_size=25).map("".join), text=st.text(max_size=50))
def test_whatever_the_body_links_are_found_without_a_fault(html: str, text: str) -> None:
    for link in find_links(html, html + text, ARRIVAL):
        assert link.expires is None or link.expires.tzinfo


def told(text: str) -> dict[str, tuple[str | None, str | None]]:
    """Return (code, expiry as it stands) of each link by the end of its address."""
    return {link.url.rpartition("/")[2]: (link.code, link.expires_text) for link in find_links(None, text, ARRIVAL)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "链接: https://pan.quark.cn/s/q1 提取码：xY12\nhttps://www.aliyundrive.com/s/a1 https://www.alipan.com/s/a2 https://cloud.189.cn/t/t1（访问码：x8u1） https://share.weiyun.com/w1 密码：a1b2c3 https://caiyun.139.com/m/i1 提取码:Ab12",
            {"q1": "xY12", "a1": None, "a2": None, "t1": "x8u1", "w1": "a1b2c3", "i1": "Ab12"},
        ),
        (
            "提取码：ab12 链接：https://pan.baidu.com/s/1abcf\n提取码：cd34 链接：https://pan.baidu.com/s/1abcg",
            {"1abcf": "ab12", "1abcg": "cd34"},
        ),
        (
            "提取码：ab12\n链接：https://pan.baidu.com/s/1abcf\n提取码：cd34\n链接：https://pan.baidu.com/s/1abcg\n谢谢",
            {"1abcf": "ab12", "1abcg": "cd34"},
        ),
        (
            "链接：https://pan.baidu.com/s/1abcf\n提取码：ab12\n链接：https://pan.baidu.com/s/1abcg\n提取码：cd34\n",
            {"1abcf": "ab12", "1abcg": "cd34"},
        ),
        (
            "https://pan.baidu.com/s/1abcf\n解压密码：zip9\n密码 ab12",
            {"1abcf": "ab12"},
        ),
        (
            "https://pan.baidu.com/s/1a?pwd=ab12\n提取码：ab12\nhttps://pan.quark.cn/s/q1",
            {"1a?pwd=ab12": "ab12", "q1": None},
        ),
    ],
)  # fmt: skip
def test_a_code_is_never_taken_from_a_neighbour(text: str, expected: dict[str, str | None]) -> None:
    assert {key: code for key, (code, _) in told(text).items()} == expected


def test_an_expiry_is_never_taken_from_a_neighbour() -> None:
    text = "https://pan.baidu.com/s/1b 提取码: ab12\n有效期7天\n链接: https://pan.quark.cn/s/q1 永久有效"
    assert told(text) == {"1b": ("ab12", "有效期7天"), "q1": (None, "永久有效")}
    (_, second) = find_links(None, text, ARRIVAL)
    assert second.never_expires
    text = "https://pan.baidu.com/s/1b 提取码: ab12\n有效期7天\n链接: https://pan.quark.cn/s/q1"
    assert told(text) == {"1b": ("ab12", "有效期7天"), "q1": (None, None)}


def test_a_name_behind_each_link_is_not_the_one_of_the_link_before() -> None:
    text = "https://pan.baidu.com/s/1b\n甲.zip 3M\nhttps://pan.quark.cn/s/q1\n乙.zip 4M"
    assert [(link.name, link.size_text) for link in find_links(None, text, ARRIVAL)] == [
        ("甲.zip", "3M"),
        ("乙.zip", "4M"),
    ]


@pytest.mark.parametrize(
    ("text", "provider", "key", "code"),
    [
        ("放在文叔叔 https://www.wenshushu.cn/f/abcd 取件码 1234", "wenshushu", "wenshushu:/f/abcd", "1234"),
        ("https://f.ws59.cn/f/abcd", "wenshushu", "wenshushu:/f/abcd", None),
        ("https://115.com/s/swabc?password=x1y2 访问码：x1y2", "115", "115:/s/swabc", "x1y2"),
        ("见微盘：https://drive.weixin.qq.com/s?k=ABC&x=1", "weipan", "weipan:ABC", None),
        ("https://wx.mail.qq.com/s?k=abc 材料.zip", "qqtransfer", "qqtransfer:abc", None),
        ("腾讯文档 https://docs.qq.com/doc/DABC", "docsqq", "docsqq:/doc/DABC", None),
        ("https://www.jianguoyun.com/p/DABC 密码 abcd", "jianguoyun", "jianguoyun:/p/DABC", "abcd"),
        ("https://wwi.lanzoui.com/iabc 密码:9k8j", "lanzou", "lanzou:/iabc", "9k8j"),
        ("从新浪邮箱发来的超大附件 https://mail.sina.com.cn/xx", "sina", "sina:https://mail.sina.com.cn/xx", None),
    ],
)
def test_more_providers_are_known(text: str, provider: str, key: str, code: str | None) -> None:
    link = only(None, text)
    assert (link.provider, link.key, link.code) == (provider, key, code)
    assert provider in LABELS


def test_an_unknown_host_counts_where_a_heading_announces_it() -> None:
    text = "从搜狐邮箱发来的超大附件\n材料.zip (3M, 2026年8月27日 21:59 到期)\n下载：https://dl.sohu.example/f?id=1\n"
    html = text.replace("https://dl.sohu.example/f?id=1", '<a href="https://dl.sohu.example/f?id=1">点击</a>')
    for link in (only(None, text), only(html.replace("\n", "<br>"))):
        assert (link.provider, link.url) == ("cloud", "https://dl.sohu.example/f?id=1")
        assert (link.name, link.size_text, link.expires) == ("材料.zip", "3M", at(2026, 8, 27, 21, 59))


@pytest.mark.parametrize(
    "text",
    [
        "请见 https://dl.sohu.example/f?id=1",
        "贵单位从我会邮箱发来的超大附件已收到，见 https://dl.sohu.example/f?id=1",
        "从贵会邮箱发来的超大附件我们打不开，请看 https://www.ecpmi.org.cn/help",
    ],
)
def test_an_unknown_host_alone_is_no_cloud_link(text: str) -> None:
    assert find_links(None, text, ARRIVAL) == ()


def test_a_name_needs_no_extension() -> None:
    url, line = "https://mail.qq.com/cgi-bin/ftnExs_download?k=1&code=2", "(128.03M, 2026年8月27日 21:59 到期)"
    for link in (
        only(None, f"从QQ邮箱发来的超大附件\n浙江省案例材料 {line}\n进入下载页面：{url}"),
        only(f"<p>从QQ邮箱发来的超大附件</p><a href='{url}'>浙江省案例材料</a> {line}<a href='{url}'>进入下载页面</a>"),
        only(f"<a href='{url}'>浙江省案例材料</a><div>{line}</div>"),
    ):
        assert (link.name, link.size_text) == ("浙江省案例材料", "128.03M")
    assert only(f"<a href='{url}'>下载</a> {line}").name is None
    assert only(None, "https://pan.baidu.com/s/1abc 有效期：永久").never_expires
