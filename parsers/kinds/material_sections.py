"""What do the sections of a case material say? Their texts, how long they are, and what nobody has filled in.

Characters are counted as Word counts them (domain.md section 6.12).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.campaign import Campaign, Section
from parsers.kinds.material_chapters import ends_of
from parsers.kinds.material_headings import Heading
from parsers.kinds.material_lines import Line
from parsers.kinds.material_numbering import without_number

_CJK = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u2010-\u2027\u2030-\u205e"
_CJK += r"\U00020000-\U0003ffff"
# A mark that is white space (the ideographic space) counts as none.
_WORDS_COUNT = re.compile(rf"(?!\s)[{_CJK}]|[^\s{_CJK}]+")
# What comes after the last section: annexes, the form, pictures.
_AFTERWARDS = re.compile(
    r"^[【\[(（]?\s*(?:附\s*[件图表录注]|附\s*[:：]|.{0,20}案例推荐表\s*$|.{0,20}案例汇总清单\s*$"
    r"|(?:项目|服务|小区|现场|场景|案例)*(?:照片|图片)(?:展示)?\s*[:：]?$)"
)
_SIGNED = re.compile(
    r"[(（]?\s*[\d二〇○零一二三四五六七八九]{4}\s*年.{1,5}月(?:.{1,3}日)?\s*[)）]?|\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"|[^，。：:；]{2,30}(?:公司|协会|项目部|服务中心)(?:（盖章）)?"
    r"|[(（]?\s*(?:供\s*稿|撰\s*稿|执\s*笔|作\s*者|联系(?:人|电话|方式)|电\s*话|手\s*机|(?:申报|报送)?单位(?:名称)?)[^。]{0,10}[:：][^。]{0,50}"
)
_NUMBER_ALONE = re.compile(r"[\s(（]*[一二三四五六七八九十\d]{1,3}[)）、.．\s]*")
# So little is no text, whatever it says.
_FEW = 5
_NOTHING = re.compile(
    "略|暂?无|空|待定|待补充?|待填写?|待完善|待续|同上|另附|详?见附件|后补|内容|正文|[xX×]+|tbd|todo", re.IGNORECASE
)
# What templates say to whoever fills them in.
_HINT = re.compile(
    r"[(（【\[〔《<][^()（）【】\[\]〔〕《》<>]{0,40}(?:此处|请填|填写|请简述|请阐述|请描述|请输入|字以内|字左右|不超过\s*\d+\s*字|删除本提示)"
    r"[^()（）【】\[\]〔〕《》<>]{0,60}[)）】\]〕》>]"
    r"|(?:请在此(?:处)?|此处)(?:填写|输入|描述|简述|阐述)[^。\n]{0,40}[。.]?|(?:单击|点击)(?:或点击)?此处[^。\n]{0,20}输入文字[。.]?"
    r"|(?:待补充|待完善|待填写)[。.]?"
)
_UNFILLED = re.compile(
    r"(?:[XxＸｘ×✕]{2,}|\*{2,}|[○〇]{2,})"
    r"(?=\s*(?:小区|花园|路|街|号|公司|物业|社区|年|月|日|万|平方米|㎡|户|栋|人|%|％|元))"
)
_LENGTH = re.compile(r"\d+字(?:以内|左右)")
_CHUNK = 8
_LONGEST_ASKED = 1_000
_SNIPPET = 30


@dataclass(frozen=True)
class SectionText:
    """A section as it stands: its text, and Word's count of it without what a template says to whoever fills it in.

    A `shared` one has its text together with others.

    `blank` says that nobody has written anything, `hint` is a template's hint or placeholder that is still there.
    """

    name: str
    text: str
    characters: int
    shared: bool = False
    blank: bool = False
    hint: str = ""


def count_characters(text: str) -> int:
    """Return Word's count of a text: a CJK character or mark is 1, a run of other characters without space is 1."""
    # Line by line: a list of all characters of a long text takes a hundred times its memory.
    return sum(len(_WORDS_COUNT.findall(line)) for line in text.splitlines())


def sections_of(lines: Sequence[Line], headings: Sequence[Heading], campaign: Campaign) -> list[SectionText]:
    """Return the sections in the order of the text, each up to the next one's heading."""
    known = {section.name: section for section in campaign.section}
    found: list[SectionText] = []
    for heading, end in zip(headings, ends_of(headings, lines), strict=True):
        body = list(_body(lines, heading, end, last=heading is headings[-1]))
        text = "\n".join(_unsigned(body) if heading is headings[-1] else body)
        names = (heading.section, *heading.also)
        found += (_section(known[name], text, shared=len(names) > 1) for name in names)
    return found


def _body(lines: Sequence[Line], heading: Heading, end: int, *, last: bool) -> Iterator[str]:
    """Yield a section's lines: not captions, nor a number alone; of the last section not what comes after it."""
    if heading.rest:
        yield heading.rest
    for line in lines[heading.line + heading.lines : end]:
        afterwards = len(line.text) <= 2 * _SNIPPET and _AFTERWARDS.match(without_number(line.text).text)
        if afterwards and last:
            return
        if not (afterwards or line.caption or _NUMBER_ALONE.fullmatch(line.text)):
            yield line.text


def _unsigned(body: list[str]) -> list[str]:
    """Return the last section's lines without who signed, when, and whom to ask, which stand below it."""
    end = len(body)
    while end > 1 and _SIGNED.fullmatch(body[end - 1]):
        end -= 1
    return body[:end]


def _section(section: Section, text: str, *, shared: bool) -> SectionText:
    hint, rest = _hint(text, section)
    plain = _plain(rest)
    blank = not plain or bool(_NOTHING.fullmatch(plain)) or (bool(hint) and len(plain) < _FEW)
    return SectionText(section.name, text, count_characters(rest), shared, blank, hint[:_SNIPPET])


def _hint(text: str, section: Section) -> tuple[str, str]:
    """Return the first hint that is left in a section's text (empty where none is), and the text without hints."""
    rest = _HINT.sub("", text)
    first = _HINT.search(text)
    hint = first[0] if first else ""
    asked = {_plain(part) for part in _parts(section.asks)}
    # The annex's words may be broken over lines, as in a PDF.
    for whole in (rest, rest.replace("\n", "")):
        if left_in := next((part for part in _parts(whole[:_LONGEST_ASKED]) if _is_asked(part, asked)), ""):
            hint, rest = hint or left_in, "".join(part for part in _parts(whole) if not _is_asked(part, asked))
    if not hint and (left := _UNFILLED.search(rest)):
        begin = max(0, left.start() - 4, rest.rfind("\n", 0, left.start()), rest.rfind("。", 0, left.start()) + 1)
        hint = (rest[begin : left.end()] + re.split("[，。；\n]", rest[left.end() :])[0]).strip()
    return hint.strip(), rest


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[，。；\n])", text) if part]


def _is_asked(part: str, asked: set[str]) -> bool:
    """Tell whether a part of a sentence is one of the annex's, too long to be there by chance, or its length."""
    plain = _plain(part)
    return plain in asked and (len(plain) >= _CHUNK or bool(_LENGTH.fullmatch(plain)))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))
