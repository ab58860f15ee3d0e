"""The page of a case in the console: fields beside their sources, corrections, versions, files, and what else is decided."""

import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from starlette.testclient import TestClient

from ingest.intake import take_in
from reports.console.acts import Who
from reports.console.board import file_key
from reports.console.cases.named import fields_named
from reports.export import values
from reports.incoming import FileView
from reports.picture import CaseView
from reports.sides import captions_of, case_fields
from store import activity, mail
from tests import doc_builders as docs
from tests.browsers import PHONE, chromium
from tests.consoles import PASSWORD, PEOPLE, Running, console_on, csrf_of, sample_console, served, write
from tests.desks import desk, take
from tests.inbox import Sent, list_files
from tests.inbox import mail as mail_of
from tests.mail_builders import gbk_zip
from tests.page_builders import as_jpeg, scanned
from tests.sample import day
from tests.seal_drawing import fonts
from tests.test_scanning import form_page

HEAD = "浙江省物业管理协会"
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0, has_material=False)
B = Sent("春江花苑", "杭州滨江物业服务有限公司", "杭州市物业管理协会", photos=0, has_material=False)
MARKUP = "<img src=x onerror=alert(1)>"
EVIL = Sent(
    f"{MARKUP}花园",
    f"<script>alert(2)</script>{'物业公司' * 15}",
    "宁波市物业管理协会",
    photos=0,
    form={"reason": f"{MARKUP}\u202e" + "字" * 200_000, "applicant_phone": "13712345678"},
)
SCANNED = docs.form_fields(community="春江花苑", company=B.company)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a console on what the sample does not hold: a newer form, a scan, a hostile case of 1,000 files."""
    folder = tmp_path_factory.mktemp("odd")
    files = list_files(HEAD, [A, B, EVIL], scanned=False)
    many = {f"{EVIL.community}/{number}{MARKUP}.jpg": _plain(number) for number in range(1_000)}
    with desk(folder / "desk") as opened:
        take(
            opened,
            folder / "inbox",
            _sent(20, "报送", {**files, "春江花园推荐表.docx": A.form_docx(), "恶意推荐表.docx": EVIL.form_docx()}),
            _sent(21, f"材料{MARKUP}", {"材料.zip": gbk_zip(many)}),
            _sent(
                23, "更正推荐表", {"春江花园推荐表.docx": replace(A, form={"floor_area": "13.5万平方米"}).form_docx()}
            ),
            *([_sent(24, "扫描", {"春江花苑推荐表.jpg": as_jpeg(scanned(form_page(SCANNED)))})] if fonts() else []),
        )
        yield console_on(opened)


def _plain(number: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), (number % 256, number // 256, 7)).save(made, "JPEG")
    return made.getvalue()


def _sent(number: int, subject: str, files: dict[str, bytes]) -> bytes:
    return mail_of("zjwyxh@example.cn", subject, day(f"07-{number}T10:00:00"), files)


def seen(running: Running) -> dict[str, CaseView]:
    return {one.community: one for one in running.console.board.look().picture.cases}


def page_of(running: Running, community: str) -> str:
    found = running.console.board.look()
    return f"/cases/{found.case_keys[next(one.id for one in found.picture.cases if one.community == community)]}"


def file_of(running: Running, name: str, community: str | None = None) -> FileView:
    files = running.console.board.look().picture.files
    return next(one for one in files if one.name == name and community in (None, one.community))


def row(page: str, field: str) -> str:
    """Return the row of a field, with its markup."""
    return page.split(f'<tr id="f-{field}">', 1)[1].split("\n    </tr>", 1)[0]


def text(markup: str) -> str:
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", markup).split()))


def deeds(running: Running) -> list[tuple[str, str, str]]:
    done, _ = activity.latest(running.console.store, 3)
    return [(one.person, one.action, one.target) for one in done]


def undone(running: Running, page: str) -> None:
    """Undo what the first undo button of a page names."""
    number = re.search(r'action="/undo">.*?name="decision" value="(\d+)"', page)
    assert number, "the page has no undo button"
    running.console.acts.undo(Who("李编", running.clock()), int(number[1]))


def refused(client: TestClient, path: str, **fields: str) -> str:
    """Send a form that cannot be carried out, and return the words of the page that says so."""
    answer = client.post(path, data={"csrf": csrf_of(client, "/"), **fields})
    assert answer.status_code == 422, answer.status_code
    words = text(answer.text.split('role="alert">', 1)[1].split("</p>", 1)[0])
    # What the command line's options are called helps nobody here.
    assert "--" not in words
    assert "zhengji" not in words
    return words


def test_every_case_is_shown_with_all_fields_of_the_annexes_in_their_order(running: Running) -> None:
    captions = list(captions_of(running.console.campaign).values())
    for community in seen(running):
        answer = running.as_role("editor").get(page_of(running, community))
        assert answer.status_code == 200
        heads = re.findall(r'<th scope="row">([^<]*)', answer.text)
        assert heads == captions
    form = list(running.console.campaign.recommendation_form.captions.values())
    assert captions[: len(form)] == form
    assert {"序号", "备注", "城市"} <= set(captions)


def test_the_value_that_counts_is_the_one_that_every_export_gives(running: Running, odd: Running) -> None:
    names = {"floor_area": "floor_area_m2", "fee": "fee_text", "number": "list_number"}
    for one in (running, odd):
        found = one.console.board.look()
        exported = values(found.assessment, "cases")
        for case, given in zip(found.picture.cases, exported, strict=True):
            for field in case_fields(case, one.console.campaign):
                if field.name == "applicant":
                    continue
                counts, wanted = field.counts, given[names.get(field.name, field.name)]
                assert wanted in (None, "") if counts is None else wanted in (counts.value, counts.raw.strip())


def test_a_value_stands_beside_the_cell_it_was_read_from(running: Running) -> None:
    page = running.as_role("editor").get(page_of(running, "玄武湖畔花园")).text
    area = row(page, "floor_area")
    assert "12.5万平方米" in text(area)
    assert "读作 125,000 ㎡" in text(area)
    assert "《玄武湖畔花园推荐表.docx》 表1第4行第4列" in text(area)
    form = file_of(running, "玄武湖畔花园推荐表.docx")
    assert f'href="/files/{file_key(form)}"' in area
    # The row of the table as it stands, with the cell itself marked.
    table = area.split('<table class="row">', 1)[1].split("</table>", 1)[0]
    assert text(table) == "原表这一行 建成时间 建筑面积 2014年12月 12.5万平方米"
    assert '<td class="own">12.5万平方米</td>' in table
    # The list has columns of its own names.
    assert "项目交付时间 2015年6月" in text(row(page, "delivered"))


def test_list_form_and_material_that_contradict_each_other_stand_side_by_side(running: Running) -> None:
    page = running.as_role("reader").get(page_of(running, "曲江春晓")).text
    company = row(page, "company")
    assert "各处不一致" in company
    sides = [text(one) for one in re.findall(r'<td data-label="(?:推荐表|清单|案例材料)">.*?</td>', company, re.DOTALL)]
    assert [bool("大明宫" in side) for side in sides] == [True, False, False]
    assert ["西安曲江物业服务有限公司" in side for side in sides] == [False, True, True]
    assert len(re.findall("said[a-z ]* differs", company)) == 3
    assert "各处不一致" not in row(page, "address")


def test_a_person_corrects_a_value_and_takes_it_back(running: Running) -> None:
    path, client = page_of(running, "玄武湖畔花园"), running.as_role("editor")
    fields = {"field": "floor_area", "value": "12.8万平方米", "note": "对照扫描件", "back": f"{path}#f-floor_area"}
    page = write(client, f"{path}/correct", **fields)
    said = "李编 2026-08-06 10:00 更正：对照扫描件；原为“12.5万平方米” 撤销"
    assert said in text(row(page, "floor_area"))
    assert text(row(page, "floor_area")).startswith("建筑面积 12.8万平方米")
    assert "改为“12.8万平方米”" in text(page.split('id="decisions"', 1)[1])
    assert deeds(running)[0] == ("李编", "更正", "江苏/南京市/玄武湖畔花园 建筑面积")
    assert seen(running)["玄武湖畔花园"].floor_area_m2 == 128_000
    undone(running, row(page, "floor_area"))
    last = client.get(path).text
    assert text(row(last, "floor_area")).startswith("建筑面积 12.5万平方米")
    assert "李编 2026-08-06 10:00 撤销" in text(last.split('id="decisions"', 1)[1])


def test_a_finding_leads_to_the_very_cell_that_it_speaks_of(running: Running) -> None:
    path, client = page_of(running, "东湖名苑"), running.as_role("reader")
    page = client.get(path).text
    named = re.findall('<a class="small nowrap" href="#f-([a-z_]+)">看“([^<]+)”</a>', page)
    assert named == [
        ("delivered", "交付时间"), ("collection_rate", "物业服务费收缴率"), ("applicant_phone", "申报单位联系人手机"),
    ]  # fmt: skip
    for field, caption in named:
        assert text(row(page, field)).startswith(caption)
        for other in ("/", "/findings?province=湖北"):
            assert f'href="{path}#f-{field}"' in client.get(other).text


def test_what_a_finding_quotes_is_no_field(running: Running) -> None:
    campaign = running.console.campaign
    one = replace(
        next(iter(running.console.board.seen.findings.values())),
        code="mismatch.company",
        message="物业服务企业名称不一致：清单为“城市备注物业”，推荐表为“交付时间物业”",
    )
    assert fields_named(one, campaign) == {"company": "物业服务企业名称"}
    assert fields_named(replace(one, code="photo.reused"), campaign) == {}
    assert fields_named(
        replace(one, code="list.row_incomplete", message="清单中项目交付时间、申报单位空白"), campaign
    ) == {
        "delivered": "交付时间",
        "company": "物业服务企业名称",
    }


def test_one_goes_from_case_to_case_as_the_province_lists_them(running: Running) -> None:
    client = running.as_role("reader")
    listed = re.findall(r'data-label="小区"><a href="(/cases/[0-9a-f]+)"', client.get("/provinces/山东").text)
    assert len(listed) == 4
    went = [listed[0]]
    while after := re.search('<a href="([^"]+)" rel="next">', page := client.get(went[-1]).text):
        assert f"山东第 {len(went)} / 4 个" in page
        assert re.findall('<a href="([^"]+)" rel="prev">', page) == went[-2:-1]
        went.append(after[1])
    assert went == listed


def test_a_corrected_value_outlives_a_rebuild(tmp_path: Path) -> None:
    with desk(tmp_path / "desk") as opened:
        files = {**list_files(HEAD, [A], scanned=False), "春江花园推荐表.docx": A.form_docx()}
        take(opened, tmp_path / "inbox", _sent(20, "报送", files))
        small = console_on(opened)
        path, client = page_of(small, "春江花园"), small.client("editor")
        write(client, f"{path}/correct", field="community", value="春江花园一期", back=path)
        before = write(client, f"{path}/correct", field="applicant_phone", value="13912345678", back=path)
        mail.forget_conclusions(opened.store)
        assert small.console.board.look().picture.cases == ()
        take_in(opened)
        small.console.board.look()
        after = client.get(path).text
    for page in (before, after):
        assert "李编 2026-08-06 10:00 更正；原为“13800010001” 撤销" in text(row(page, "applicant_phone"))
        assert text(row(page, "community")).startswith("小区名称 春江花园一期")


def test_what_cannot_be_a_value_is_refused_in_words_for_a_page(running: Running) -> None:
    path, client = f"{page_of(running, '西溪诚园')}/correct", running.as_role("editor")
    assert "请写上正确的建筑面积" in refused(client, path, field="floor_area", value=" ")
    assert "应如 12.5万平方米" in refused(client, path, field="floor_area", value="很大")
    assert "没有这一栏" in refused(client, path, field="__class__", value="x")
    assert "最多 2000 字" in refused(client, path, field="reason", value="好" * 2_001)
    assert "读不成城市" in refused(client, path, field="city", value="火星市")
    assert seen(running)["西溪诚园"].corrected == {}


def test_of_two_at_once_the_second_is_told_who_decided_what_when_and_may_insist(running: Running) -> None:
    path, first, second = page_of(running, "姑苏人家"), running.as_role("admin"), running.as_role("editor")
    before = second.get(path).text
    back = f"{path}#f-collection_rate"
    write(first, f"{path}/correct", field="collection_rate", value="97%", back=back)
    # The second had the page open before that, and types something else.
    assert 'name="seen"' not in row(before, "collection_rate")
    fields = {"csrf": csrf_of(second, "/"), "field": "collection_rate", "value": "96%", "note": "来电", "back": back}
    answer = second.post(f"{path}/correct", data=fields)
    assert answer.status_code == 422
    assert "别人已经处理过了" in answer.text
    assert "陈管 已于 2026-08-06 10:00 决定过" in text(answer.text)
    assert "改为“97%”" in text(answer.text)
    assert seen(running)["姑苏人家"].collection_rate == 0.97
    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text.split("data-trouble", 1)[1])
    )
    assert (hidden["value"], hidden["note"]) == ("96%", "来电")
    done = second.post(f"{path}/correct", data=hidden)
    assert (done.status_code, done.headers["location"]) == (303, back)
    page = second.get(path).text
    assert text(row(page, "collection_rate")).startswith("物业服务费收缴率 96%")
    # Whoever has seen the other's decision on the page is not asked again.
    number = re.search(r'name="seen" value="(\d+)"', row(first.get(path).text, "collection_rate"))
    assert number
    write(first, f"{path}/correct", field="collection_rate", value="95%", seen=number[1], back=back)
    assert seen(running)["姑苏人家"].collection_rate == 0.95


def test_a_case_is_withdrawn_with_a_reason_and_taken_back(running: Running) -> None:
    path, client = page_of(running, "涪城新居"), running.as_role("editor")
    assert "撤回要写明理由" in refused(client, f"{path}/withdraw", back=path)
    page = write(client, f"{path}/withdraw", note="协会来电", back=path)
    assert "已登记撤回：李编 2026-08-06 10:00，协会来电" in text(page)
    assert deeds(running)[0] == ("李编", "撤回", "四川/绵阳市/涪城新居 撤回")
    page = write(client, f"{path}/reopen", back=path)
    assert "已登记撤回" not in text(page)
    assert deeds(running)[0] == ("李编", "恢复", "四川/绵阳市/涪城新居 恢复")
    assert "没有登记撤回" in refused(client, f"{path}/reopen", back=path)


def test_a_case_is_merged_into_one_of_the_nearest_names_and_parted_again(odd: Running) -> None:
    path, other, client = page_of(odd, "春江花苑"), page_of(odd, "春江花园"), odd.as_role("editor")
    page = client.get(f"{path}/merge").text
    offered = re.findall(r'name="into" value="(\w+)"> <span class="wrap">([^ ]*)', page)
    assert (offered[0], len(offered)) == ((other.rpartition("/")[2], "春江花园"), 2)
    assert "请选一个案例" in refused(client, f"{path}/merge", note="来电")
    assert "要写明理由" in refused(client, f"{path}/merge", into=offered[0][0])
    assert "没有叫“秋水”的案例" in refused(client, f"{path}/merge", typed="秋水", note="来电")
    assert "就是它自己" in refused(client, f"{path}/merge", typed="春江花苑", note="来电")
    page = write(client, f"{path}/merge", into=offered[0][0], note="协会来电")
    assert "春江花园" in page.split("<h1", 1)[1].split("</h1>", 1)[0]
    assert deeds(odd)[0] == ("李编", "合并案例", "浙江/杭州市/春江花苑 并入 浙江/杭州市/春江花园")
    gone = client.get(path)
    assert (gone.status_code, "可能已并入别的案例" in gone.text) == (404, True)
    undone(odd, page.split('id="decisions"', 1)[1])
    assert client.get(path).status_code == 200


def test_a_name_is_said_to_be_nobody_elses(odd: Running) -> None:
    path, client = page_of(odd, "春江花苑"), odd.as_role("editor")
    assert "要写明理由" in refused(client, f"{path}/split")
    page = write(client, f"{path}/split", note="两个小区", back=path)
    assert "与名称相近的都不是同一个小区" in text(page.split('id="decisions"', 1)[1])
    assert deeds(odd)[0] == ("李编", "分开案例", "浙江/杭州市/春江花苑 分开")
    undone(odd, page.split('id="decisions"', 1)[1])
    assert "的，是另一个同名小区" not in page


def test_of_one_name_what_one_of_two_companies_has_is_parted_and_joined_again(running: Running) -> None:
    path, client = page_of(running, "曲江春晓"), running.as_role("editor")
    companies = re.findall(r'name="company" value="([^"]+)"', client.get(path).text)
    assert sorted(companies) == ["西安大明宫物业服务有限公司", "西安曲江物业服务有限公司"]
    page = write(client, f"{path}/split", note="同名", company=companies[0], back=path)
    assert deeds(running)[0] == ("李编", "分开案例", f"陕西/西安市/曲江春晓 分开（{companies[0]}）")
    assert f"中 {companies[0]} 的是另一个小区" in text(page)
    apart = client.get(page_of(running, f"曲江春晓（{companies[0]}）")).text
    undone(running, apart.split('id="decisions"', 1)[1])
    assert client.get(path).status_code == 200
    assert f"曲江春晓（{companies[0]}）" not in seen(running)


def test_every_version_is_shown_with_what_differs_field_by_field(odd: Running) -> None:
    page = odd.as_role("editor").get(page_of(odd, "春江花园")).text
    told = text(page.split('id="versions"', 1)[1].split('id="decisions"', 1)[0])
    assert "推荐表 2 份，其中 1 份已被新版取代" in told
    assert "建筑面积：“12.5万平方米” → “13.5万平方米”" in told
    assert re.search("2026-07-20 10:00 《春江花园推荐表.docx》 已被新版取代 来信 1“报送”", told)
    assert "已被新版取代" in text(page.split('id="files"', 1)[1].split('id="versions"', 1)[0])


def test_photos_are_shown_with_whether_they_count_and_documents_with_their_first_page(running: Running) -> None:
    path = page_of(running, "徐汇新村")
    page = running.as_role("editor").get(path).text
    files = page.split('id="files"', 1)[1].split('id="versions"', 1)[0]
    good, small = file_of(running, "照片1.jpg", "徐汇新村"), file_of(running, "徐汇新村照片5.jpg")
    form = file_of(running, "推荐表.docx", "徐汇新村")
    assert f'<img src="/files/{file_key(good)}/preview" alt="照片：照片1.jpg" loading="lazy">' in files
    assert f'<img src="/files/{file_key(form)}/page" alt="推荐表首页：推荐表.docx" loading="lazy">' in files
    assert f'href="/files/{file_key(form)}/original"' in files
    entry = text(files.split(f'/files/{file_key(small)}"', 1)[1].split("</li>", 1)[0])
    assert "不计：只有" in entry
    # A reader is given no originals and no pictures of papers.
    read = running.as_role("reader").get(path).text
    assert f"/files/{file_key(good)}/preview" in read
    assert "/original" not in read
    assert "/page" not in read


def test_a_reader_sees_masked_phones_and_no_forms(running: Running) -> None:
    path = page_of(running, "玄武湖畔花园")
    page = running.as_role("reader").get(path).text
    assert "138****0001" in row(page, "applicant_phone")
    assert "13800010001" not in page
    assert re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"|action="([^"]*)"[^>]*method="post"', page) == [
        ("", "/sign-out")
    ]
    assert "13800010001" in running.as_role("editor").get(path).text
    # Nor is a number seen of which only a part is shown.
    path = page_of(running, "北海名城")
    write(running.as_role("editor"), f"{path}/correct", field="reason", value=f"{'好' * 155}13800010001", back=path)
    shown = text(row(running.as_role("reader").get(path).text, "reason"))
    assert "好138*…" in shown
    assert "1380" not in shown


def test_findings_bear_clause_and_reason_and_can_be_waived_and_reopened(running: Running) -> None:
    path, client = page_of(running, "东湖名苑"), running.as_role("editor")
    own = running.console.board.look()
    rate = next(one for one in own.assessment.findings if one.code == "eligibility.collection_rate")
    part = client.get(path).text.split('id="findings"', 1)[1].split('id="fields"', 1)[0]
    entry = next(one for one in part.split("\n<li>") if rate.id in one)
    assert f"依据：通知{rate.clause}" in text(entry)
    assert "“85%”" in text(entry)
    waive = entry.split('action="/findings/waive"', 1)[1].split("</form>", 1)[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', waive))
    assert (fields["finding"], fields["back"]) == (rate.id, f"{path}#findings")
    assert 'name="note" required' in waive
    running.console.acts.waive(Who("李编", running.clock(), "协会来函说明"), [rate.id])
    part = client.get(path).text.split('id="findings"', 1)[1].split('id="fields"', 1)[0]
    entry = next(one for one in part.split("\n<li>") if rate.id in one)
    assert "已豁免：李编 8月6日：协会来函说明" in text(entry)
    assert 'action="/findings/reopen">' in entry
    assert f'name="target" value="{rate.id}"' in entry


def test_a_file_tells_what_it_is_and_why_it_lies_where_it_lies_and_is_put_elsewhere(running: Running) -> None:
    client, file = running.as_role("editor"), file_of(running, "推荐表.docx", "曲江春晓")
    path = f"/files/{file_key(file)}"
    page = text(client.get(path).text)
    assert "推荐表小区名称：曲江春晓" in page
    assert "内容：推荐表" in page
    assert "把握 100%" in page
    assert "没有改动" in refused(client, f"{path}/refile", to="", kind=file.kind)
    assert "还选着“不动”" in refused(client, f"{path}/refile", to="", case="雁塔人家", kind="other")
    assert "请写上归入哪个案例" in refused(client, f"{path}/refile", to="case")
    assert "没有叫“无此小区”的案例" in refused(client, f"{path}/refile", to="case", case="无此小区")
    assert "已经是本省的案例" in refused(client, f"{path}/refile", to="new", case="雁塔人家")
    assert "没有这种归法" in refused(client, f"{path}/refile", to="elsewhere", case="雁塔人家")
    page = write(client, f"{path}/refile", to="case", case="雁塔人家", kind=file.kind, note="来电", back=path)
    assert 'value="陕西/西安市/雁塔人家"' in page
    assert deeds(running)[0] == ("李编", "归档", f"陕西 来信{file.message_pk}《推荐表.docx》 归入 雁塔人家")
    assert [one.name for one in seen(running)["雁塔人家"].forms] == ["推荐表.docx"]
    # Somebody else would put it to none, and is told first.
    told = refused(running.as_role("admin"), f"{path}/refile", to="none", kind=file.kind, back=path)
    assert "李编 已于 2026-08-06 10:00 决定过" in told
    write(client, f"{path}/refile", to="none", kind=file.kind, back=path)
    assert seen(running)["雁塔人家"].forms == ()
    write(client, f"{path}/refile", to="", kind="other", back=path)
    assert file_of(running, "推荐表.docx", None)
    assert "其他文件" in text(client.get(path).text)
    write(client, f"{path}/refile", to="new", case="曲江新苑", kind="recommendation_form", back=path)
    page = client.get(page_of(running, "曲江新苑")).text
    undone(running, page.split('id="decisions"', 1)[1])
    assert "曲江新苑" not in seen(running)


def test_a_file_of_nobody_knows_which_province_is_not_put_anywhere(running: Running) -> None:
    path = f"/files/{file_key(file_of(running, 'IMG_2031.jpg'))}"
    client = running.as_role("editor")
    page = client.get(path)
    assert (page.status_code, "请先在" in page.text) == (200, True)
    assert "请先在来信页认定发信单位" in refused(client, f"{path}/refile", to="none", kind="photo")


def test_addresses_of_nothing_are_said_to_be_so(running: Running) -> None:
    for path in ("/cases/000000000000", "/cases/春江", "/files/1-0", "/cases/0/merge"):
        answer = running.as_role("editor").get(path)
        assert answer.status_code == 404
        assert "没有" in answer.text


@pytest.mark.skipif(not fonts(), reason="no Chinese font is installed")
def test_what_an_ocr_read_stands_beside_its_picture_and_says_how_sure_it_is(odd: Running) -> None:
    path = page_of(odd, "春江花苑")
    area = row(odd.as_role("editor").get(path).text, "floor_area")
    scan = file_key(file_of(odd, "春江花苑推荐表.jpg"))
    source = f"{path}/source/floor_area?file={scan}"
    assert f'<img class="crop" src="{source}" alt="原件上建筑面积一栏的截图" loading="lazy">' in area
    assert "扫描识别，待核" in text(area) or "扫描识别，把握不大，待核" in text(area)
    read = odd.as_role("reader").get(path).text
    assert "/source/" not in read
    assert "待核" in row(read, "floor_area")


def test_a_hostile_case_of_a_thousand_files_is_shown_safely_and_in_pages(odd: Running) -> None:
    community = next(one for one in seen(odd) if "onerror" in one)
    assert len(seen(odd)[community].files) == 1_001
    path = page_of(odd, community)
    for role in ("reader", "editor"):
        page = odd.as_role(role).get(path).text
        assert len(page) < 400_000
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert html.escape(MARKUP) in page
        assert "第 1 / 21 页，共 1002 条" in page
        assert len(re.findall(r"<li(?: class=\"old\")?>\s*<a href=\"/files/[^\"]*\"><img", page)) <= 50
        assert "全文（200023 字）" in row(page, "reason") or "全文（2000" in row(page, "reason")
        assert ("13712345678" in page) == (role == "editor")
        last = odd.as_role(role).get(f"{path}?page=21").text
        assert "第 21 / 21 页" in last
        assert odd.as_role(role).get(f"{path}?page=999999").status_code == 200
    # A text too long to be typed over is not put into the box.
    assert re.search(r'id="v-reason"[^>]*></textarea>', odd.as_role("editor").get(path).text)
    file = next(one for one in seen(odd)[community].files if one.kind == "photo")
    shown = odd.as_role("editor").get(f"/files/{file_key(file)}").text
    assert "<img src=x" not in shown


def test_a_misread_cell_is_put_right_in_three_clicks_on_a_phone_without_any_script(odd: Running) -> None:
    with served(odd), chromium() as browser:
        context = browser.new_context(viewport=PHONE, locale="zh-CN", base_url=odd.url, java_script_enabled=False)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("姓名").fill(PEOPLE["editor"])
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.goto(page_of(odd, "春江花园"))
        cell = page.locator("#f-completed")
        cell.locator("summary").first.click()
        cell.get_by_label("建成时间改为").click()
        cell.get_by_label("建成时间改为").fill("2013年12月")
        cell.get_by_role("button", name="保存").click()
        expect(page.locator("#f-completed")).to_contain_text("2013年12月")
        words = page.locator("#f-completed").inner_text()
        assert "李编" in words
        assert "原为“2014年12月”" in words
        assert page.locator("#f-completed").get_by_role("button", name="撤销").is_visible()
        wide = page.locator("html").bounding_box()
        assert wide is not None
        assert wide["width"] <= PHONE["width"]
        context.close()
    assert seen(odd)["春江花园"].completed == "2013-12"
