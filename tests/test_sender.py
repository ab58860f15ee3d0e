"""Which association wrote: by address, documents and words; what is not certain is not concluded."""

from typing import Any

import pytest

from config.associations import Association, load_associations
from config.campaign import Campaign
from ingest.senders.clues import Register, Written
from ingest.senders.origin import origin_of
from ingest.senders.sender import Sender, sender_of
from store.decisions import Speaking
from tests.test_mail_kind import letter

ROSTER = """
[[associations]]
province = "浙江"
name = "浙江省物业管理协会"
addresses = ["Office@zjwyxh.cn", "zjwx@163.com"]

[[associations]]
province = "江苏"
name = "江苏省物业管理协会"
addresses = ["zjwx@163.com", "jswx@qq.com"]
"""


@pytest.fixture
def associations(tmp_path: Any) -> tuple[Association, ...]:
    path = tmp_path / "roster.toml"
    path.write_text(ROSTER, encoding="utf-8")
    return load_associations(path)


def told(associations: Any, campaign: Campaign, written: Written | None = None, **changes: Any) -> Sender:
    register, mail = Register(associations, campaign), letter(**changes)
    return sender_of(mail, written or Written(), register, origin_of(mail, (), register), Speaking())


def test_a_registered_address_decides(associations: Any, campaign: Campaign) -> None:
    sender = told(associations, campaign, from_address="office@zjwyxh.cn")
    assert (sender.province, sender.level) == ("浙江", "provincial")
    assert "office@zjwyxh.cn" in sender.clues[0]


def test_how_sure_the_clues_are_is_told_with_the_sender(associations: Any, campaign: Campaign) -> None:
    assert told(associations, campaign).confidence == 0.0
    named = told(associations, campaign, subject="四川省案例报送").confidence
    listed = told(associations, campaign, Written(submitters=["四川省物业管理协会"]), subject="四川省案例报送")
    threshold = campaign.call.sender_threshold
    assert named is not None
    assert listed.confidence is not None
    assert 0 < named < threshold <= listed.confidence <= 1


def test_a_colleague_at_the_associations_own_domain_is_known(associations: Any, campaign: Campaign) -> None:
    assert told(associations, campaign, from_address="wang@zjwyxh.cn").province == "浙江"


def test_a_public_mail_providers_domain_says_nothing(associations: Any, campaign: Campaign) -> None:
    assert told(associations, campaign, from_address="someone@163.com").province is None


def test_one_address_of_two_provinces_is_decided_by_the_words(associations: Any, campaign: Campaign) -> None:
    assert told(associations, campaign, from_address="zjwx@163.com").province is None
    written = Written(submitters=["江苏省物业管理协会"], list_recommenders=["南京市物业管理协会", "苏州市物业管理协会"])
    assert told(associations, campaign, written, from_address="zjwx@163.com").province == "江苏"


def test_a_nickname_with_a_list_is_told_by_the_lists_head(associations: Any, campaign: Campaign) -> None:
    sender = told(associations, campaign, Written(submitters=["四川省物业管理协会"]), from_name="风轻云淡")
    assert (sender.province, sender.level) == ("四川", "provincial")
    assert "四川省物业管理协会" in sender.clues[0]


def test_a_list_with_a_blank_head_is_told_by_its_recommenders_and_the_subject(
    associations: Any, campaign: Campaign
) -> None:
    written = Written(list_recommenders=["成都市物业管理协会", "绵阳市物业管理协会"])
    assert told(associations, campaign, written, subject="四川省案例报送").province == "四川"


def test_a_city_association_is_attributed_to_its_province_with_its_level(associations: Any, campaign: Campaign) -> None:
    sender = told(associations, campaign, from_name="深圳市物业管理行业协会", subject="深圳好服务案例报送")
    assert (sender.province, sender.level, sender.city) == ("广东", "city", "深圳市")


def test_a_district_association_of_a_municipality_is_a_city_association(associations: Any, campaign: Campaign) -> None:
    sender = told(associations, campaign, from_name="北京市海淀区物业管理协会")
    assert (sender.province, sender.level, sender.city) == ("北京", "city", "海淀区")


def test_an_enterprise_that_writes_directly_is_told_by_its_form(associations: Any, campaign: Campaign) -> None:
    written = Written(form_recommenders=["杭州市物业管理协会"])
    sender = told(associations, campaign, written, from_name="杭州甲乙物业服务有限公司", subject="杭州春江花园案例")
    assert (sender.province, sender.level) == ("浙江", "enterprise")


def test_a_province_that_is_only_mentioned_is_no_sender(associations: Any, campaign: Campaign) -> None:
    sender = told(associations, campaign, subject="浙江的同志请问几号截止")
    assert sender.province is None
    assert any("浙江" in clue for clue in sender.clues)


def test_two_provinces_named_alike_leave_it_open(associations: Any, campaign: Campaign) -> None:
    sender = told(associations, campaign, subject="浙江省物业管理协会、江苏省物业管理协会案例报送")
    assert sender.province is None


def test_the_recipients_own_name_is_no_clue(associations: Any, campaign: Campaign) -> None:
    assert (
        told(associations, campaign, subject="致中国物业管理协会", text="中国物业管理协会：\n请查收。").province is None
    )


def test_a_signature_is_read_but_a_quoted_mail_below_it_is_not(associations: Any, campaign: Campaign) -> None:
    text = "请查收。\n\n湖南省物业管理协会\n2026年7月1日\n\n------------------ 原始邮件 ------------------\n湖北省物业管理协会"
    assert told(associations, campaign, text=text).province == "湖南"


def test_a_provinces_list_that_names_its_cities_stays_the_provinces(associations: Any, campaign: Campaign) -> None:
    written = Written(submitters=["浙江省物业管理协会"], list_recommenders=["杭州市物业管理协会"])
    sender = told(associations, campaign, written, subject="报送杭州市物业管理协会等推荐的案例")
    assert (sender.province, sender.level) == ("浙江", "provincial")
