"""The page for the leadership: one A4 page, official in tone, with the digest's own numbers."""

import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from reports.digest.brief import brief, brief_text
from reports.digest.content import content_of
from reports.export import values
from reports.finding import Assessment
from reports.mail_side import FolderTrouble, MailboxHealth, MailGap
from reports.making.word import Paper, Passage, fits, one_page
from tests.labelled.office import find_office
from tests.picture_builders import (
    AFTER,
    MORNING,
    answered_link,
    assessment,
    association,
    case,
    finding,
    message,
    provincial,
    realistic,
)
from tests.sample import day
from tests.test_cli import zhengji


def busiest() -> Assessment:
    """Return a picture in which every sentence has its longest form: all kinds of trouble, and most provinces silent."""
    made = realistic(AFTER)
    mail = made.picture.messages[0]
    link = replace(answered_link(mail), answered=False)
    links = [
        replace(link, key=f"163:{days}", number=days + 5, expires=AFTER + timedelta(days=days)) for days in (-4, 1, 9)
    ]
    others = [
        *made.picture.messages,
        message(None, kind="inquiry", arrival=AFTER - timedelta(hours=3)),
    ]
    found = [*made.findings, finding("sender.suspicious", subject="message", message_id=mail.key)]
    picture = replace(
        made.picture,
        links=tuple(links),
        messages=tuple(others),
        troubles=(FolderTrouble("共享文件夹", "浙江/x.tmp", "还没有拷完"),),
        gaps=(MailGap("a@x.cn", "INBOX", 2, AFTER, "超时"),),
        health=(MailboxHealth("a@x.cn", None, AFTER - timedelta(days=3), "密码被拒绝"),),
    )
    return replace(made, picture=picture, findings=tuple(found))


def full() -> Assessment:
    views = []
    for one in provincial():
        mail = message(one.province)
        views.append(association(one.province, [mail], [case(mail, f"{one.province}第{n}花园") for n in range(49)]))
    return assessment(views)


PICTURES: dict[str, Callable[[], Assessment]] = {
    "before": realistic, "after": lambda: realistic(AFTER), "empty": assessment, "busiest": busiest, "full": full,
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Convert all pages by LibreOffice in one call; return what each says, its pages parted by form feeds."""
    folder = tmp_path_factory.mktemp("brief")
    for name, made in PICTURES.items():
        (folder / f"{name}.docx").write_bytes(brief(made()))
    command = [find_office() or "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), *(str(folder / f"{name}.docx") for name in PICTURES)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: _told(folder / f"{name}.pdf") for name in PICTURES}


def _told(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return "\f".join(page.extract_text() or "" for page in pdf.pages)


@pytest.mark.parametrize("name", PICTURES)
def test_it_is_one_page_whatever_there_is_to_tell(pages: dict[str, str], name: str) -> None:
    assert pages[name].count("\f") == 0
    assert "进展情况" in pages[name]


def test_its_numbers_are_those_of_digest_and_export() -> None:
    made = realistic()
    text, content = brief_text(made), content_of(made, None)
    rows = values(made, "submissions")
    states = [row["status"] for row in rows]
    assert f"已收到{len(rows) - states.count('none')}个省（区、市）的报送材料" in text
    assert f"共有案例{len(values(made, 'cases'))}个，其中材料齐全{sum(row['cases_complete'] for row in rows)}个" in text
    assert (
        f"已报齐{states.count('complete')}个，部分报送{states.count('partial')}个，尚未报送{states.count('none')}个"
        in text
    )
    assert f"尚缺材料{content.outstanding.count}项，涉及10个省" in text
    for group in content.todo.groups:
        assert re.search(rf"\D{group.count}[个封项处]", text)
    assert "距截止还有16天（12个工作日）" in text


def test_it_speaks_as_official_papers_do() -> None:
    text = brief_text(realistic())
    assert "截至2026年7月20日8时30分，已收到" in text
    assert [line[:2] for line in text.splitlines()[1:]] == ["一、", "二、", "三、", "四、"]
    assert "一是" in text
    assert "二是" in text
    assert not re.search(r"[a-z]+\.[a-z]+|zhengji", text)
    assert " " not in text
    assert "违规" not in text


def test_before_the_deadline_it_reads_otherwise_than_after_it() -> None:
    before, after = brief_text(realistic()), brief_text(realistic(AFTER))
    assert "尚未报送的有19个" in before
    assert "截止后仍未报送的有19个" in after
    assert "征集已于8月5日截止" in after
    assert "应到约" not in after
    assert "迟报的材料5项" in after


def test_an_hour_is_said_without_minutes_where_it_is_full() -> None:
    assert "截至2026年8月3日18时，" in brief_text(assessment(as_of=MORNING.replace(month=8, day=3, hour=10, minute=0)))


def test_the_end_of_a_day_is_said_as_the_day() -> None:
    assert "截至2026年8月3日，已收到" in brief_text(assessment(as_of=day("08-03T23:59:59")))


def test_who_will_send_nothing_is_said_apart_from_who_is_silent() -> None:
    text = brief_text(assessment([replace(association("西藏"), nothing_to_send="陈静 7月20日")]))
    assert "尚未报送的有30个" in text
    assert "已说明不报送的有1个：西藏" in text


def test_where_all_have_sent_nobody_is_named() -> None:
    assert "没有应报未报的地区" in brief_text(full())
    assert "目前没有需要处理的问题" in brief_text(full())


def test_it_is_laid_out_as_official_papers_are() -> None:
    document = Document(io.BytesIO(brief(assessment())))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    title, _, first, *_, office, foot = document.paragraphs
    assert office.text == "《中国物业管理》杂志社融媒体中心"
    assert (title.runs[0].font.name, title.runs[0].font.size) == ("宋体", Pt(22))
    assert (first.runs[0].font.name, first.runs[0].font.size) == ("仿宋", Pt(16))
    assert foot.text == "2026年7月20日"
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    fonts = {fonts.get(qn("w:eastAsia")) for run in runs for fonts in run.element.iter(qn("w:rFonts"))}
    assert fonts == {"宋体", "仿宋", "黑体"}


def test_what_does_not_fit_is_set_smaller_and_never_below_12_points() -> None:
    def paper(length: int) -> Paper:
        return Paper("标题", "（截至今天）", [Passage("一、", "字" * length)], "2026年7月20日", MORNING)

    sizes = [
        Document(io.BytesIO(one_page(paper(length)))).paragraphs[2].runs[0].font.size for length in (300, 600, 5000)
    ]
    assert sizes[0] == Pt(16)
    assert sizes[0] > sizes[1] >= sizes[2] == Pt(12)
    assert fits(paper(600))
    assert not fits(paper(5000))


def test_the_same_picture_gives_the_same_words() -> None:
    made = realistic()
    assert brief_text(made) == brief_text(made)


def test_the_command_writes_it_beside_and_says_where(tmp_path: Path) -> None:
    from tests.desks import write_settings

    config = write_settings(tmp_path)
    target = tmp_path / "报告" / "一页.docx"
    done = zhengji("--config", str(config), "brief", "-o", str(target), "--as-of", "2026-08-03T18:00")
    assert (done.returncode, done.stdout.strip()) == (0, str(target))
    assert "截至2026年8月3日18时" in "".join(one.text for one in Document(str(target)).paragraphs)
    assert [path.name for path in target.parent.iterdir()] == ["一页.docx"]
    done = zhengji("--config", str(config), "brief", "--as-of", "2026-08-03", cwd=tmp_path)
    assert done.stdout.strip() == "进展情况-2026-08-03.docx"
    assert (tmp_path / "进展情况-2026-08-03.docx").exists()
