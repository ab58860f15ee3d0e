"""What the phone brings: each question understood in several phrasings, answered with proof, and nothing guessed."""

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.asking import QUESTIONS, asked
from ingest.cli import cli
from reports.finding import Assessment
from reports.letters import address
from reports.mail_side import FolderTrouble, MailboxHealth, MailGap
from reports.queries.ask.answer import Answer
from reports.queries.ask.ask import ask
from reports.queries.ask.lexicon import meaning_of
from reports.queries.ask.questions import EXAMPLES
from tests import desks
from tests.inbox import Sent, mail, submission
from tests.phone_campaign import NOW, phone_campaign
from tests.picture_builders import MORNING, answered_link, assessment, association, case, file_of, message
from tests.sample import day


@pytest.fixture(scope="module")
def made() -> Assessment:
    return phone_campaign(NOW)


def test_every_question_is_labelled_in_at_least_three_phrasings() -> None:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        kinds = Counter(row["kind"] for row in csv.DictReader(file))
    assert len(kinds) >= 18
    assert min(kinds.values()) >= 3


def test_the_phrasings_that_words_were_added_by_are_all_understood() -> None:
    assert [one for one in asked(held_out=False) if one.outcome != "right"] == []


def test_of_those_held_out_most_are_understood_and_none_is_answered_wrongly() -> None:
    """Measured: 106 of 116, and 14 of 14 refused that nobody can answer (docs/queries.md)."""
    every = list(asked(held_out=True))
    assert len(every) >= 100
    assert [one for one in every if one.outcome == "wrong"] == []
    assert sum(one.outcome == "right" for one in every) >= 0.88 * len(every)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("江苏交了没", "江苏交了：2026-07-22 15:40 首次报送，按时；报了 2 个案例，2 个材料齐全"),
        ("浙江还缺什么", "浙江还缺：春江花园缺推荐表。另有 1 个云附件还没有下载（《浙江材料.zip》）"),
        ("四川还缺什么", "四川还缺：汇总清单的盖章扫描件；涪城新居缺推荐表"),
        ("江苏还缺什么", "江苏不缺应报的材料：2 个案例都齐全"),
        ("春江花园的推荐表收到没有", "还没有收到推荐表。另有 1 个云附件"),
        ("西溪诚园推荐表盖章了吗", "推荐表收到了，盖有红色公章"),
        ("鄞州安居家园推荐表盖章了吗", "看不出是否盖章（灰度件，或没有读出）"),
        ("南山海景花园照片够不够", "合格 2 张（要求 3–5 张），还差 1 张"),
        ("杭州报了几个", "杭州市报了 2 个：春江花园、西溪诚园，名额 5 个，没有超，还可报 3 个"),
        ("潍坊超名额了吗", "名额 3 个，超出 1 个"), ("嘉兴报了几个", "嘉兴市报了 0 个，名额 3 个"), ("大连报了几个", "名额 5 个"),
        ("谁还没交", "还有 21 个省没有认定的报送来信：天津、河北"), ("一共收到多少案例", "31 个省中 10 个已报送（6 个报齐），共 19 个案例"),
        ("陕西迟了吗", "陕西没有迟：首次报送 2026-08-04 10:00 到达，截止 2026-08-05 23:59"), ("湖南晚了几天", "湖南迟了 9 小时"),
        ("浙江联系人是谁", "浙江省物业管理协会（浙江）：联系人 陈静，电话 13900001234"), ("四川电话多少", "联系人没有登记，没有电话"),
        ("西溪诚园联系人", "申报单位 浙江诚园物业服务有限公司：张三，13812345678"), ("截止还有几天", "截止时间是 2026-08-05 23:59，已截止 1 天"),
        ("云附件有没有没下的", "还有 2 个云附件没有下载，2 个三天内到期"), ("今天来了哪些信", "今天收到 1 封来信：报送 1 封（湖南）"), ("昨天来了哪些信", "昨天没有收到来信"),
        ("春江花园为什么被标", "有 1 个问题：尚未收到推荐表"), ("湖北有什么问题", "收缴率为 85%"), ("玄武湖畔花园有什么问题", "没有待处理的问题"),
        ("鸢都物业报了几个小区", "潍坊鸢都物业服务有限公司报了 4 个小区"), ("弃管小区有几个", "弃管小区有 2 个：山东潍坊市白浪河畔、陕西西安市雁塔人家"),
        ("山东有几个弃管小区", "山东弃管小区有 1 个"), ("wind@qq.example 的邮件收到没有", "收到了 1 封，最近一封 2026-07-20 08:30；是报送，还没有认定发信单位"),
        ("nobody@x.example 的邮件收到没有", "没有收到发信地址是“nobody@x.example”的来信"), ("主题《湖北省案例》的邮件到了吗", "收到了 1 封"),
        ("浙江报了几个", "浙江报了 3 个案例：春江花园、西溪诚园、鄞州安居家园"), ("哪些省齐了", "6 个省已报齐"), ("哪些省迟到了", "1 个省首次报送迟于截止：湖南"),
        ("昆山报了几个", "苏州市报了 1 个：姑苏人家"), ("浙江的清单盖章了没有", "汇总清单收到 1 份；盖章扫描件收到 1 份"), ("浙江什么时候截止", "浙江没有另外延期"),
        ("春江花园小区报了没", "浙江/杭州市/春江花园"), ("浙江杭州的春江花园报了没", "浙江/杭州市/春江花园"),
    ],
)  # fmt: skip
def test_a_question_is_answered_in_a_sentence(made: Assessment, question: str, words: str) -> None:
    answer = ask(made, question)
    assert words in answer.sentence
    assert "\n" not in answer.sentence


