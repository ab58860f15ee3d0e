"""Mails passed on inside a mail's text, as the mailers used in China write them."""

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.forwarded import Forwarded, find_forwarded
from parsers.letter import read_letter
from parsers.letter_text import html_as_text
from tests import mail_builders as build

CHINA = timezone(timedelta(hours=8))
SENT = datetime(2026, 8, 1, 9, 30, tzinfo=CHINA)
WHOLE = Forwarded("杭州物协", "hzwx@163.com", SENT, "杭州推荐材料", ("zjwx@qq.com",))

STYLES = {
    "qq": '请查收\n\n------------------ 原始邮件 ------------------\n发件人: "杭州物协" <hzwx@163.com>;\n发送时间: 2026年8月1日(星期六) 上午9:30\n收件人: "浙江物协"<zjwx@qq.com>;\n主题: 杭州推荐材料\n\n正文',
    "qq new": '------------------ Original ------------------\nFrom:  "杭州物协"<hzwx@163.com>;\nDate:  Sat, Aug 1, 2026 09:30 AM\nTo:  "浙江物协"<zjwx@qq.com>;\nSubject:  杭州推荐材料\n\nx',
    "163": '-------- 转发邮件信息 --------\n发件人："杭州物协" <hzwx@163.com>\n发送日期：2026-08-01 09:30:00\n收件人：zjwx@qq.com\n主题：杭州推荐材料\n正文',
    "coremail": "-----原始邮件-----\n发件人:杭州物协 <hzwx@163.com>\n发送时间:2026-08-01 09:30:00 (星期六)\n收件人: zjwx@qq.com\n抄送: a@b.cn\n主题: 杭州推荐材料\n",
    "foxmail": "发件人： 杭州物协 [mailto:hzwx@163.com]\n发送时间： 2026-08-01 09:30\n收件人： zjwx@qq.com\n抄送： \n主题： 杭州推荐材料\n各位老师",
    "outlook": "-----邮件原件-----\n发件人: 杭州物协 [mailto:hzwx@163.com] \n发送时间: 2026年8月1日 9:30\n收件人: 浙江物协 <zjwx@qq.com>\n主题: 杭州推荐材料",
    "outlook english": "-----Original Message-----\nFrom: 杭州物协 <hzwx@163.com>\nSent: Saturday, August 1, 2026 9:30 AM\nTo: 'zjwx@qq.com' <zjwx@qq.com>\nSubject: 杭州推荐材料\n",
    "gmail": "---------- Forwarded message ---------\n发件人： 杭州物协 <hzwx@163.com>\nDate: 2026年8月1日周六 09:30\nSubject: 杭州推荐材料\nTo: <zjwx@qq.com>\n",
    "apple": "开始转发信息：\n\n> 发件人: 杭州物协 <hzwx@163.com>\n> 主题: 杭州推荐材料\n> 日期: 2026年8月1日 GMT+8 09:30:00\n> 收件人: zjwx@qq.com\n>\n> 正文",
    "aliyun": "------------------------------------------------------------------\n发件人：杭州物协 <hzwx@163.com>\n日　期：2026年08月01日 09:30:00\n收件人：浙江物协<zjwx@qq.com>\n主　题：杭州推荐材料\n",
    "139": '----邮件原文----\n发件人："杭州物协" <hzwx@163.com>\n收件人：zjwx@qq.com\n抄　送： (无)\n发送时间：2026-08-01 09:30:00\n主题：杭州推荐材料\n',
    "values on lines of their own": "发件人:\n杭州物协 <hzwx@163.com>\n发送时间:\n2026年8月1日 9:30\n收件人:\nzjwx@qq.com\n主题:\n杭州推荐材料\n",
    "one line": "转发：发件人：杭州物协 <hzwx@163.com> 发送时间：2026年8月1日 9:30 收件人：zjwx@qq.com 主题：杭州推荐材料",
    "bold stars": "*发件人:* 杭州物协 <hzwx@163.com>\n*发送时间:* 2026年8月1日 9:30\n*收件人:* zjwx@qq.com\n*主题:* 杭州推荐材料",
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_a_forwarded_mails_header_is_read_in_each_mailers_style(style: str) -> None:
    (found,) = find_forwarded(STYLES[style])
    assert found == WHOLE


HTML = {
    "outlook": "<div style='border-top:solid'><p><b>发件人<span lang=EN-US>:</span></b> 杭州物协 &lt;hzwx@163.com&gt; <br><b>发送时间<span>:</span></b> 2026年8月1日 9:30<br><b>收件人:</b> zjwx@qq.com<br><b>主题:</b> 杭州推荐材料</p></div>",
    "foxmail": "<div><div><b>发件人：</b>&nbsp;<a href='mailto:hzwx@163.com'>杭州物协</a> &lt;hzwx@163.com&gt;</div><div><b>发送时间：</b>&nbsp;2026-08-01&nbsp;09:30</div><div><b>收件人：</b>&nbsp;zjwx@qq.com</div><div><b>主题：</b>&nbsp;杭州推荐材料</div></div>",
    "qq": "<div style='font-size:12px;background:#efefef'><div><b>发件人:</b>&nbsp;\"杭州物协\"&lt;hzwx@163.com&gt;;</div><div><b>发送时间:</b>&nbsp;2026年8月1日(星期六) 上午9:30</div><div><b>收件人:</b>&nbsp;<wbr>zjwx@qq.com;</div><div></div><div><b>主题:</b>&nbsp;杭州推荐材料</div></div>",
    "table": "<table><tr><td>发件人：</td><td>杭州物协 &lt;hzwx@163.com&gt;</td></tr><tr><td>发送时间：</td><td>2026-08-01 09:30</td></tr><tr><td>收件人：</td><td>zjwx@qq.com</td></tr><tr><td>主题：</td><td>杭州推荐材料</td></tr></table>",
}  # fmt: skip


@pytest.mark.parametrize("style", HTML)
def test_a_forwarded_mails_header_is_read_out_of_html(style: str) -> None:
    assert find_forwarded(html_as_text(HTML[style])) == (WHOLE,)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('在 2026-08-01 09:30:00，"杭州物协" <hzwx@163.com> 写道：', "杭州物协"),
        ("在 2026年8月1日，09:30，杭州物协 <hzwx@163.com> 写道：", "杭州物协"),
        ("在2026年08月01日 09:30，杭州物协<hzwx@163.com> 写道:", "杭州物协"),
        ('At 2026-08-01 09:30:00, "杭州物协" <hzwx@163.com> wrote:', "杭州物协"),
        ("On Sat, Aug 1, 2026 at 9:30 AM 杭州物协 <hzwx@163.com> wrote:", "杭州物协"),
        ("杭州物协 <hzwx@163.com> 于2026年8月1日周六 09:30写道：", "杭州物协"),
        ("> 在 2026年8月1日，09:30，\n> 杭州物协 <hzwx@163.com> 写道：", "杭州物协"),
    ],
)  # fmt: skip
def test_a_quoted_mail_is_told_by_the_line_above_it(line: str, name: str) -> None:
    assert find_forwarded(f"收到，谢谢\n\n{line}\n> 材料见附件") == (Forwarded(name, "hzwx@163.com", SENT, None),)


