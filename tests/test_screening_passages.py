"""Points of annex 1 as data, and passages located for them: word for word, measured, and never judged."""

from collections.abc import Mapping

import pytest

from benchmarks.passages import prose, score
from config.campaign import Campaign, load_campaign
from config.criteria import Criterion, Screening, Veto
from config.errors import ConfigError
from reports.screening.passages import MOST_PASSAGES, Passage, Prose, located

# 附件1 as the notice prints it: 17 points in four directions, and five veto items.
ANNEX = {
    "党建引领": (
        "探索建立社区党组织领导下居委会、业委会、物业服务企业协调运行新模式。",
        "形成具有鲜明特色的小区管理融入基层治理“工作模式”或“工作法”。",
        "居民党员发挥先锋模范作用，带动业主积极参与小区治理。",
    ),
    "群众满意": (
        "提升物业服务质量和业主满意率采取了有力举措。",
        "创新物业服务方式，主动解决电梯更新等业主急难愁盼问题。",
        "规范小区议事决策机制，把矛盾纠纷化解在住宅小区。",
        "规范业主公共收益、维修资金管理使用，及时公开相关信息。",
    ),
    "服务履约": (
        "建立健全并公开服务标准和收费标准，落实物业服务企业服务质量主体责任，依照合同约定自查并公开履约情况。",
        "按照物业服务合同约定，提供质价相符的物业服务。",
        "共用设施设备管理完善，巡查规范，维护保养到位，维修及时，提倡绿色节能措施应用。",
        "业主共同制定并遵守小区管理规约，业主按约定交纳物业服务费（2025 年物业服务费收缴率不低于 90%）。",
        "建立街道社区、业委会（物业管理委员会）、业主等各方共同监督履约的工作机制，形成共建共治共享的小区和谐场景。",
    ),
    "其他": (
        "开展物业服务智慧化、信息化建设，落地 AI 场景应用，提升管理服务质效。",
        "积极参与骑手友好社区建设。",
        "积极探索“物业服务+生活服务”，提供养老、托幼、家政等便民生活服务，拉动居民消费。",
        "开展社区文化建设，提供各类特色文化服务，涵养社区文明。",
        "积极开展 ESG 实践，深耕绿色节能运营、践行社会责任、规范公司治理，营造和谐社区生态。",
    ),
}
VETOES = (
    "有拒不退出物业服务项目行为的。",
    "报送项目有以停止限制供应水电气热及使用公共设施等方式催交物业服务费行为的。",
    "报送项目有带资入场行为的。",
    "报送项目出现重大负面舆情属实的。",
    "因小区物业服务企业服务行为违反法律、法规、规章规定被行政处罚的。",
)


def criterion(*words: str) -> Criterion:
    return Criterion(id="x.1", direction="其他", number=1, label="试", text="试。", words=words)


def found(texts: Mapping[str, str] | str, *words: str) -> tuple[Passage, ...]:
    return located(Prose.of({"解决措施": texts} if isinstance(texts, str) else texts), criterion(*words))


def test_the_points_and_the_veto_items_are_the_annexs_word_for_word(campaign: Campaign) -> None:
    screening = campaign.screening
    told: dict[str, list[str]] = {}
    for one in screening.criterion:
        told.setdefault(one.direction, []).append(one.text)
        assert one.number == len(told[one.direction])
    assert {direction: tuple(texts) for direction, texts in told.items()} == ANNEX
    assert tuple(one.text for one in screening.veto) == VETOES
    assert {one.direction for one in screening.veto} == {"一票否决"}


def test_a_veto_item_can_have_no_words_by_which_it_would_be_guessed() -> None:
    assert "words" not in Veto.model_fields
    with pytest.raises(ValueError, match="words"):
        Veto.model_validate(
            {"id": "v", "direction": "一票否决", "number": 1, "label": "x", "text": "x", "words": ["处罚"]}
        )


@pytest.mark.parametrize("word", ["党员+", "|", "党员+带头|", " + "])
def test_a_word_that_would_be_found_everywhere_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="空的词"):
        criterion(word)


def test_two_points_of_one_name_are_refused() -> None:
    one = criterion("党员")
    with pytest.raises(ValueError, match="重复"):
        Screening(criterion=(one, one))


def test_a_wrong_key_of_a_point_is_named_with_its_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("campaign") / "x.toml"
    from tests.test_architecture import ROOT

    text = (ROOT / "config" / "campaigns" / "2026-haofuwu.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('label = "拒不退出"', 'label = "拒不退出"\nword = ["x"]'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"screening\.veto.*word"):
        load_campaign(str(path))


def test_a_passage_tells_its_section_its_sentences_and_the_words_that_hit() -> None:
    texts = {
        "解决措施": "小区绿化率高。物业帮业主更新电梯八台。费用来自维修资金。\n门前种了树。",
        "取得成效": "电梯好了。",
    }
    (one,) = found(texts, "更新+电梯", "维修资金")
    assert (one.section, one.text) == ("解决措施", "物业帮业主更新电梯八台。费用来自维修资金。")
    assert set(one.words) == {"更新", "电梯", "维修资金"}
    assert [one.text[start:end] for start, end in one.spans] == ["更新电梯", "维修资金"]


def test_both_parts_must_stand_in_one_sentence() -> None:
    assert found("党员很多。大家带头缴费。", "党员+带头|先锋") == ()
    assert found("党员个个带头。", "党员+带头|先锋")


def test_the_best_three_are_shown_the_longest_evidence_first() -> None:
    lines = [
        "电梯换了。",
        "维修资金公开了。",
        "电梯和维修资金都有了。",
        "公共收益、维修资金、电梯都上墙。",
        "电梯又换了。",
    ]
    shown = found("\n".join(lines), "电梯", "维修资金", "公共收益")
    assert [one.text for one in shown] == [lines[3], lines[2], lines[1]]
    assert len(shown) == MOST_PASSAGES


def test_a_passage_that_stands_twice_is_shown_once() -> None:
    assert len(found("电梯换了。\n电梯换了。", "电梯")) == 1


def test_latin_words_are_found_in_any_width_and_case_and_never_inside_another() -> None:
    assert found("引入ａｉ巡检。", "AI")[0].words == ("ａｉ",)
    assert found("公司邮箱 MAIL 已换。", "AI") == ()


def test_a_sentence_without_an_end_is_cut_around_its_word() -> None:
    (one,) = found("啊" * 5_000 + "电梯更新" + "哦" * 5_000, "电梯更新")
    assert len(one.text) <= 242
    assert one.text[0] == one.text[-1] == "…"
    assert [one.text[start:end] for start, end in one.spans] == ["电梯更新"]


def test_a_huge_text_of_hits_gives_short_passages() -> None:
    assert all(len(one.text) <= 242 for one in found("电梯更新" * 5_000, "电梯", "更新"))


def test_on_prose_that_tuned_nothing_most_of_what_is_located_is_right_and_most_is_located() -> None:
    """`make bench ARGS=passages` prints the numbers; this only holds the floor."""
    fresh = [one for one in prose() if one.part == "fresh"]
    assert len(fresh) >= 60
    measured = score(fresh)
    assert measured.precision >= 0.7
    assert measured.recall >= 0.8


def test_one_character_is_not_marked_as_half_of_a_word(campaign: Campaign) -> None:
    point = next(one for one in campaign.screening.criterion if one.id == "service.3")
    (passage,) = located(Prose.of({"measures": "安保队伍巡查老旧管网渗漏。"}), point)
    assert "查" in passage.words
    assert [passage.text[start:end] for start, end in passage.spans] == ["管网"]
