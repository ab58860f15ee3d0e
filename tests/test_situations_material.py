"""Situations with case materials, from raw mails to the sentences that staff read."""

from pathlib import Path

import pytest

from tests.desks import desk, take
from tests.doc_reading import CAMPAIGN
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import gbk_zip
from tests.material_builders import body_of, docx, material, text_of
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
HEAD = "浙江省物业管理协会"
ASKED = {section.name: section.asks for section in CAMPAIGN.section}

SAID = {
    "two missing, others too long or short": (
        material(
            lambda number, name: f"{'一二三四五六'[number]}、{name}",
            without=["problems", "insights"],
            bodies={"introduction": [text_of(128)], "results": [text_of(120)]},
        ),
        {
            "material.section_missing": "案例材料请补充完整：没有找到“问题诊断”“总结启示”",
            "material.section_length": "案例材料的篇幅与要求不同：“小区简介”128 字（要求 100 字以内）、“取得成效”120 字（要求 300 字左右）",
        },
    ),
    "the annex's words left in a written section are not counted": (
        material(bodies={"introduction": [ASKED["introduction"], *body_of("introduction")]}),
        {"material.section_missing": "案例材料请补充完整：“小区简介”里还留有模板字样“简述小区基本情况”"},
    ),
    "nothing but the annex's words": (
        material(bodies={"results": [ASKED["results"]]}),
        {"material.section_missing": "案例材料请补充完整：“取得成效”只有模板字样、尚未填写"},
    ),
    "a placeholder is told from its sentence on": (
        material(bodies={"introduction": [*body_of("introduction")[:1], "XX小区位于××路。"]}),
        {"material.section_missing": "案例材料请补充完整：“小区简介”里还留有模板字样“XX小区位于××路”"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("blocks", "said"), SAID.values(), ids=SAID)
def test_what_a_material_lacks_is_said_in_words_to_act_on(
    blocks: list[str], said: dict[str, str], tmp_path: Path
) -> None:
    own = {path: data for path, data in A.files().items() if "+" not in path}
    own[f"{A.company}/{A.community}/春江花园+小区换新颜.docx"] = docx(*blocks)
    files = {**list_files(HEAD, [A]), "材料.zip": gbk_zip(own)}
    with desk(tmp_path) as opened:
        mails = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
        assessment = take(opened, tmp_path / "inbox", mails)
    told = {one.code: one.message for one in assessment.findings if one.code.startswith("material.section")}
    assert told == said