def test_mails_forwarded_twice_stand_in_order_outermost_first() -> None:
    inner = STYLES["163"].replace("hzwx", "gswx").replace("杭州", "拱墅")
    found = find_forwarded(f'{STYLES["qq"]}\n{inner}\n在 2026-07-30 08:00:00，"某物业" <wy@qq.com> 写道：\n')
    assert [one.from_address for one in found] == ["hzwx@163.com", "gswx@163.com", "wy@qq.com"]


@pytest.mark.parametrize(
    "text",
    [
        "时间：8月5日\n主题：好服务\n地点：杭州",
        "发件人：张三\n电话：0571-1",
        "--\n张三\n浙江省物业管理协会\n发件人地址：杭州市",
        "请于2026年8月5日前写道：",
        "在此之前他写道：",
        "",
    ],
)
def test_what_is_no_mails_header_is_none(text: str) -> None:
    assert find_forwarded(text) == ()


def test_a_forwarded_header_without_a_readable_time_still_tells_who() -> None:
    found = find_forwarded("发件人: 张三\n发送时间: 昨天\n收件人: 李四\n主题: 回复: 时间：8月1日")
    assert found == (Forwarded("张三", None, None, "回复: 时间：8月1日"),)


def test_a_letter_names_the_mails_it_passes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(build.mail(build.text_part(HTML["outlook"], b"html")))
    assert read_letter(path)[0].forwarded == (WHOLE,)


@pytest.mark.parametrize(
    "piece",
    [
        "发件人：",
        "发件人：a\n主题：b\n",
        "在 2026 ",
        "在 2026\n",
        "<a@b> 于 ",
        "于2026年8月1日写道：\n",
        "> ",
        "主　题 ",
        "\n",
    ],
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    start = time.process_time()
    assert len(find_forwarded(piece * (200_000 // len(piece)))) <= 50
    assert time.process_time() - start < 5


PIECES = ["发件人：", "主题:", "发送时间: ", "在", "写道：", "于", "\n", " ", ">", "2026年8月1日 9:30", "<a@b.cn>", '"', "x", "2026-99-99 99:99"]  # fmt: skip


@given(text=st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=200)))
def test_whatever_the_text_it_is_read_without_a_fault(text: str) -> None:
    for one in find_forwarded(text):
        assert one.sent is None or one.sent.tzinfo
