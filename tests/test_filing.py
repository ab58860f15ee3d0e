"""Which case a file belongs to: told by names, folders and neighbours, and left open where nothing is certain."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from config.campaign import Campaign
from ingest.cases.filing import place_all
from ingest.cases.placing import Item


def cell(text: str | None) -> dict[str, Any]:
    return {"raw": text or "", "value": text, "place": "", "method": "docx", "confidence": 1.0}


def listed(*communities: str | tuple[str, str], number: int = 1, mail: int = 1) -> Item:
    rows = []
    for one in communities:
        community, recommender = one if isinstance(one, tuple) else (one, "杭州市物业管理协会")
        rows.append({"community": cell(community), "recommender": cell(recommender), "company": cell("甲物业有限公司")})
    return Item(
        number, mail, "清单.docx", "清单.docx", "summary_list", ({"kind": "summary_list", "facts": {"rows": rows}},)
    )


def form(number: int, path: str, community: str, recommender: str = "杭州市物业管理协会", mail: int = 1) -> Item:
    fields = {"community": cell(community), "recommender": cell(recommender), "company": cell("甲物业有限公司")}
    found = ({"kind": "recommendation_form", "facts": {"fields": fields}},)
    return Item(number, mail, path, path.rpartition("/")[2], "recommendation_form", found)


def other(number: int, path: str, kind: str = "photo", mail: int = 1) -> Item:
    return Item(number, mail, path, path.rpartition("/")[2], kind)


def places(items: Sequence[Item], campaign: Campaign) -> dict[int, str]:
    return {place.file_id: place.case.community for place in place_all(items, "浙江", campaign) if place.row == 0}


def test_a_form_and_a_row_of_the_same_community_are_one_case(campaign: Campaign) -> None:
    placed = place_all([listed("春江花园小区"), form(2, "推荐表.docx", "春江花园")], "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 1
    assert placed[0].case.city == "杭州市"


def test_the_same_name_in_two_cities_is_two_cases(campaign: Campaign) -> None:
    items = [listed(("阳光花园", "杭州市物业管理协会"), ("阳光花园", "宁波市物业管理协会"))]
    cases = {id(place.case): place.case.city for place in place_all(items, "浙江", campaign)}
    assert sorted(cases.values(), key=str) == ["宁波市", "杭州市"]


def test_two_phases_listed_as_two_rows_are_two_cases(campaign: Campaign) -> None:
    placed = place_all([listed("春江花园一期", "春江花园二期")], "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("春江花园+以心换心.docx", "春江花园"),
        ("甲物业有限公司/春江花园/照片1.jpg", "春江花园"),
        ("材料.zip!/甲物业/春江花园小区/大门.jpg", "春江花园"),
        ("春江花园（二期）照片.jpg", "春江花园二期"),
        ("春江花园.zip!/1.jpg", "春江花园"),
    ],
)
def test_a_file_is_placed_by_its_name_or_folder(campaign: Campaign, path: str, expected: str) -> None:
    items = [listed("春江花园", "春江花园二期", "秋水苑"), other(2, path)]
    assert places(items, campaign)[2] == expected


def test_a_photo_beside_a_form_belongs_to_its_case(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), form(2, "甲/推荐表.docx", "秋水苑"), other(3, "甲/IMG_1.jpg")]
    assert places(items, campaign)[3] == "秋水苑"


def test_a_photo_in_a_mail_of_one_case_belongs_to_it(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), form(2, "推荐表.docx", "秋水苑", mail=2), other(3, "IMG_1.jpg", mail=2)]
    assert places(items, campaign)[3] == "秋水苑"


def test_a_photo_that_nothing_places_stays_unfiled(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), other(2, "IMG_0001.jpg")]
    assert 2 not in places(items, campaign)


def test_a_name_that_stands_in_two_cities_is_decided_by_the_folder_of_the_form(campaign: Campaign) -> None:
    items = [
        listed(("阳光花园", "杭州市物业管理协会"), ("阳光花园", "宁波市物业管理协会")),
        form(2, "宁波/推荐表.docx", "阳光花园", "宁波市物业管理协会"),
        other(3, "宁波/阳光花园.jpg"),
    ]
    place = next(place for place in place_all(items, "浙江", campaign) if place.file_id == 3)
    assert place.case.city == "宁波市"


def test_a_material_of_a_community_that_nobody_listed_makes_a_case_of_its_own(campaign: Campaign) -> None:
    items = [listed("春江花园"), other(2, "明月湾小区+邻里一家亲.docx", "case_material")]
    assert places(items, campaign)[2] == "明月湾小区"


def test_every_place_shows_its_clue(campaign: Campaign) -> None:
    placed = place_all([listed("春江花园"), other(2, "春江花园/1.jpg")], "浙江", campaign)
    assert all(place.clues for place in placed)


@pytest.mark.parametrize(
    "written", ["杭州市西湖区春江花园", "西湖区春江花园小区", "春江花园（填写全称）", "杭州市春江花园"]
)
def test_a_form_that_writes_the_place_or_a_hint_is_of_the_same_case(campaign: Campaign, written: str) -> None:
    placed = place_all([listed("春江花园", "秋水苑"), form(2, "推荐表.docx", written)], "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 2
    assert placed[-1].case is placed[0].case


def test_a_list_that_writes_the_place_has_the_case_of_a_form_that_does_not(campaign: Campaign) -> None:
    placed = place_all([listed("西湖区春江花园"), form(2, "推荐表.docx", "春江花园")], "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 1


def test_the_same_name_in_two_districts_is_two_cases_with_keys_of_their_own(campaign: Campaign) -> None:
    items = [
        listed("西湖区春江花园", "余杭区春江花园"),
        form(2, "a.docx", "杭州市余杭区春江花园"),
        form(3, "b.docx", "杭州市西湖区春江花园"),
        other(4, "余杭区春江花园/1.jpg"),
    ]
    placed = place_all(items, "浙江", campaign)
    assert len({(place.case.key, place.case.city) for place in placed}) == 2
    found = {place.file_id: place.case.place for place in placed if place.file_id > 1}
    assert {file: place[-3:] for file, place in found.items()} == {2: "余杭区", 3: "西湖区", 4: "余杭区"}


def test_a_name_with_and_without_its_place_in_rows_of_two_cities_is_two_cases(campaign: Campaign) -> None:
    items = [listed(("春江花园", "宁波市物业管理协会"), ("杭州市西湖区春江花园", "杭州市物业管理协会"))]
    assert [place.case.city for place in place_all(items, "浙江", campaign)] == ["宁波市", "杭州市"]


def test_the_place_before_a_name_tells_the_city_where_nothing_else_does(campaign: Campaign) -> None:
    placed = place_all([listed(("宁波市鄞州区春江花园", ""))], "浙江", campaign)
    assert placed[0].case.city == "宁波市"


def place_of(items: Sequence[Item], campaign: Campaign, number: int) -> Any:
    return next(place for place in place_all(items, "浙江", campaign) if place.file_id == number)


def test_clues_that_agree_make_it_surer_and_are_all_shown(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), other(2, "春江花园/春江花园正门.jpg"), other(3, "春江花园正门.jpg")]
    both, one = place_of(items, campaign, 2), place_of(items, campaign, 3)
    assert both.confidence > one.confidence
    assert len(both.clues) == 2
    assert both.clues[1] == "文件夹名含小区名：春江花园"


def test_a_name_that_contradicts_its_folder_is_only_a_guess(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), other(2, "秋水苑/春江花园正门.jpg")]
    guess = place_of(items, campaign, 2)
    assert guess.case.community == "春江花园"
    assert guess.confidence < campaign.call.filing_threshold
    assert guess.clues[-1] == "但文件夹名含小区名：秋水苑"


def test_what_stands_beside_does_not_speak_against_a_file_s_own_name(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), form(2, "推荐表.docx", "秋水苑", mail=2), other(3, "春江花园1.jpg", mail=2)]
    assert places(items, campaign)[3] == "春江花园"
    assert place_of(items, campaign, 3).confidence >= campaign.call.filing_threshold


def test_the_subject_of_its_mail_places_a_photo_without_a_name(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), replace(other(2, "IMG_1.jpg", mail=2), subject="春江花园补充照片")]
    assert places(items, campaign)[2] == "春江花园"


def test_the_subject_says_nothing_where_the_mail_holds_papers_of_several(campaign: Campaign) -> None:
    items = [
        listed("春江花园", "秋水苑"),
        replace(form(2, "a.docx", "春江花园", mail=2), subject="春江花园等案例"),
        replace(form(3, "b.docx", "秋水苑", mail=2), subject="春江花园等案例"),
        replace(other(4, "IMG_1.jpg", mail=2), subject="春江花园等案例"),
    ]
    assert 4 not in places(items, campaign)


def test_two_rows_of_one_list_are_two_cases_however_alike(campaign: Campaign) -> None:
    placed = place_all([listed("春江花园", "舂江花园")], "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 2


def test_a_corrected_spelling_in_a_later_list_is_the_same_case(campaign: Campaign) -> None:
    items = [listed("舂江花园", "秋水苑"), listed("春江花园", "秋水苑", number=2, mail=2)]
    placed = place_all(items, "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 2
    renamed = next(place for place in placed if place.file_id == 2 and place.row == 0)
    assert renamed.confidence < 1
    assert "仅差一字" in renamed.clues[0]


def test_files_called_by_another_spelling_follow_the_form_that_was_joined(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), form(2, "推荐表.docx", "舂江花园"), other(3, "舂江花园大门.jpg", mail=3)]
    assert places(items, campaign)[3] == "春江花园"


def test_a_form_that_may_mean_two_phases_makes_a_case_of_its_own(campaign: Campaign) -> None:
    placed = place_all([listed("春江花园一期", "春江花园二期"), form(2, "推荐表.docx", "春江花园")], "浙江", campaign)
    assert len({id(place.case) for place in placed}) == 3


def test_a_folder_of_a_company_with_several_cases_says_nothing(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), other(2, "甲物业有限公司/IMG_1.jpg")]
    assert 2 not in places(items, campaign)


def test_every_clue_of_the_campaign_file_can_be_said(campaign: Campaign) -> None:
    assert {name: clue.say.format(value="甲", community="乙") for name, clue in campaign.filing.items()}


def test_a_file_that_names_two_cases_is_of_neither_for_sure(campaign: Campaign) -> None:
    items = [listed("春江花园", "秋水苑"), other(2, "春江花园和秋水苑合影.jpg")]
    assert 2 not in places(items, campaign)


def test_a_text_that_names_one_case_places_what_came_with_it(campaign: Campaign) -> None:
    one = replace(other(2, "IMG_1.jpg", mail=2), text="您好，补发春江花园的照片，请查收。")
    several = replace(other(3, "IMG_2.jpg", mail=3), text="您好，补发春江花园、秋水苑的照片，请查收。")
    found = places([listed("春江花园", "秋水苑"), one, several], campaign)
    assert (found.get(2), found.get(3)) == ("春江花园", None)