def test_an_answer_names_what_it_rests_on(made: Assessment) -> None:
    (proof,) = ask(made, "江苏交了没").proof
    assert "“江苏省推荐案例材料”，07-22 15:40 到达" in proof
    assert "office@jsproperty.example" in proof
    assert any("推荐表.docx》（来信" in line for line in ask(made, "西溪诚园推荐表盖章了吗").proof)
    assert any("〔三(二)2〕" in line for line in ask(made, "春江花园为什么被标").proof)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_that_is_offered_can_be_asked(made: Assessment, example: str) -> None:
    told = example.replace("office@example.cn", "sdwx@example.cn").replace("春江物业", "杭州春江物业")
    for one in told.split("、"):
        whole = one if one == told.split("、")[0] else told.split("、")[0][:2] + one
        assert ask(made, whole).understood, whole


# Companies and communities that the campaign does not know, made of words that questions are made of.
@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("中天物业报了几个", "中天物业"), ("上里物业公司报了几个小区", "上里物业"), ("中上小区报了几个", "中上小区"),
        ("新日物业报了几个案例", "新日物业"), ("南京物业公司报了几个", "南京物业"), ("阿里物业报了没", "阿里物业"),
        ("新春江花园报了没", "春江花园"), ("南西溪诚园的推荐表收到没有", "西溪诚园"),
    ],
)  # fmt: skip
def test_a_name_made_of_common_words_is_not_taken_for_a_question(made: Assessment, question: str, name: str) -> None:
    answer = ask(made, question)
    assert not answer.understood
    assert name in answer.sentence


def test_a_place_before_a_community_does_not_make_it_another_one(made: Assessment) -> None:
    for question in ("湖南岳麓山庄报了没", "湖南省岳麓山庄报了没", "山东鸢飞花园报了没", "陕西曲江春晓报了没"):
        assert ask(made, question).kind == "case"
    assert ask(made, "江苏省物业管理协会交了没").about == "江苏"


def test_a_single_character_is_offered_no_province(made: Assessment) -> None:
    assert not any("你是不是想问" in line for line in ask(made, "中海物业有没有来信").proof)


@pytest.mark.parametrize(
    ("question", "kind", "about"),
    [
        ("海南交没交啊，急", "submitted", "海南"), ("你们收到甘肃省物业管理协会的材料没有啊", "submitted", "甘肃"),
        ("宁夏那边一点消息都没有吗", "submitted", "宁夏"), ("俺们江苏都弄齐了不", "outstanding", "江苏"),
        ("涪城新居还差啥子", "outstanding", "涪城新居"), ("上海清单盖章扫描件有伐", "item", "上海"),
        ("到今天为止陕西来了几封信", "mails", "今天"),
    ],
)  # fmt: skip
def test_plain_speech_is_understood(made: Assessment, question: str, kind: str, about: str) -> None:
    answer = ask(made, question)
    assert (answer.kind, answer.about) == (kind, about)


