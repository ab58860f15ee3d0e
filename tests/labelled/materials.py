"""Case materials (附件2) with their truth: the sections under the headings that people give them, numbered or not."""

import re
from random import Random

from tests.doc_builders import sentences
from tests.docx_writer import Block, Raw, paragraph
from tests.labelled import names
from tests.labelled.truth import MATERIAL, Draft, Truth

# Section -> the headings that people give it, and about how many characters stand under it.
_SECTIONS = {
    "introduction": (("小区简介", "小区概况", "小区基本情况"), 80),
    "problems": (("问题诊断", "存在问题", "主要问题"), 500),
    "measures": (("解决措施", "主要做法", "工作举措"), 4_000),
    "results": (("取得成效", "工作成效", "取得的成效"), 300),
    "insights": (("总结启示", "经验启示", "总结与启示"), 300),
    "company": (("企业简介", "公司简介", "企业概况"), 170),
}
_TITLES = (
    "党建引领聚合力 老旧小区换新颜",
    "三方联动解难题 暖心服务进万家",
    "从“弃管”到“善管”的蝶变之路",
    "以数字化赋能品质物业服务",
)
_NUMBERINGS = ("{han}、{name}", "（{han}）{name}", "{number}.{name}", "{name}", "第{han}部分 {name}", "{han}、{name}：")
# A CJK character or mark is one, a run of other characters without white space is one.
_COUNTED = re.compile(
    r"(?!\s)[\u2010-\u2027\u2030-\u205e\u2e80-\u9fff\uff00-\uff60]|[^\s\u2010-\u2027\u2030-\u205e\u2e80-\u9fff\uff00-\uff60]+"
)


def case_material(random: Random) -> Draft:
    """Return a material; in one of six a section is missing, in another one of six one is far too short."""
    at = names.place(random)
    community, company, title = names.community(random), names.company(random, at), random.choice(_TITLES)
    numbering = random.choice(_NUMBERINGS)
    sections = dict(_SECTIONS)
    if random.random() < 1 / 6:
        del sections[random.choice(("insights", "problems", "company"))]
    blocks: list[Block] = [Raw(paragraph(f"{community}：{title}", 16, bold=True, center=True))]
    counts: dict[str, int] = {}
    short = random.choice([*sections, *[""] * 30])
    for number, (name, (headings, length)) in enumerate(sections.items()):
        heading = numbering.format(han="一二三四五六"[number], number=number + 1, name=random.choice(headings))
        blocks.append(Raw(paragraph(heading, 15, bold=True, spacing='w:before="312" w:after="312"')))
        parts = _text(random, name, 40 if name == short else length, community, company)
        blocks += [Raw(paragraph(f"　　{part}", 15, spacing='w:line="360" w:lineRule="auto"')) for part in parts]
        counts[name] = sum(len(_COUNTED.findall(part)) for part in parts)
    truth = Truth({"title": f"{community}：{title}", "community": community, "company": company}, sections=counts)
    return Draft(MATERIAL, "numbered" if numbering != "{name}" else "plain", blocks, truth)


def _text(random: Random, section: str, length: int, community: str, company: str) -> list[str]:
    if section == "introduction":
        where = f"{community}位于人民路{random.randint(1, 99)}号，物业服务企业为{company}，2014年建成，"
        return [f"{where}建筑面积{random.randint(6, 30)}万平方米，属商品住宅小区。"]
    opening = f"{company}成立于{random.randint(1995, 2012)}年，" if section == "company" else f"{community}小区物业"
    return sentences(random, opening, length)
