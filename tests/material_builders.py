"""Case materials for tests, as people set them: each a real .docx with what is to be read from it.

`text_of` gives texts of an exact length, so that every count is known. `package` writes a .docx part by part, for what
python-docx cannot say: themes, defaults, chains of styles, headers.
"""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from tests.docx_writer import Block, Raw, W, docx_bytes, paragraph

NAMES = ("小区简介", "问题诊断", "解决措施", "取得成效", "总结启示", "企业简介")
KEYS = ("introduction", "problems", "measures", "results", "insights", "company")
LENGTHS = {"introduction": 90, "problems": 500, "measures": 4000, "results": 300, "insights": 310, "company": 180}
TITLE = "党建引领聚合力，老旧小区换新颜"
INTRODUCTION = "春江花园位于文三路，由杭州春江物业服务有限公司服务，建成年份为二〇一四年。"
_UNIT = "物业服务中心逐户走访小区业主，把电梯、停车、绿化等事项列成台账，按月公示进展情况。"


def text_of(length: int, start: str = "") -> str:
    """Return a text of so many characters as Word counts them."""
    return (start + _UNIT * (length // len(_UNIT) + 1))[:length]


def body_of(key: str, lengths: Mapping[str, int] = LENGTHS) -> list[str]:
    """Return a section's paragraphs, together exactly as long as told."""
    start = INTRODUCTION if key == "introduction" else ""
    whole = text_of(lengths[key], start)
    return [whole[at : at + 400] for at in range(0, len(whole), 400)]


def material(  # noqa: PLR0913 (a material is all that)
    heading: Callable[[int, str], str] = lambda number, name: f"{'一二三四五六'[number]}、{name}",
    *,
    names: Sequence[str] = NAMES,
    without: Sequence[str] = (),
    bodies: Mapping[str, Sequence[Block]] | None = None,
    title: str = TITLE,
    order: Sequence[str] = KEYS,
    before: Sequence[Block] = (),
    after: Sequence[Block] = (),
) -> list[Block]:
    """Return the blocks of a material; `bodies` replaces the texts of some sections."""
    blocks: list[Block] = [*([title] if title else []), *before]
    for number, key in enumerate(key for key in order if key not in without):
        blocks.append(heading(number, names[KEYS.index(key)]))
        blocks += (bodies or {}).get(key, body_of(key))
    return [*blocks, *after]


def docx(*blocks: Block, **options: bool) -> bytes:
    """Return a .docx of blocks."""
    return docx_bytes(*blocks, **options)


# ---------------------------------------------------------------- part by part

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_R = f'xmlns:r="{_OFFICE}"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PAGE = '<w:p><w:fldSimple w:instr=" PAGE \\* MERGEFORMAT "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
SONG = '<w:rFonts w:eastAsia="宋体"/>'


def package(
    body: str, *, styles: str = "", theme: tuple[str, str] | None = None, language: str = "zh-CN", footer: str = PAGE
) -> bytes:
    """Return a .docx of a body's XML; `styles` is what stands in the style sheet, `theme` (named, for script Hans)."""
    parts = {"word/document.xml": _document(body, footer), "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>"}
    parts["word/settings.xml"] = f'<w:settings {W}><w:themeFontLang w:eastAsia="{language}"/></w:settings>'
    if footer:
        parts["word/footer1.xml"] = f"<w:ftr {W}>{footer}</w:ftr>"
    if theme is not None:
        parts["word/theme/theme1.xml"] = _theme(*theme)
    names = [name.partition("/")[2] for name in parts if name != "word/document.xml"]
    links = "".join(_link(number, name) for number, name in enumerate(names, start=1))
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="{_WORD}.{_kind(name)}+xml"/>'
        for name in parts
        if "theme" not in name
    )
    parts["word/_rels/document.xml.rels"] = f'<Relationships xmlns="{_RELS}">{links}</Relationships>'
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument"'
        ' Target="word/document.xml"/></Relationships>'
    )
    usual = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    usual += '<Default Extension="xml" ContentType="application/xml"/>'
    parts = {"[Content_Types].xml": f'<Types xmlns="{_TYPES}">{usual}{kinds}</Types>', **parts}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in parts.items():
            target.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return made.getvalue()