def test_a_city_that_wrote_for_its_province_is_not_given_as_the_provinces_contact(made: Assessment) -> None:
    city_mail = message("广东", from_address="szwx@example.cn", sender_level="city")
    own_mail = message("浙江", from_address="zj@example.cn", sender_level="provincial")
    cities = association("广东", [city_mail], [case(city_mail, "南山海景花园", "深圳市")])
    changed = assessment([cities, association("浙江", [own_mail])], as_of=MORNING)
    said = ask(changed, "广东联系人是谁").sentence
    assert "联系人没有登记，没有电话" in said
    assert "，邮箱" not in said
    assert "市级物协来信用的是 szwx@example.cn" in said
    assert "，邮箱 zj@example.cn" in ask(changed, "浙江邮箱多少").sentence
    # Whom the letters and the phone sheet name is who is named here.
    view = next(one for one in made.picture.associations if one.province == "浙江")
    who = address.contact(view, made.picture.campaign.call.zone)
    assert f"联系人 {who.name}，电话 {who.phone}" in ask(made, "浙江联系人是谁").sentence


def test_a_province_that_was_granted_more_time_is_told_how_much(made: Assessment) -> None:
    view = next(one for one in made.picture.associations if one.province == "浙江")
    granted = replace(view, deadline=view.deadline + timedelta(days=7), deadline_note="陈静 8月1日：来函")
    views = tuple(granted if one is view else one for one in made.picture.associations)
    changed = replace(made, picture=replace(made.picture, associations=views))
    assert ask(changed, "浙江截止还有几天").sentence == "浙江延至 2026-08-12 23:59，距今还有 6 天"
    after = replace(changed, picture=replace(changed.picture, as_of=NOW + timedelta(days=9)))
    assert ask(after, "浙江截止还有几天").sentence.endswith("，已截止")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("宁波有几个安置房小区", "宁波市安置房小区有 1 个：浙江宁波市鄞州安居家园"), ("杭州的弃管小区有几个", "杭州市弃管小区有 0 个"),
        ("雁塔区报了几个", "雁塔区的案例计入西安市：西安市报了 2 个"), ("昆山报了几个", "昆山的案例计入苏州市：苏州市报了 1 个"),
        ("杭州市报了几个", "杭州市报了 2 个"), ("海淀区报了几个", "海淀区报了 1 个"),
    ],
)  # fmt: skip
def test_a_place_that_is_named_is_the_one_that_is_answered_for(made: Assessment, question: str, words: str) -> None:
    assert ask(made, question).sentence.startswith(words)


def test_where_nothing_came_at_all_it_is_said_so_and_mails_set_aside_are_counted() -> None:
    assert ask(assessment(as_of=MORNING), "江苏交了没").sentence.endswith("；还没有收到任何来信")
    other = message(None, kind="automatic")
    said = ask(assessment(others=[other], as_of=MORNING), "江苏交了没").sentence
    assert said.endswith("；收到的 1 封来信都已读出并认定（1 封没有计作报送），其中没有")


def test_half_a_question_is_not_answered_for_the_whole(made: Assessment) -> None:
    assert not ask(made, "鸢都物业的弃管小区有几个").understood


# The stranger of this campaign may be of 贵州: nobody may be told that nothing came.
@pytest.mark.parametrize(
    "question",
    [
        "7月20日贵州来信了吗", "昨天贵州来信了吗", "贵州的云附件下了没有", "贵州有几个弃管小区", "贵阳还缺什么", "贵阳报了几个",
        "贵州的清单收到没有", "贵州迟了吗", "贵州还缺什么", "贵州报了几个", "贵州交了没",
    ],
)  # fmt: skip
def test_no_answer_on_a_province_leaves_out_the_stranger_that_may_be_its_own(made: Assessment, question: str) -> None:
    answer = ask(made, question)
    assert answer.understood
    assert "1 封有线索指向贵州" in answer.sentence, answer.sentence


def test_a_mail_that_nobody_could_read_may_be_the_one_that_is_asked_for(made: Assessment) -> None:
    shut = message(None, state="failed", kind="", from_address=None, sender_level=None)
    changed = replace(made, picture=replace(made.picture, messages=(*made.picture.messages, shut)))
    said = ask(changed, "nobody@x.example 的邮件收到没有").sentence
    assert f"1 封来信还没有读出（编号 {shut.id}），所问的可能在其中" in said


