"""The workbook that one reviewer fills in: how to do it, a row a case, and a row a case and point."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime

from config.campaign import Campaign
from reports.screening import words
from reports.screening.book import LINE, Book, height, new_book, set_margins
from reports.screening.dossier import Dossier
from reports.screening.overview_sheet import POINTS, SHEET, write_overview
from reports.screening.points_sheet import first_rows, write_points
from reports.wording import clock

_GUIDE = "说明"
_WIDTH = 118
_A4_PORTRAIT_SCALE = 74


def file_name(reviewer: str, as_of: datetime, campaign: Campaign) -> str:
    """Return what a reviewer's workbook is called."""
    return f"筛选表-{reviewer}-{as_of.astimezone(campaign.call.zone).date().isoformat()}.xlsx"


def reviewer_workbook(dossiers: Sequence[Dossier], reviewer: str, campaign: Campaign, as_of: datetime) -> bytes:
    """Return a reviewer's workbook (.xlsx) of these cases as of a moment (aware)."""
    out = io.BytesIO()
    moment = clock(as_of, campaign.call.zone)
    head = f"{campaign.call.title}　筛选表　评阅人：{reviewer}　截至 {moment}"
    with new_book(out, as_of.astimezone(campaign.call.zone), head) as book:
        _write_guide(book, list(_guide(dossiers, reviewer, campaign, moment)), head)
        write_overview(book, dossiers, reviewer, campaign, head, first_rows(dossiers))
        write_points(book, dossiers, head)
    return out.getvalue()


def _write_guide(book: Book, lines: Sequence[tuple[str, str]], head: str) -> None:
    page = book.writer.add_worksheet(_GUIDE)
    page.set_column(0, 0, _WIDTH)
    for row, (style, text) in enumerate(lines):
        page.write_string(row, 0, text, book.style(style))
        page.set_row(row, {"title": 2 * LINE, "lead": 2 * LINE}.get(style) or height([(text, _WIDTH)], least=1.2))
    page.set_paper(9)
    page.set_print_scale(_A4_PORTRAIT_SCALE)
    set_margins(page, head)


def _guide(dossiers: Sequence[Dossier], reviewer: str, campaign: Campaign, moment: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of the first sheet, each with its style."""
    screening = campaign.screening
    yield "title", f"{campaign.call.title}　筛选表"
    yield "prose", f"评阅人：{reviewer}　　案例：{len(dossiers)} 个　　材料截至：{moment}（{campaign.call.notice}）"
    yield "lead", "把握什么"
    for one in screening.principle:
        yield "prose", f"· {one.text}（通知{one.clause}）"
    yield "prose", "· 企业、面积只为辨认案例而列，不作评判依据；本表不打分、不排名。"
    yield "lead", "怎么填"
    yield from (("prose", f"{number}. {text}") for number, text in enumerate(_steps(), start=1))
    yield "lead", "各栏是什么"
    yield from (("prose", f"· {text}") for text in _columns(len(screening.criterion)))
    yield "lead", "一票否决（附件1原文；只由人判断，程序不作任何推断）"
    yield from (("prose", f"{one.name}：{one.text}") for one in screening.veto)
    yield "lead", f"选树参考标准（附件1原文，共 {len(screening.criterion)} 条）"
    yield from (("prose", f"{one.name}：{one.text}") for one in screening.criterion)


def _steps() -> Iterator[str]:
    yield f"黄色的栏由您填写，其余请勿改动；可以排序、筛选。点“{SHEET}”里的小区名称，跳到它的逐条对照（排序之前）。"
    yield (
        f"“{SHEET}”中五个一票否决各有一个方框 {words.BOX}：下拉选 {'、'.join(words.VETOES.values())}；"
        f"没有核过的请留着 {words.BOX}，不要猜。"
    )
    yield f"“{words.VERDICT}”下拉选 {'、'.join(words.VERDICTS.values())}；“{words.MERIT}”“{words.REASON}”用一两句话写。"
    choices = "、".join(words.SHOWN.values())
    yield f"“{POINTS}”中“{words.IS_SHOWN}”下拉选 {choices}，拿不准的可以留空，在“{words.NOTE}”里写明。"
    yield "填好后存为 .xlsx（WPS、Excel 都可以），文件名不必改，发回杂志社。没有填的留空即可，不会替您补上。"


def _columns(points: int) -> Iterator[str]:
    yield f"{words.FINDINGS}：材料清点时发现、尚未解决的事，供参考。"
    yield f"{words.COMPLETE}：清单所列、推荐表、案例材料和照片是否都已收到。"
    yield f"{words.LENGTHS}：案例材料每一节写了多少字，通知要求多少字。"
    yield (
        f"{words.PASSAGES}：按词语在案例材料里为 {points} 个要点各找出最多三段，标红的是所据的词。"
        f"找到不等于符合；“{words.NOTHING_FOUND}”只是没有找到这些词，不等于不符合，请以材料原文为准。"
    )
