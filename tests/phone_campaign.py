"""The campaign that the phone's questions are tried on: provinces in all states, built by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reports.finding import Assessment
from reports.mail_side import MailboxHealth
from reports.picture import AssociationView, CaseView
from tests import picture_builders as build
from tests.picture_builders import AFTER, answered_link, association, campaign, case, city, file_of, finding, message

_DAY = timedelta(days=1)


def phone_campaign(as_of: datetime = AFTER) -> Assessment:
    """Return eleven provinces that sent, each otherwise, and strangers of whom nobody knows the province."""
    views = _views()
    mails = [mail for view in views for mail in view.messages_in]
    stranger = message(
        None, subject="好服务案例照片", from_address="wind@qq.example", arrival=build.MORNING, candidates=("贵州",)
    )
    question = message("西藏", kind="inquiry", subject="请问能否延期", files=0, from_address="xz@example.cn")
    made = build.assessment(views, _findings(), others=[stranger, question], as_of=as_of)
    shandong = next(view for view in views if view.province == "山东")
    zip_ = file_of(next(m for m in mails if m.province == "陕西"), "雁塔人家.zip", "archive", status="corrupt")
    links = tuple(
        replace(
            answered_link(mail),
            answered=False,
            name=f"{mail.province}材料.zip",
            expires=as_of + 2 * _DAY,
            key=str(mail.id),
        )
        for mail in mails
        if mail.province in ("浙江", "广东")
    )
    picture = replace(
        made.picture,
        cities=(*(city(view, one, 5) for view in views for one in _cities(view)[:1]), city(shandong, "潍坊市")),
        links=links,
        files=(*(file for one in made.picture.files for file in [replace(one, facts={"fields": {"a": 1}, "rows": [1]}, case_ids=one.case_ids or (1,))]), zip_),
        health=(MailboxHealth("wzglzzh@ecpmi.org.cn", as_of, None, ""),),
    )  # fmt: skip
    return replace(made, picture=picture)


def _cities(view: AssociationView) -> list[str]:
    return [one for one in dict.fromkeys(case.city for case in view.cases) if one and one != "潍坊市"]


def _mail(province: str, address: str, subject: str, day: str) -> object:
    return message(province, from_address=address, subject=subject, arrival=datetime.fromisoformat(f"2026-{day}+08:00"))


def _views() -> list[AssociationView]:
    zj = _mail("浙江", "zjwyxh@example.cn", "浙江省“好服务”案例报送", "07-20T10:12:03")
    js = _mail("江苏", "office@jsproperty.example", "江苏省推荐案例材料", "07-22T15:40:10")
    sc = _mail("四川", "8812@qq.example", "四川省住宅小区“好服务”案例报送", "07-24T09:05:00")
    sd = _mail("山东", "sdwx@example.cn", "山东省案例报送", "07-27T16:20:00")
    gd = _mail("广东", "szwx@example.cn", "深圳好服务案例", "07-28T14:00:00")
    sh = _mail("上海", "sh@wyxh.example", "上海市报送“好服务”推荐案例", "07-29T09:30:00")
    bj = _mail("北京", "bj@wyxh.example", "北京市“好服务”案例", "07-30T17:45:00")
    hb = _mail("湖北", "hb@wyxh.example", "湖北省案例", "08-03T11:11:11")
    sx = _mail("陕西", "sx@wyxh.example", "陕西省“好服务”案例报送", "08-04T10:00:00")
    hn = _mail("湖南", "hn@wyxh.example", "湖南省“好服务”案例报送", "08-06T09:12:45")

    def one(mail: object, name: str, place: str, company: str, **more: object) -> CaseView:
        return case(mail, name, place, company=company, **more)  # type: ignore[arg-type]

    yd = "潍坊鸢都物业服务有限公司"
    return [
        association("浙江", [zj], [
            one(zj, "春江花园", "杭州市", "杭州春江物业服务有限公司", has=("row", "material"), form_stamped=None),
            one(zj, "西溪诚园", "杭州市", "浙江诚园物业服务有限公司", photos=4, form_stamped=True),
            one(zj, "鄞州安居家园", "宁波市", "宁波甬安物业管理有限公司", project_type="resettlement"),
        ], roster=build.known("浙江").model_copy(update={"contact": "陈静", "phone": "13900001234", "aliases": ("浙江省物协",)})),
        association("江苏", [js], [
            one(js, "玄武湖畔花园", "南京市", "南京金陵物业服务有限公司", form_stamped=True),
            one(js, "姑苏人家", "苏州市", "苏州园区物业管理有限公司"),
        ]),
        association("四川", [sc], [
            one(sc, "锦江国际花园", "成都市", "成都锦江物业服务有限公司"),
            one(sc, "涪城新居", "绵阳市", "绵阳涪城物业服务有限公司", has=("row", "material"), project_type="resettlement"),
        ], scan=False),
        association("山东", [sd], [
            one(sd, "鸢飞花园", "潍坊市", yd), one(sd, "虞河人家", "潍坊市", yd, project_type="resettlement"),
            one(sd, "白浪河畔", "潍坊市", yd, project_type="abandoned"),
            one(sd, "北海名城", "潍坊市", yd, project_type="soe_transferred"),
        ]),
        association("广东", [gd], [one(gd, "南山海景花园", "深圳市", "深圳南山物业服务有限公司", photos=2)], scan=False),
        association("上海", [sh], [one(sh, "徐汇新村", "徐汇区", "上海徐房物业管理有限公司", project_type="soe_transferred")]),
        association("北京", [bj], [
            one(bj, "海淀学府苑", "海淀区", "北京学府物业管理有限公司"), one(bj, "朝阳雅居", "朝阳区", "北京雅居物业管理有限公司"),
        ]),
        association("湖北", [hb], [one(hb, "东湖名苑", "武汉市", "武汉东湖物业服务有限公司", collection_rate=0.85)],
                    roster=build.known("湖北").model_copy(update={"name": "湖北省物业服务和管理协会"})),
        association("陕西", [sx], [
            one(sx, "曲江春晓", "西安市", "西安大明宫物业服务有限公司"),
            one(sx, "雁塔人家", "西安市", "西安雁塔物业服务有限公司", has=("row",), photos=0, project_type="abandoned"),
        ]),
        association("湖南", [hn], [one(hn, "岳麓山庄", "长沙市", "长沙岳麓物业服务有限公司")]),
    ]  # fmt: skip


def _findings() -> list[object]:
    common = {"subject": "case"}
    return [
        finding("form.missing", "error", phase="missing", community="春江花园", city="杭州市", message="尚未收到推荐表（附件3），请补充", clause="三(二)2", **common),
        finding("eligibility.collection_rate", "error", province="湖北", city="武汉市", community="东湖名苑", message="物业服务费收缴率为 85%，须在 90% 以上", clause="二(二)"),
        finding("mismatch.company", province="陕西", city="西安市", community="曲江春晓", message="物业服务企业不一致", clause="四(三)"),
        finding("quota.exceeded", "error", province="山东", city="潍坊市", subject="association", message="潍坊市推荐了 4 个案例，名额为 3 个"),
    ]  # fmt: skip


NOW = datetime(2026, 8, 6, 2, 0, tzinfo=UTC)
assert campaign().call.last_moment < NOW