# The failure that counts: a province that sent everything and is told that it did not.
def _silent_but(**there: object) -> Assessment:
    """Return a campaign in which nothing of 江苏 is filed, but something is there."""
    other = message("浙江")
    mails = [one for one in (there.get("mail"),) if one]
    made = assessment([association("浙江", [other], [case(other, "春江花园")])], others=mails, as_of=MORNING)  # type: ignore[arg-type]
    picture = made.picture
    changed = {name: value for name, value in there.items() if name != "mail"}
    files = tuple(
        replace(one, case_ids=one.case_ids or (1,), facts={"fields": {}, "rows": [1]}) for one in picture.files
    )
    files = tuple(replace(one, facts={"fields": {"a": 1}, "rows": [1]}) for one in files)
    extra = changed.pop("files", ())
    return replace(made, picture=replace(picture, files=(*files, *extra), **changed))  # type: ignore[arg-type]


def _js(**changed: object) -> object:
    return message("江苏", kind="inquiry", **changed)


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({}, "收到的 1 封来信都已读出并认定，其中没有"),
        ({"mail": message(None)}, "1 封报送来信还没有认定发信单位（编号"),
        ({"mail": message(None, candidates=("江苏",))}, "其中 1 封有线索指向江苏"),
        ({"mail": message(None, kind="", state="failed", failure="坏了")}, "1 封来信还没有读出"),
        ({"mail": message(None, kind="", state="waiting")}, "1 封来信还没有读出"),
        ({"mail": message("江苏", kind="", state="failed", failure="坏了")}, "1 封来信未能读出"),
        ({"mail": _js()}, "1 封来信没有计作报送（咨询"),
        ({"files": (file_of(message("江苏"), "材料.zip", "archive", status="encrypted"),)}, "1 个文件打不开（《材料.zip》要密码）"),
        ({"files": (file_of(message("江苏"), "推荐表.docx", "recommendation_form"),)}, "1 个文件收到了但读不出内容（《推荐表.docx》）"),
        ({"links": (replace(answered_link(message("江苏")), answered=False),)}, "1 个云附件还没有下载（《=材料.zip》）"),
        ({"gaps": (MailGap("a@b.cn", "INBOX", 3, MORNING, "不给"),)}, "3 封邮件服务器没有给出"),
        ({"health": (MailboxHealth("a@b.cn", None, MORNING, "拒绝登录"),)}, "收信中断：a@b.cn"),
        ({"troubles": (FolderTrouble("U盘", "江苏/x", "放错"),)}, "文件夹里 1 个文件要人整理"),
    ],
)  # fmt: skip
def test_what_may_be_a_province_is_said_where_nothing_of_it_is_known(there: dict[str, object], words: str) -> None:
    answer = ask(_silent_but(**there), "江苏交了没")
    assert answer.sentence.startswith("江苏：还没有认定为江苏的报送来信")
    assert words in answer.sentence
    assert ("可能在其中" in answer.sentence) is bool(there)
    for question in ("江苏还缺什么", "江苏迟了吗", "江苏报了几个"):
        assert words in ask(_silent_but(**there), question).sentence


def test_a_stranger_whose_clues_speak_for_another_province_is_no_hint() -> None:
    assert "可能在其中" not in ask(_silent_but(mail=message(None, candidates=("贵州",))), "江苏交了没").sentence


def test_unfiled_files_are_told_where_a_part_of_a_case_is_not_there() -> None:
    sent = message("江苏")
    photo = file_of(sent, "IMG_1.jpg", "photo", bytes=2_000_000)
    one = case(sent, "玄武湖畔花园", "南京市", has=("row", "material"))
    made = assessment([association("江苏", [sent], [one])])
    made = replace(made, picture=replace(made.picture, files=(photo,)))
    for question in ("江苏还缺什么", "玄武湖畔花园还缺什么", "玄武湖畔花园的推荐表收到没有", "玄武湖畔花园来了没"):
        assert "1 个文件还没有归到小区（《IMG_1.jpg》）" in ask(made, question).sentence


def test_who_said_that_nothing_comes_is_told_apart_from_silence() -> None:
    made = assessment([replace(association("西藏"), nothing_to_send="陈静 7月21日：来电说明")])
    assert "已说明不报（陈静 7月21日：来电说明）" in ask(made, "西藏交了没").sentence
    assert "还有 30 个省没有认定的报送来信" in ask(made, "谁还没交").sentence
    assert "西藏已说明不报" in ask(made, "谁还没交").sentence


