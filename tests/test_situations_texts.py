"""Situations with passages that stand in two materials, from raw mails to what staff read."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import event

from config.sentences import sentences
from reports.finding import Assessment, Finding
from tests import doc_builders as docs
from tests.desks import assessed, desk, take
from tests.doc_reading import CAMPAIGN
from tests.docx_writer import Block
from tests.inbox import Sent, list_files, mail
from tests.labelled.office import converted, find_office
from tests.mail_builders import gbk_zip
from tests.material_builders import docx, material
from tests.sample import day

ZHEJIANG = ("zjwyxh@example.cn", "浙江省物业管理协会")
JIANGSU = ("jswx@jsproperty.example", "江苏省物业管理协会")
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0, has_form=False)
B = Sent("金陵秋水苑", "南京金陵物业服务有限公司", "南京市物业管理协会", photos=0, has_form=False)
ASKED = {section.name: section.asks for section in CAMPAIGN.section}
SECTIONS = {"problems": 500, "measures": 3_000, "results": 300, "insights": 300}
PASSAGE = docs.sentences(random.Random("passage"), "", 420)


def prose(name: str, length: int) -> list[Block]:
    return [*docs.sentences(random.Random(name), "", length)]


def written(case: Sent, *more: str, at: str = "measures", **bodies: list[Block]) -> bytes:
    """Return a case's material of words of its own, and more in one section."""
    own = {key: prose(f"{case.community}{key}", length) for key, length in SECTIONS.items()}
    own["introduction"] = [f"{case.community}位于人民路{len(case.company)}号，由{case.company}服务，建成于2014年。"]
    own["company"] = [f"{case.company}成立于2001年，主营住宅小区物业服务。"]
    own |= bodies
    own[at] = [*own[at], *more]
    return docx(*material(bodies=own))


def submission(
    sender: tuple[str, str], materials: Sequence[tuple[Sent, bytes]], when: str = "07-20T10:00:00", suffix: str = "docx"
) -> bytes:
    """Return the mail of a province with these materials."""
    address, head = sender
    own = {f"{case.company}/{case.community}/{case.community}+新颜.{suffix}": data for case, data in materials}
    files = {**list_files(head, [case for case, _ in materials], scanned=False), "材料.zip": gbk_zip(own)}
    return mail(address, f"{head}报送“好服务”案例", day(when), files)


def told(assessment: Assessment) -> dict[str, Finding]:
    return {one.community or "": one for one in assessment.findings if one.code == "text.near_duplicate"}


def done(folder: Path, *mails: bytes) -> dict[str, Finding]:
    with desk(folder) as opened:
        return told(take(opened, folder / "inbox", *mails))


def length(*texts: str) -> int:
    return sum(one.characters for text in texts for one in sentences(text, 12))


def test_passages_that_stand_in_cases_of_two_provinces_are_quoted_on_both(tmp_path: Path) -> None:
    mails = (
        submission(ZHEJIANG, [(A, written(A, *PASSAGE))]),
        submission(JIANGSU, [(B, written(B, *PASSAGE, at="results"))]),
    )
    found = done(tmp_path, *mails)
    count = length(*PASSAGE)
    assert count > 200
    assert {name: one.message for name, one in found.items()} == {
        "春江花园": f"案例材料有大段文字与其他案例相同：与南京市金陵秋水苑（《金陵秋水苑+新颜.docx》）相同 {count} 字，请核对是否套用",
        "金陵秋水苑": f"案例材料有大段文字与其他案例相同：与杭州市春江花园（《春江花园+新颜.docx》）相同 {count} 字，请核对是否套用",
    }  # fmt: skip
    one = found["春江花园"]
    assert (one.severity, one.clause, one.subject, one.province) == ("warning", "四(三)", "case", "浙江")
    longest = max((each.text for text in PASSAGE for each in sentences(text, 12)), key=len)
    paths = [f"材料.zip!/{case.company}/{case.community}/{case.community}+新颜.docx" for case in (A, B)]
    assert one.evidence.startswith(f"{' = '.join(paths)}：“{longest}”")
    assert one.evidence.count("“") == 3


def test_a_passage_in_other_marks_widths_and_numbers_is_the_same(tmp_path: Path) -> None:
    wide = str.maketrans("0123456789，。、", "０１２３４５６７８９,．,")
    otherwise = ["（二）" + text.replace("。", "；").translate(wide) for text in PASSAGE]
    found = done(
        tmp_path,
        submission(ZHEJIANG, [(A, written(A, *PASSAGE))]),
        submission(JIANGSU, [(B, written(B, *otherwise))]),
    )
    assert set(found) == {"春江花园", "金陵秋水苑"}
    assert "０" in found["金陵秋水苑"].evidence or "１" in found["金陵秋水苑"].evidence
    assert f"相同 {length(*PASSAGE)} 字" in found["金陵秋水苑"].message


def test_less_than_two_hundred_characters_in_common_are_no_finding(tmp_path: Path) -> None:
    some = [one.text for text in PASSAGE for one in sentences(text, 12)][:4]
    assert 100 < length(*some) < 200
    mails = submission(ZHEJIANG, [(A, written(A, *some))]), submission(JIANGSU, [(B, written(B, *some))])
    assert done(tmp_path, *mails) == {}


