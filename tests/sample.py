"""The sample campaign of `make demo` and of the end-to-end tests: ten provinces that sent, each in its own way."""

from collections.abc import Iterator
from datetime import datetime

from tests import doc_builders as docs
from tests.inbox import Sent, list_files, mail, submission

ROSTER = """\
[[associations]]
province = "浙江"
name = "浙江省物业管理协会"
addresses = ["zjwyxh@example.cn"]
contact = "陈静"
phone = "13900001234"

[[associations]]
province = "江苏"
name = "江苏省物业管理协会"
addresses = ["jswx@jsproperty.example"]

[[associations]]
province = "山东"
name = "山东省物业管理协会"
addresses = ["sdwx@example.cn"]
"""

SELECTED = "province,city,community,company\n湖北省,武汉市,东湖名苑,武汉东湖物业服务有限公司\n"

_ZHEJIANG = (
    Sent("春江花园小区", "杭州春江物业服务有限公司", "杭州市物业管理协会"),
    Sent("西溪诚园", "浙江诚园物业服务有限公司", "杭州市物业管理协会", "2012年5月", photos=4),
    Sent("鄞州安居家园", "宁波甬安物业管理有限公司", "宁波市物业管理协会", "2014.9", "安置房小区"),
)
_JIANGSU = (
    Sent("玄武湖畔花园", "南京金陵物业服务有限公司", "南京市物业管理协会"),
    Sent("姑苏人家", "苏州园区物业管理有限公司", "苏州市物业管理协会", "二〇一三年十月", "☑商品住宅小区 □安置房小区"),
)
_SICHUAN = (
    Sent("锦江国际花园", "成都锦江物业服务有限公司", "成都市物业管理协会"),
    Sent("涪城新居", "绵阳涪城物业服务有限公司", "绵阳市物业管理协会", "2016年3月", "安置房小区", has_form=False),
)
_SHANDONG = tuple(
    Sent(name, "潍坊鸢都物业服务有限公司", "潍坊市物业管理协会", "2011年8月", kind)
    for name, kind in (
        ("鸢飞花园", "商品住宅小区"),
        ("虞河人家", "安置房小区"),
        ("白浪河畔", "弃管小区"),
        ("北海名城", "国企移交社会管理小区"),
    )
)
_HUNAN = (Sent("岳麓山庄", "长沙岳麓物业服务有限公司", "长沙市物业管理协会"),)
_SHANGHAI = (
    Sent("徐汇新村", "上海徐房物业管理有限公司", "上海市徐汇区物业管理协会", "1998年12月", "国企移交社会管理小区"),
)
_SHENZHEN = (Sent("南山海景花园", "深圳南山物业服务有限公司", "深圳市物业管理行业协会", photos=2),)
_BEIJING = (
    Sent("海淀学府苑", "北京学府物业管理有限公司", "北京市海淀区物业管理协会", "2008年"),
    Sent("朝阳雅居", "北京雅居物业管理有限公司", "北京市朝阳区物业管理协会", "2017年7月"),
)
_HUBEI = (
    Sent(
        "东湖名苑",
        "武汉东湖物业服务有限公司",
        "武汉市物业管理协会",
        "2021年3月",
        form={"collection_rate": "85%", "applicant_phone": ""},
    ),
)
_SHAANXI = (
    Sent("曲江春晓", "西安曲江物业服务有限公司", "西安市物业管理协会", form={"company": "西安大明宫物业服务有限公司"}),
    Sent("雁塔人家", "西安雁塔物业服务有限公司", "西安市物业管理协会", "2013年4月", "弃管小区"),
)


def day(text: str) -> datetime:
    """Return a moment of the campaign in Beijing, from month, day and clock."""
    return datetime.fromisoformat(f"2026-{text}+08:00")


def mails() -> Iterator[bytes]:
    """Yield the mails of the sample inbox in the order of their arrival."""
    yield mail(
        "浙江物协 <zjwyxh@example.cn>",
        "浙江省“好服务”案例报送",
        day("07-20T10:12:03"),
        submission("浙江省物业管理协会", _ZHEJIANG),
    )
    yield mail(
        "A展会 <expo@fair.example>", "第十二届国际智慧停车展邀请函", day("07-20T11:00:00"), text="诚邀参展，展位优惠。"
    )
    yield mail(
        "江苏省物业管理协会 <office@jsproperty.example>",
        "江苏省推荐案例材料",
        day("07-22T15:40:10"),
        submission("江苏省物业管理协会", _JIANGSU, zipped=False),
    )
    yield mail(
        "蜀道难 <8812@qq.example>",
        "四川省住宅小区“好服务”案例报送",
        day("07-24T09:05:00"),
        submission("四川省物业管理协会", _SICHUAN),
    )
    yield mail(
        "山东物协 <sdwx@example.cn>",
        "山东省案例报送",
        day("07-27T16:20:00"),
        submission("山东省物业管理协会", _SHANDONG),
    )
    yield mail(
        "深圳市物业管理行业协会 <szwx@example.cn>",
        "深圳好服务案例",
        day("07-28T14:00:00"),
        submission("深圳市物业管理行业协会", _SHENZHEN, scanned=False),
    )
    small = {"徐汇新村照片5.jpg": docs.small_jpeg(3), "徐汇新村照片6.jpg": docs.photo_jpeg(9)[:600_000]}
    yield mail(
        "上海市物业管理行业协会 <sh@wyxh.example>",
        "上海市报送“好服务”推荐案例",
        day("07-29T09:30:00"),
        submission("上海市物业管理行业协会", _SHANGHAI, scanned=False) | small,
    )
    yield mail(
        "北京物业管理行业协会 <bj@wyxh.example>",
        "北京市“好服务”案例",
        day("07-30T17:45:00"),
        submission("北京物业管理行业协会", _BEIJING),
    )
    yield mail(
        "小胡 <hu@163.example>",
        "请问推荐表能否只盖电子章？",
        day("07-31T08:50:00"),
        text="老师好，请问好服务案例推荐表能否只盖电子章？谢谢。",
    )
    yield mail(
        "湖北省物业服务和管理协会 <hb@wyxh.example>",
        "湖北省案例",
        day("08-03T11:11:11"),
        submission("湖北省物业服务和管理协会", _HUBEI),
    )
    yield mail(
        "陕西省物业管理协会 <sx@wyxh.example>",
        "陕西省“好服务”案例报送",
        day("08-04T10:00:00"),
        submission("陕西省物业管理协会", _SHAANXI[:1]),
    )
    yield mail(
        "陕西省物业管理协会 <sx@wyxh.example>",
        "更正：陕西省“好服务”案例汇总清单（以此件为准）",
        day("08-04T18:30:00"),
        list_files("陕西省物业管理协会", _SHAANXI) | {"雁塔人家.zip": b"PK\x03\x04 cut short"},
    )
    yield mail(
        "风轻云淡 <wind@qq.example>", "好服务案例照片", day("08-05T12:00:00"), {"IMG_2031.jpg": docs.photo_jpeg(4)}
    )
    yield mail("postmaster <zjwyxh@example.cn>", "自动回复：收到", day("08-05T13:00:00"), Auto_Submitted="auto-replied")
    yield mail(
        "湖南省物业管理协会 <hn@wyxh.example>",
        "湖南省“好服务”案例报送",
        day("08-06T09:12:45"),
        submission("湖南省物业管理协会", _HUNAN),
    )