def _document(body: str, footer: str) -> str:
    shown = '<w:footerReference w:type="default" r:id="rIdFooter"/>' if footer else ""
    return f"<w:document {W} {_R}><w:body>{body}<w:sectPr>{shown}</w:sectPr></w:body></w:document>"


def _link(number: int, name: str) -> str:
    kind = _kind(name)
    identity = "rIdFooter" if kind == "footer" else f"rId{number}"
    return f'<Relationship Id="{identity}" Type="{_OFFICE}/{kind}" Target="{name}"/>'


def _kind(name: str) -> str:
    stem = name.rpartition("/")[2].partition(".")[0].rstrip("1")
    return "document.main" if stem == "document" else stem


def _theme(named: str, hans: str) -> str:
    fonts = f'<a:ea typeface="{named}"/><a:font script="Jpan" typeface="ＭＳ 明朝"/><a:font script="Hans" typeface="{hans}"/>'
    both = "".join(f'<a:{one}Font><a:latin typeface="Calibri"/>{fonts}</a:{one}Font>' for one in ("major", "minor"))
    return f'<a:theme {_A} name="x"><a:themeElements><a:fontScheme name="x">{both}</a:fontScheme></a:themeElements></a:theme>'


def defaults(letters: str = "", spacing: str = "") -> str:
    """Return the document's defaults."""
    spaced = f"<w:pPr><w:spacing {spacing}/></w:pPr>" if spacing else ""
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{letters}</w:rPr></w:rPrDefault>"
        f"<w:pPrDefault>{spaced}</w:pPrDefault></w:docDefaults>"
    )


def style(identity: str, letters: str = "", spacing: str = "", based: str = "", kind: str = "paragraph") -> str:
    """Return a style; the one called `a` is the usual one."""
    usual = ' w:default="1"' if identity == "a" else ""
    spaced = f"<w:pPr><w:spacing {spacing}/></w:pPr>" if spacing else ""
    basis = f'<w:basedOn w:val="{based}"/>' if based else ""
    name = f'<w:name w:val="{identity}"/>'
    return f'<w:style w:type="{kind}" w:styleId="{identity}"{usual}>{name}{basis}{spaced}<w:rPr>{letters}</w:rPr></w:style>'


def para(text: str, letters: str = "", style_: str = "", spacing: str = "", inside: str = "") -> str:
    """Return a paragraph's XML; `inside` stands before its text, such as a picture."""
    named = f'<w:pStyle w:val="{style_}"/>' if style_ else ""
    spaced = f"<w:spacing {spacing}/>" if spacing else ""
    run = f'<w:r><w:rPr>{letters}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{named}{spaced}</w:pPr>{inside}{run}</w:p>"


PICTURE = f'<w:r><w:drawing><a:blip {_A} {_R} r:embed="rIdNone"/></w:drawing></w:r>'


def set_material(
    body: Mapping[str, str] | None = None,
    heading: Mapping[str, str] | None = None,
    title: Mapping[str, str] | None = None,
    *,
    gap: bool = True,
    extra: str = "",
    without: Sequence[str] = (),
) -> str:
    """Return a material's body with the properties of its parts as `para` takes them; `extra` ends the measures."""
    blank = para("") if gap else ""
    parts = [para(TITLE, **(title or {}))]
    own = [(key, name) for key, name in zip(KEYS, NAMES, strict=True) if key not in without]
    for number, (key, name) in enumerate(own):
        parts += [blank, para(f"{'一二三四五六'[number]}、{name}", **(heading or {})), blank]
        parts += [para(text, **(body or {})) for text in body_of(key)]
        parts.append(extra if key == "measures" else "")
    return "".join(parts)


def letters(size: float, font: str = "宋体", *, bold: bool = False) -> str:
    """Return run properties."""
    weight = "<w:b/>" if bold else ""
    named = f'<w:rFonts w:ascii="{font}" w:eastAsia="{font}"/>' if font else ""
    return f'{named}{weight}<w:sz w:val="{round(size * 2)}"/>'


def in_frame(*texts: str) -> Raw:
    """Return a table of one cell that holds paragraphs."""
    inner = "".join(paragraph(text) for text in texts)
    return Raw(f"<w:tbl {W}><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>")
