"""How does the first page of a Word file or a workbook look on paper? LibreOffice prints it as PDF, a file a call.

The call has the bounds of `parsers.documents.legacy`: time, memory, no macros, no links followed.
"""

import tempfile
from pathlib import Path

from parsers.base import ParseError
from parsers.documents.legacy import Allowance, Target, Work, find_office

# The suffix that LibreOffice tells a format by, and the filter that prints it.
_WRITER, _CALC = "writer_pdf_Export", "calc_pdf_Export"
_PRINTED = {
    "docx": (".docx", _WRITER),
    "doc": (".doc", _WRITER),
    "rtf": (".rtf", _WRITER),
    "odt": (".odt", _WRITER),
    "wordml": (".xml", _WRITER),
    "xlsx": (".xlsx", _CALC),
    "xls": (".xls", _CALC),
    "ods": (".ods", _CALC),
}
PRINTED = frozenset(_PRINTED)
MISSING = "没有安装 LibreOffice，这种文件做不出页面图片，请下载查看"
_FIRST_PAGE = '{"PageRange":{"type":"string","value":"1"}}'
_FAILED = "页面图片做不出来，文件可能已损坏，请下载查看"
_TOO_LONG = "做页面图片超过 {seconds:.0f} 秒还没有完成，已中止，请下载查看"


def print_first_page(path: Path, format_: str, out: Path, allowance: Allowance) -> Path:
    """Return a PDF, in the folder `out`, of the first page of a file of one of PRINTED; ParseError where none comes."""
    office = find_office()
    if office is None:
        raise ParseError("unsupported", MISSING)
    suffix, filter_ = _PRINTED[format_]
    target = Target(f"pdf:{filter_}:{_FIRST_PAGE}", ".pdf", _is_pdf)
    with tempfile.TemporaryDirectory(prefix="zhengji-printing-") as folder:
        work = Work(office, Path(folder), out, allowance, target)
        name = work.take(path, suffix)
        in_time = work.run([name])
        if made := work.find_output(name):
            return made
    if in_time:
        raise ParseError("corrupt", _FAILED)
    raise ParseError("unsafe", _TOO_LONG.format(seconds=work.seconds_for(1)))


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"
