"""Who wrote, end to end: raw mails of every sort of sender, and whose they are taken for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from ingest.desk import Desk, open_desk
from reports.export import rows
from reports.finding import Assessment
from reports.incoming import MessageView
from tests.desks import codes, take, write_settings
from tests.inbox import BOX, Sent, list_files, mail, photo
from tests.mail_builders import gbk_zip
from tests.sample import ROSTER, day

IN_TIME = day("07-20T10:00:00")
ZHEJIANG, JIANGSU = "浙江省物业管理协会", "江苏省物业管理协会"
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
N = Sent("玄武花园", "南京玄武物业服务有限公司", "南京市物业管理协会", photos=0)
MORE = """
[[associations]]
province = "浙江"
name = "浙江省物业管理协会"
addresses = ["zjwx@163.com", "1000123@qq.com"]

[[associations]]
province = "兵团"
name = "新疆生产建设兵团物业管理协会"
addresses = ["btwx@bingtuan.example"]

[[associations]]
province = "广东"
name = "广东省物业管理协会"
addresses = ["both@163.com"]

[[associations]]
province = "广西"
name = "广西物业管理协会"
addresses = ["both@163.com"]
"""
# example with letters of another script, as a domain carries them.
CYRILLIC_A = "xn--" + "ex\u0430mple".encode("punycode").decode()
CYRILLIC_L_AND_E = "xn--" + "examp\u04cf\u0435".encode("punycode").decode()
COLLEAGUE = "wang@ecpmi.org.cn"
Take = Callable[..., Assessment]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    settings = write_settings(tmp_path / "desk")
    (tmp_path / "desk" / "roster.toml").write_text(ROSTER + MORE, encoding="utf-8")
    one = open_desk(load_settings(settings, {}))
    yield one
    one.store.close()


@pytest.fixture
def taken(opened: Desk, tmp_path: Path) -> Take:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


@pytest.fixture
def told(taken: Take) -> Callable[..., MessageView]:
    """Take in one mail and return what became of it."""
    return lambda raw: taken(raw).picture.messages[-1]


def listed(submitter: str = "", *cases: Sent) -> dict[str, bytes]:
    return list_files(submitter, cases or (A,), scanned=False)


def forms(*cases: Sent) -> dict[str, bytes]:
    return {f"{case.community}推荐表.docx": case.form_docx() for case in cases}


def sent(sender: str, subject: str = "报送", files: Any = None, text: str = "请查收。", **headers: str) -> bytes:
    return mail(sender, subject, IN_TIME, listed(ZHEJIANG) if files is None else files, text, **headers)


def concluded(view: MessageView) -> tuple[str | None, str | None]:
    return view.province, view.sender_level


@pytest.mark.parametrize("address", ["zjwyxh@example.cn", "zjwx@163.com", "1000123@qq.com", "ZJWX@163.COM"])
def test_each_of_an_associations_many_addresses_is_its_own(told: Any, address: str) -> None:
    view = told(sent(address, files=forms(A)))
    assert concluded(view) == ("浙江", "provincial")
    assert address.lower() in view.sender_basis


def test_one_address_of_two_provinces_is_asked_about_where_nothing_else_speaks(told: Any) -> None:
    view = told(sent("both@163.com", files=forms(A, N)))
    assert view.province is None
    assert set(view.candidates) == {"广东", "广西"}


@pytest.mark.parametrize(
    ("submitter", "city", "province"),
    [("广东省物业管理协会", "广州市", "广东"), ("广西物业管理协会", "南宁市", "广西")],
)
def test_one_address_of_two_provinces_is_decided_mail_by_mail_by_its_documents(
    told: Any, submitter: str, city: str, province: str
) -> None:
    own = Sent("春江花园", "甲物业服务有限公司", f"{city}物业管理协会", photos=0)
    assert concluded(told(sent("both@163.com", files=listed(submitter, own)))) == (province, "provincial")


@pytest.mark.parametrize("sender", ["风轻云淡 <88776655@qq.com>", "静水流深 <jsls@163.com>", "？<1@qq.com>"])
def test_a_private_address_with_a_nickname_is_told_by_its_list(told: Any, sender: str) -> None:
    view = told(sent(sender))
    assert concluded(view) == ("浙江", "provincial")
    assert "汇总清单的提交单位" in view.sender_basis


def test_a_private_address_without_any_clue_is_asked_about(told: Any) -> None:
    view = told(sent("风轻云淡 <88776655@qq.com>", "好服务案例", {"照片.zip": gbk_zip({"1.jpg": b"x"})}))
    assert view.province is None


def quoting(name: str, address: str, subject: str) -> str:
    return (
        "请归档。\n王\n中国物业管理协会\n\n---------- 转发的邮件 ----------\n"
        f"发件人: {name} <{address}>\n发送时间: 2026年7月19日 9:00\n收件人: {BOX}\n主题: {subject}\n\n请查收附件。\n"
    )


@pytest.mark.parametrize("own", [BOX, COLLEAGUE, f"王老师 <{COLLEAGUE}>"])
def test_a_colleague_who_forwards_inline_is_not_the_sender(told: Any, own: str) -> None:
    raw = sent(own, "转发：报送", forms(A), quoting("江苏", "jswx@jsproperty.example", "江苏报送"))
    view = told(raw)
    assert (*concluded(view), view.kind) == ("江苏", "provincial", "submission")
    assert "原发信人 jswx@jsproperty.example" in view.sender_basis


@pytest.mark.parametrize("own", [BOX, COLLEAGUE])
def test_a_colleague_who_forwards_as_an_attachment_is_not_the_sender(told: Any, own: str) -> None:
    inner = sent("江苏物协 <jswx@jsproperty.example>", "江苏报送", listed(JIANGSU, N))
    view = told(sent(own, "Fw: 报送", {"江苏报送.eml": inner}))
    assert (*concluded(view), view.kind) == ("江苏", "provincial", "submission")


def test_mails_of_two_provinces_forwarded_together_are_asked_about(told: Any) -> None:
    one = sent("jswx@jsproperty.example", "江苏", listed(JIANGSU, N))
    two = sent("zjwyxh@example.cn", "浙江", listed(ZHEJIANG))
    view = told(sent(COLLEAGUE, "转发两封", {"江苏.eml": one, "浙江.eml": two}))
    assert view.province is None
    assert set(view.candidates) == {"江苏", "浙江"}


def test_a_colleague_who_answers_a_province_does_not_submit(told: Any) -> None:
    view = told(sent(COLLEAGUE, "回复：报送", {}, quoting("江苏", "jswx@jsproperty.example", "江苏报送")))
    assert (view.province, view.kind) == (None, "automatic")


def test_a_private_forward_of_an_associations_mail_is_told_with_other_clues(told: Any) -> None:
    inner = sent("zjwyxh@example.cn", "浙江报送", forms(A))
    view = told(sent("小张 <zhang@qq.com>", "转发：浙江报送", {"浙江报送.eml": inner}))
    assert view.province == "浙江"
    assert "转发的原信来自登记的地址 zjwyxh@example.cn" in view.sender_basis


def test_a_private_forward_alone_proves_nothing(told: Any) -> None:
    view = told(sent("小张 <zhang@qq.com>", "转发：报送", {}, quoting("x", "zjwyxh@example.cn", "好服务案例报送")))
    assert view.province is None
    assert "浙江" in view.candidates


def test_a_citys_mail_passed_on_by_the_province_stays_the_provinces(told: Any) -> None:
    inner = sent("杭州市物业管理协会 <hzwx@163.com>", "杭州市物业管理协会报送", forms(A))
    view = told(sent("zjwyxh@example.cn", "转发：杭州市报送", {"杭州市报送.eml": inner}))
    assert concluded(view) == ("浙江", "provincial")
    quoted = told(
        sent(f"{ZHEJIANG} <x@qq.com>", "转发杭州", forms(A), quoting("杭州市物业管理协会", "hz@163.com", "杭州"))
    )
    assert concluded(quoted) == ("浙江", "provincial")


@pytest.mark.parametrize(
    ("sender", "files", "expected"),
    [
        (
            "深圳市物业管理行业协会 <sz@qq.com>",
            forms(Sent("海景", "深圳甲物业有限公司", "深圳市物业管理行业协会")),
            ("广东", "city"),
        ),
        (
            "大连市物业管理协会 <dl@163.com>",
            forms(Sent("星海", "大连甲物业有限公司", "大连市物业管理协会")),
            ("辽宁", "city"),
        ),
        ("杭州春江物业服务有限公司 <cj@qq.com>", forms(A), ("浙江", "enterprise")),
    ],
)
def test_cities_and_enterprises_that_write_themselves_go_to_their_province_and_it_is_said(
    taken: Take, sender: str, files: Any, expected: tuple[str, str]
) -> None:
    done = taken(sent(sender, "好服务案例", files))
    assert concluded(done.picture.messages[0]) == expected
    assert "sender.not_provincial" in codes(done, expected[0])
    assert any(row["province"] == expected[0] and row["community"] for row in rows(done, "cases"))


def test_lists_of_two_provinces_in_one_mail_are_asked_about(told: Any) -> None:
    files = {"浙江.docx": listed(ZHEJIANG)["汇总清单.docx"], "江苏.docx": listed(JIANGSU, N)["汇总清单.docx"]}
    view = told(sent("小张 <zhang@qq.com>", "两省材料", files))
    assert view.province is None
    assert set(view.candidates) == {"浙江", "江苏"}


def test_a_registered_address_that_sends_for_two_provinces_is_its_own_and_may_be_settled_by_a_person(told: Any) -> None:
    files = {"浙江.docx": listed(ZHEJIANG)["汇总清单.docx"], "江苏.docx": listed(JIANGSU, N)["汇总清单.docx"]}
    view = told(sent("zjwyxh@example.cn", "两省材料", files))
    assert view.province is None
    assert "江苏" in view.candidates


@pytest.mark.parametrize("sender", ["btwx@bingtuan.example", "新疆生产建设兵团物业管理协会 <x@qq.com>"])
def test_an_association_added_by_the_roster_is_not_taken_for_the_province_around_it(told: Any, sender: str) -> None:
    own = Sent("军垦新城", "石河子甲物业有限公司", "石河子市物业管理协会", photos=0)
    view = told(sent(sender, "兵团报送", {**listed("新疆生产建设兵团物业管理协会", own), **forms(own)}))
    assert concluded(view) == ("兵团", "provincial")


def test_the_province_around_an_added_association_writes_for_itself(told: Any) -> None:
    own = Sent("天山新城", "乌鲁木齐甲物业有限公司", "乌鲁木齐市物业管理协会", photos=0)
    view = told(sent("x@qq.com", "报送", {**listed("新疆维吾尔自治区物业管理协会", own), **forms(own)}))
    assert view.province == "新疆"


def test_a_new_contact_of_an_association_is_told_by_the_signature(told: Any) -> None:
    text = "请查收。以后由我联系。\n\n李明\n浙江省物业管理协会\n13900001111"
    assert concluded(told(sent("李明 <liming@126.com>", "报送", forms(A), text))) == ("浙江", "provincial")


def test_see_attachment_with_a_new_word_document_is_told_by_what_stands_in_it(told: Any) -> None:
    files = {"新建 Microsoft Word 文档.docx": listed(ZHEJIANG)["汇总清单.docx"]}
    view = told(sent("1@qq.com", "见附件", files, "见附件"))
    assert (*concluded(view), view.kind) == ("浙江", "provincial", "submission")


def test_an_empty_body_and_subject_are_no_hindrance(told: Any) -> None:
    assert concluded(told(sent("1@qq.com", "", text=""))) == ("浙江", "provincial")


def test_a_reply_address_is_a_sign_and_no_proof(told: Any) -> None:
    view = told(sent("1@qq.com", "报送", forms(), Reply_To="zjwyxh@example.cn"))
    assert view.province is None
    assert "回信地址 zjwyxh@example.cn 是登记的地址" in view.sender_basis
    assert told(sent("1@qq.com", "浙江报送", forms(A), Reply_To="zjwyxh@example.cn")).province == "浙江"


def test_a_mail_sent_by_a_service_for_the_association_says_so(told: Any) -> None:
    view = told(sent("zjwyxh@example.cn", "报送", forms(A), Sender="bounce@mailer.example"))
    assert concluded(view) == ("浙江", "provincial")
    assert "由 bounce@mailer.example 代发" in view.sender_basis


def test_a_mail_through_a_list_is_told_by_its_name(told: Any) -> None:
    headers = {"List_Id": "<wuye.groups.example>", "Precedence": "list"}
    view = told(sent(f"{ZHEJIANG} via 物业 <wuye@groups.example>", "报送", forms(A), **headers))
    assert (*concluded(view), view.kind) == ("浙江", "provincial", "submission")


@pytest.mark.parametrize(
    "sender",
    [
        "zjwyxh@examp1e.cn",
        f"{ZHEJIANG} <zjwyxh@examp1e.cn>",
        "zjwyxh@exarnple.cn",
        "zjvvyxh@example.cn",
        "zjwx@l63.com",
        "1OO0123@qq.com",
        f"zjwyxh@{CYRILLIC_A}.cn",
        f"zjwyxh@{CYRILLIC_L_AND_E}.cn",
        "zjwyxh@example.cn.mail.example",
        "jswx@jspr0perty.example",
        '"zjwyxh@example.cn" <evil@x.com>',
        '"浙江省物协 zjwyxh@example.cn" <evil@x.com>',
        "wang@ecprni.org.cn",
        "zjwyxh＠example.cn <evil@x.com>",
    ],
)
def test_an_imitation_is_never_taken_for_what_it_imitates(taken: Take, sender: str) -> None:
    done = taken(sent(sender, "浙江报送"))
    view = done.picture.messages[0]
    assert view.province is None
    assert {"sender.unknown", "sender.suspicious"} <= codes(done)
    (finding,) = (one for one in done.findings if one.code == "sender.suspicious")
    assert "可疑" in finding.message
    assert finding.clause == "–"


def test_homographs_in_utf8_are_imitations_too(told: Any) -> None:
    raw = sent("zjwyxh@example.cn").replace(b"From: zjwyxh@example.cn", "From: zjwyxh@ex\u0430mple.cn".encode())
    view = told(raw)
    assert view.province is None
    assert view.suspicions


@pytest.mark.parametrize(
    "header",
    [
        b"zjwyxh@example.cn, evil@x.com",
        b"<zjwyxh@example.cn> <evil@x.com>",
        b"zjwyxh@example.cn@evil.example",
        b'"zjwyxh@example.cn"@evil.example',
        b"zjwyxh@example.cn\r\nFrom: evil@x.com",
        b"=?utf-8?B?emp3eXhoQGV4YW1wbGUuY24=?= <evil@x.com>",
    ],
)
def test_a_from_that_shows_several_addresses_is_nobodys(told: Any, header: bytes) -> None:
    view = told(sent("zjwyxh@example.cn").replace(b"From: zjwyxh@example.cn", b"From: " + header))
    assert view.province is None
    assert view.suspicions


@pytest.mark.parametrize("sender", ["zjwyxh2@163.com", "sdwx@126.com", '"zjwyxh@example.cn" <zjwyxh@example.cn>'])
def test_another_address_of_a_similar_name_is_no_imitation(told: Any, sender: str) -> None:
    view = told(sent(sender))
    assert (view.province, view.suspicions) == ("浙江", ())


SERVER = "mx.ecpmi.org.cn"


@pytest.mark.parametrize(
    ("results", "suspicious"),
    [
        (f"{SERVER}; spf=fail smtp.mailfrom=evil@x.com", True),
        (f"{SERVER}; spf=softfail smtp.mailfrom=zjwyxh@example.cn", True),
        (f"{SERVER}; spf=pass smtp.mailfrom=x.com; dkim=none; dmarc=fail header.from=example.cn", True),
        (f"{SERVER}; dkim=fail header.d=example.cn", True),
        (f"{SERVER}; spf=fail smtp.mailfrom=list.example; dkim=pass header.d=example.cn", False),
        (f"{SERVER}; spf=fail smtp.mailfrom=list.example; dmarc=pass header.from=example.cn", False),
        (f"{SERVER}; spf=pass smtp.mailfrom=example.cn; dkim=pass header.d=example.cn", False),
        (f"{SERVER}; spf=none; dkim=none", False),
        ("mx.evil.example; spf=fail smtp.mailfrom=example.cn", False),
    ],
)
def test_only_the_receiving_servers_own_word_counts_against_an_address(
    taken: Take, results: str, suspicious: bool
) -> None:
    done = taken(sent("zjwyxh@example.cn", "报送", forms(A), Authentication_Results=results))
    view = done.picture.messages[0]
    assert (view.province is None) is suspicious
    assert ("sender.suspicious" in codes(done)) is suspicious


def test_a_failed_check_leaves_the_documents_to_speak_and_is_said(taken: Take) -> None:
    raw = sent("zjwyxh@example.cn", Authentication_Results=f"{SERVER}; spf=fail smtp.mailfrom=evil@x.com")
    done = taken(raw)
    (finding,) = (one for one in done.findings if one.code == "sender.suspicious")
    assert finding.province == "浙江"
    assert "SPF 未通过" in finding.message


def test_a_failed_check_of_an_address_that_nobody_relies_on_is_nothing(told: Any) -> None:
    view = told(sent("x@qq.com", Authentication_Results=f"{SERVER}; spf=fail smtp.mailfrom=x@qq.com"))
    assert (view.province, view.suspicions) == ("浙江", ())


def test_somebody_who_writes_as_a_colleague_cannot_forward_for_a_province(told: Any) -> None:
    raw = sent(COLLEAGUE, "转发", forms(A), quoting("x", "zjwyxh@example.cn", "浙江"),
               Authentication_Results=f"{SERVER}; spf=fail smtp.mailfrom=evil.example")  # fmt: skip
    view = told(raw)
    assert view.province is None
    assert view.suspicions


def test_photos_that_a_private_address_sends_after_its_list_are_of_its_province(taken: Take) -> None:
    first = mail("夕阳红 <123@qq.com>", "报送材料", IN_TIME, list_files(ZHEJIANG, [A]))
    second = mail("夕阳红 <123@qq.com>", "照片", day("07-20T10:05:00"), {"1.jpg": photo("a")})
    done = taken(second, first)
    photos = next(one for one in done.picture.messages if one.subject == "照片")
    assert (photos.kind, photos.province) == ("submission", "浙江")
    assert "此前由地址 123@qq.com 报送的来信属于浙江" in photos.sender_clues


def test_photos_of_an_address_that_wrote_for_two_provinces_are_asked_about(taken: Take) -> None:
    done = taken(
        mail("夕阳红 <123@qq.com>", "报送", IN_TIME, list_files(ZHEJIANG, [A])),
        mail("夕阳红 <123@qq.com>", "报送", day("07-20T10:02:00"), list_files(JIANGSU, [N])),
        mail("夕阳红 <123@qq.com>", "照片", day("07-20T10:05:00"), {"1.jpg": photo("a")}),
    )
    assert next(one.province for one in done.picture.messages if one.subject == "照片") is None
    assert "sender.unknown" in codes(done)


def test_attachments_of_somebody_unknown_without_a_word_are_asked_about(taken: Take) -> None:
    done = taken(mail("x@qq.com", "见附件", IN_TIME, {"1.jpg": photo("a")}))
    assert "sender.unknown" in codes(done)


def test_photos_of_an_enterprise_whose_province_is_told_are_filed(taken: Take) -> None:
    done = taken(
        mail("成都锦江物业服务有限公司 <jj@qq.com>", "四川省成都市锦江国际花园照片", IN_TIME, {"1.jpg": photo("a")})
    )
    assert [(one.kind, one.province) for one in done.picture.messages] == [("submission", "四川")]