def test_what_the_annex_asks_and_the_company_of_two_cases_are_no_passages(tmp_path: Path) -> None:
    asked = {key: [ASKED[key], *prose(f"x{key}", size)] for key, size in SECTIONS.items()}
    other = {key: [ASKED[key], *prose(f"y{key}", size)] for key, size in SECTIONS.items()}
    company = prose("company", 300)
    assert length(*(ASKED[key] for key in SECTIONS)) > 150
    second = Sent("秋水苑", A.company, "宁波市物业管理协会", photos=0, has_form=False)
    both = [
        (A, written(A, **asked, introduction=[ASKED["introduction"]], company=company)),
        (second, written(second, **other, introduction=[ASKED["introduction"]], company=company)),
    ]
    assert done(tmp_path, submission(ZHEJIANG, both)) == {}


def test_phrases_of_six_materials_are_common_ones_and_those_of_five_are_not(tmp_path: Path) -> None:
    cases = [
        Sent(f"{name}家园", f"{name}物业服务有限公司", "杭州市物业管理协会", photos=0, has_form=False)
        for name in ("春江", "秋水", "夏荷", "冬青", "锦绣", "翡翠")
    ]
    six = [(case, written(case, *PASSAGE)) for case in cases]
    assert done(tmp_path / "six", submission(ZHEJIANG, six)) == {}
    found = done(tmp_path / "five", submission(ZHEJIANG, six[:5]))
    assert set(found) == {case.community for case in cases[:5]}
    assert found["春江家园"].message.count("相同 ") == 4


def test_a_whole_text_that_seven_cases_share_is_found_on_each(tmp_path: Path) -> None:
    bodies = {key: prose(f"copied {key}", size) for key, size in SECTIONS.items()}
    cases = [
        Sent(f"{name}家园", f"{name}物业服务有限公司", "杭州市物业管理协会", photos=0, has_form=False)
        for name in ("春江", "秋水", "夏荷", "冬青", "锦绣", "翡翠", "和谐")
    ]
    own = "{}的业主们都说物业服务越来越好。"
    copies = [(case, written(case, own.format(case.community), **bodies)) for case in cases]
    found = done(tmp_path, submission(ZHEJIANG, copies))
    assert set(found) == {case.community for case in cases}
    assert "等 6 个案例" in found["春江家园"].message


def test_the_same_bytes_under_two_cases_are_found(tmp_path: Path) -> None:
    second = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0, has_form=False)
    data = written(A)
    assert set(done(tmp_path, submission(ZHEJIANG, [(A, data), (second, data)]))) == {"春江花园", "秋水苑"}


def test_the_same_community_sent_again_shares_nothing_with_itself(tmp_path: Path) -> None:
    mails = (
        submission(ZHEJIANG, [(A, written(A, *PASSAGE))]),
        submission(ZHEJIANG, [(A, written(A, *PASSAGE, "又补充一句：电梯已经全部换新并通过检验。"))], "07-22T10:00:00"),
    )
    assert done(tmp_path, *mails) == {}


def test_a_later_version_in_words_of_its_own_ends_the_finding(tmp_path: Path) -> None:
    mails = submission(ZHEJIANG, [(A, written(A, *PASSAGE))]), submission(JIANGSU, [(B, written(B, *PASSAGE))])
    again = submission(JIANGSU, [(B, written(B))], "07-22T10:00:00")
    with desk(tmp_path) as opened:
        assert set(told(take(opened, tmp_path / "inbox", *mails))) == {"春江花园", "金陵秋水苑"}
        assert told(take(opened, tmp_path / "later", again)) == {}


def test_texts_are_loaded_for_the_pairs_alone_and_for_the_next_picture_not_again(tmp_path: Path) -> None:
    third = Sent("夏荷园", "温州夏荷物业服务有限公司", "温州市物业管理协会", photos=0, has_form=False)
    mails = (
        submission(ZHEJIANG, [(A, written(A, *PASSAGE)), (third, written(third))]),
        submission(JIANGSU, [(B, written(B, *PASSAGE))]),
    )
    asked: list[int] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        if "readings.texts" in statement:
            asked.append(len(parameters))

    with desk(tmp_path) as opened:
        event.listen(opened.store.engine, "before_cursor_execute", note)
        take(opened, tmp_path / "inbox", *mails)
        assert asked == [2]
        assert set(told(assessed(opened))) == {"春江花园", "金陵秋水苑"}
        assert asked == [2]


@pytest.mark.skipif(find_office() is None, reason="LibreOffice makes this file, and it is not installed")
def test_passages_of_a_word_file_are_found_in_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "b.docx").write_bytes(written(B, *PASSAGE))
    (made,) = converted([tmp_path / "b.docx"], "pdf", tmp_path)
    found = done(
        tmp_path,
        submission(ZHEJIANG, [(A, written(A, *PASSAGE))]),
        submission(JIANGSU, [(B, made.read_bytes())], suffix="pdf"),
    )
    assert set(found) == {"春江花园", "金陵秋水苑"}
    assert "金陵秋水苑+新颜.pdf" in found["春江花园"].message