def test_a_deadline_of_its_own_is_what_a_province_is_judged_by() -> None:
    made = phone_campaign(NOW)
    views = tuple(
        replace(view, deadline=view.deadline + timedelta(days=5), deadline_note="王主任 8月1日：来函")
        if view.province == "湖南"
        else view
        for view in made.picture.associations
    )
    made = replace(made, picture=replace(made.picture, associations=views))
    assert "湖南没有迟" in ask(made, "湖南迟了吗").sentence
    assert "延期：王主任" in ask(made, "湖南迟了吗").sentence
    assert ask(made, "湖南什么时候截止").sentence == "湖南延至 2026-08-10 23:59，距今还有 4 天"
    assert "延期的有湖南（2026-08-10 23:59）" in ask(made, "什么时候截止").sentence


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("江苏天气怎么样", "没有看懂“气”"), ("春江花圆的材料收到没", "你是不是想问：春江花园的材料收到没"), ("江苏和浙江交了吗", "没有看懂“和”"),
        ("江苏浙江交了吗", "请一次只问一个省（江苏、浙江）"), ("江苏春江花园报了没", "江苏没有这个小区，有的是 浙江/杭州市/春江花园"), ("", "请把问题写在一句话里"),
        ("江" * 300, "请把问题写在一句话里"), ("清单盖章了没", "可以这样问"), ("春江花园二期报了没", "没有看懂“二期”"), ("江酥交了没", "你是不是想问：江苏交了没"),
        ("'; DROP TABLE cases; --", "没有看懂"), ("<b>\x1b[31m江苏</b>", "没有看懂"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_with_what_may_be_meant(made: Assessment, question: str, words: str) -> None:
    answer = ask(made, question)
    assert not answer.understood
    said = "\n".join([answer.sentence, *answer.proof])
    assert words in said
    assert "\x1b" not in said


def test_of_two_communities_of_one_name_it_is_asked_which(made: Assessment) -> None:
    sent = message("江苏")
    view = association("江苏", [sent], [case(sent, "春江花园", "南京市")])
    two = replace(made, picture=replace(made.picture, cases=(*made.picture.cases, *view.cases)))
    assert "“春江花园”不止一个：浙江/杭州市/春江花园、江苏/南京市/春江花园" in ask(two, "春江花园报了没").sentence
    assert ask(two, "江苏春江花园报了没").sentence.startswith("江苏/南京市/春江花园")
    assert ask(two, "杭州春江花园报了没").sentence.startswith("浙江/杭州市/春江花园")


def test_words_are_split_so_that_as_little_as_possible_is_left() -> None:
    assert meaning_of("还没交齐吗").unknown == ()
    assert meaning_of("收缴率多少").unknown == ("缴率",)
    assert meaning_of("交没交").concepts == {"submit"}
    assert meaning_of("齐不齐").concepts == {"complete"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the settings of a campaign that two provinces' mails were taken in for."""
    here = tmp_path_factory.mktemp("ask")
    sent = (Sent("春江花园小区", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0),)
    one = mail(
        "浙江物协 <zjwyxh@example.cn>",
        "浙江省报送",
        day("07-20T10:12:03"),
        submission("浙江省物业管理协会", sent, scanned=False),
    )
    two = mail(
        "风轻云淡 <wind@qq.example>", "好服务案例照片", day("08-05T12:00:00"), {"x.zip": b"PK\x03\x04 cut short"}
    )
    with desks.desk(here) as opened:
        desks.take(opened, here / "in", one, two)
    return here


def told(folder: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, ["--config", str(folder / "zhengji.toml"), "ask", *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_command_answers_with_proof_as_of_any_moment_and_as_json(folder: Path) -> None:
    said = told(folder, "浙江交了没", "--as-of", "2026-07-21").splitlines()
    assert said[0].startswith("浙江交了：2026-07-20 10:12 首次报送，按时；报了 1 个案例")
    assert said[1].startswith("  · 来信 1“浙江省报送”，07-20 10:12 到达")
    assert "还没有认定为浙江的报送来信" in told(folder, "浙江交了没", "--as-of", "2026-07-19")
    answer = Answer(
        **{k: v for k, v in json.loads(told(folder, "浙江", "交了没", "--json")).items() if k != "question"}
    )
    assert (answer.kind, answer.about, answer.understood) == ("submitted", "浙江", True)
    assert answer.proof
    assert "没有看懂" in told(folder, "浙江天气", code=1)


def test_a_real_mail_of_nobody_is_said_where_a_province_seems_silent(folder: Path) -> None:
    assert "1 封报送来信还没有认定发信单位" in told(folder, "江苏交了没", "--as-of", "2026-08-06")
