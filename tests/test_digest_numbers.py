"""Every number of the digest adds up, leads to its list, and the list is whole; the mail stays short."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports.changes import changes
from reports.digest.content import Content, Earlier, content_of
from reports.digest.digest import Digest, as_mail, compose
from reports.digest.parts import Chapter, Group
from reports.digest.tile_map import ACROSS, GRID, laid_out, off_map
from reports.finding import Assessment
from tests.picture_builders import (
    AFTER,
    FRIDAY,
    MORNING,
    answered_link,
    assessment,
    association,
    case,
    finding,
    known,
    message,
    provincial,
    realistic,
)

# Where clients cut a mail's page off.
CLIPPED = 100_000


class Anchors(HTMLParser):
    """The in-page links of a page with their words, and the anchors that are there, in order with all words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.places: list[str] = []
        self.words_after: dict[str, str] = {}
        self._link = ""
        self._words: list[tuple[str, str]] = []
        self.feed(text)
        for place in self.places[:100]:
            at = next(index for index, (kind, said) in enumerate(self._words) if (kind, said) == ("place", place))
            self.words_after[place] = "".join(said for kind, said in self._words[at:] if kind == "word")[:200]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and (href := given.get("href")):
            self._link = href
        if tag == "a" and (id_ := given.get("id")):
            self.places.append(id_)
            self._words.append(("place", id_))

    def handle_endtag(self, tag: str) -> None:
        self._link = "" if tag == "a" else self._link

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._words.append(("word", data.strip()))
            if self._link:
                self.links.append((self._link, data.strip()))


@pytest.fixture(scope="module", params=[MORNING, AFTER], ids=["before", "after"])
def made(request: pytest.FixtureRequest) -> Assessment:
    return realistic(request.param)


@pytest.fixture(scope="module")
def digest(made: Assessment) -> Digest:
    return compose(made, FRIDAY, before=assessment(as_of=FRIDAY))


def content_with_changes(made: Assessment) -> Content:
    before = assessment(as_of=FRIDAY)
    return content_of(made, Earlier(FRIDAY, before.picture, changes(before, made)))


def every_group(content: Content) -> list[Group]:
    return [one for chapter in content.lists for one in chapter.groups]


def test_every_link_of_page_and_mail_leads_to_one_place(digest: Digest) -> None:
    for html in (digest.html, digest.mail_html):
        page = Anchors(html)
        assert len(page.places) == len(set(page.places))
        assert page.links
        assert {href for href, _ in page.links} <= {f"#{place}" for place in page.places}


def test_in_the_page_every_number_leads_to_a_list_of_as_many(made: Assessment, digest: Digest) -> None:
    content, page = content_with_changes(made), Anchors(digest.html)
    lists: list[Chapter | Group] = [*content.lists, *every_group(content), content.aside]
    counts = {f"#all-{one.key}": one.count for one in lists}
    numbers = [(href, int(said)) for href, said in page.links if said.isdigit() and href in counts]
    assert len(numbers) > 20
    assert [(href, counts[href]) for href, _ in numbers] == numbers
    for chapter in content.lists:
        told = f"\u3000{chapter.count} {chapter.unit}" if chapter.unit else ""
        assert page.words_after[f"all-{chapter.key}"].startswith(f"{chapter.title}{told}")


def test_a_list_at_the_end_has_as_many_lines_as_its_number_says(made: Assessment) -> None:
    for group in every_group(content_with_changes(made)):
        assert group.count == sum(item.count for item in group.every)
    content = content_of(made, None)
    (whole, partly) = next(one for one in content.lists if one.title == "已到案例").groups
    names = [name for group in (whole, partly) for item in group.every for name in item.text.split("、")]
    assert sorted(names) == sorted(one.community for one in made.picture.cases)


def test_the_31_provinces_are_those_whole_those_partly_there_and_those_silent(made: Assessment) -> None:
    content = content_of(made, None)
    all_, *states = [one.of.count for one in content.sums if "迟报" not in one.before]
    assert all_ == sum(states) == len(content.tiles) == 31
    assert len(content.silent) == states[-1]


def test_the_sum_of_cases_is_that_of_the_tiles(made: Assessment) -> None:
    content = content_of(made, None)
    due, come, whole = (one.of.count for one in content.case_sums)
    tiles = [tile.numbers.split("/") for tile in content.tiles if "/" in tile.numbers]
    assert (whole, due) == (sum(int(one) for one, _ in tiles), sum(int(other) for _, other in tiles))
    assert whole <= come == len(made.picture.cases)


def test_received_is_filed_and_set_aside_and_failed_and_waiting() -> None:
    waits = [message(None, kind="", state="waiting"), message("浙江", kind="inquiry"), message(None, state="failed")]
    content = content_of(assessment([association("浙江", [message("浙江")])], others=waits), None)
    received, *parts = [one.of.count for one in content.mail_sums]
    assert received == sum(parts) == 4
    assert parts == [1, 1, 1, 1]
    assert (
        "收到 4 ＝ 归档 1 ＋ 搁置 1 ＋ 未能处理 1 ＋ 待处理 1"
        in compose(assessment([association("浙江", [message("浙江")])], others=waits), None).text
    )


def test_what_needs_a_person_is_the_sum_of_its_groups_in_subject_and_page(made: Assessment, digest: Digest) -> None:
    content = content_of(made, None)
    assert content.todo.count == sum(one.count for one in content.todo.groups)
    assert f"需处理 {content.todo.count} 项" in digest.subject
    assert f"一、今天需要处理（{content.todo.count}）" in digest.text


def test_the_numbers_of_what_changed_are_those_of_its_lists() -> None:
    made = realistic()
    found = changes(assessment(as_of=FRIDAY), made)
    content = content_with_changes(made)
    counts = {one.title: one.count for one in content.changes.groups}
    assert counts["首次报送的省"] == 12
    assert counts["新到案例"] == len(found.arrived) == content.case_sums[1].of.count
    assert counts["新报齐的案例"] == content.case_sums[2].of.count
    assert [one.of.count for one in content.changes_sum] == list(counts.values())


def test_a_cloud_link_about_to_expire_goes_before_everything_else() -> None:
    made = realistic()
    link = answered_link(made.picture.messages[0])
    soon = replace(link, answered=False, expires=MORNING.replace(day=22), key="163:b")
    later = replace(soon, expires=MORNING.replace(day=30), key="163:c", number=2)
    content = content_of(replace(made, picture=replace(made.picture, links=(later, soon))), None)
    assert [one.title for one in content.todo.groups][:3] == ["三天内到期的云附件", "收信中断", "未能处理的来信"]
    assert content.todo.groups[0].count == 1
    assert "待下载的云附件" in [one.title for one in content.todo.groups]


def test_many_findings_of_a_kind_are_one_line_for_a_province_in_the_mail_and_all_in_the_page() -> None:
    found = [finding(community=f"第{number}小区", city="杭州市") for number in range(40)]
    found += [finding("eligibility.collection_rate", "error", province="江苏", community=f"苏{n}") for n in range(12)]
    digest = compose(assessment([], found), None)
    assert "1. 浙江 · 第0小区、第1小区、第2小区等 40 个" in digest.text
    assert "（同类共 40 项，以第一项为例）" in digest.text
    assert "第39小区" not in digest.mail_html
    assert "第39小区" in digest.html
    assert "苏11" in digest.html


def test_notes_stand_before_everything_and_are_escaped_and_masked() -> None:
    digest = compose(assessment(), None, ["昨日日报可能未送达：<a@x.cn>，电话 13812345678"])
    for text in (digest.text, digest.html, digest.mail_html):
        assert text.index("昨日日报可能未送达") < text.index("今天需要处理")
        assert "138****5678" in text
        assert "13812345678" not in text
    assert "&lt;a@x.cn&gt;" in digest.html


def test_the_map_has_every_province_once() -> None:
    names = [name for row in GRID for name in row if name != "·"]
    assert sorted(names) == sorted(one.province for one in provincial())
    assert {len(row) for row in GRID} == {ACROSS}
    # Neighbours are neighbours: north above south, west left of east.
    at = {name: (y, x) for y, row in enumerate(GRID) for x, name in enumerate(row)}
    assert at["黑龙江"][0] < at["吉林"][0] < at["辽宁"][0] < at["山东"][0] < at["海南"][0]
    assert at["新疆"][1] < at["甘肃"][1] < at["陕西"][1] < at["河南"][1] < at["江苏"][1] < at["上海"][1]


def test_an_association_that_is_on_no_map_has_a_row_of_its_own_below() -> None:
    corps = association("兵团", [message("兵团")], roster=known("新疆").model_copy(update={"province": "兵团"}))
    content = content_of(assessment([corps]), None)
    rows = laid_out({tile.province: tile for tile in content.tiles})
    assert [tile.province for tile in rows[-1] if tile] == ["兵团"]
    assert off_map(tile.province for tile in content.tiles) == ["兵团"]
    assert sum(tile is not None for row in rows for tile in row) == 32
    assert "共 32 个" in compose(assessment([corps]), None).text


def test_the_picture_of_the_curve_says_its_numbers_to_who_cannot_see_it(digest: Digest) -> None:
    alt = re.search(r'alt="([^"]+)"', digest.mail_html)
    assert alt
    assert re.search(r"约 \d+ 个，实到 45 个，其中材料齐全 29 个", alt[1])
    assert alt[1] in digest.text


def test_a_whole_campaign_of_1500_cases_makes_a_short_mail_and_a_whole_page() -> None:
    views, findings = [], []
    for one in provincial():
        mails = [message(one.province, subject=f"{one.province}第{number}批") for number in range(8)]
        cases = [case(mails[0], f"{one.province}第{number}花园", photos=number % 5) for number in range(50)]
        views.append(association(one.province, mails, cases))
        for own in cases:
            place = {"province": own.province, "city": own.city, "community": own.community}
            findings += [finding(**place), finding("eligibility.collection_rate", "error", **place)]
            if not own.complete:
                findings.append(finding("photo.too_few", "error", phase="outstanding", **place))
    full = assessment(views, findings)
    digest = compose(full, FRIDAY, before=assessment(as_of=FRIDAY))
    assert len(digest.mail_html.encode()) < CLIPPED
    assert len(digest.text.encode()) < CLIPPED
    assert "案例应报 1550，已到 1550，材料齐全 620" in digest.text
    page = Anchors(digest.html)
    assert {href for href, _ in page.links} <= {f"#{place}" for place in page.places}
    assert all(digest.html.count(one.community) >= 3 for one in full.picture.cases[:50])
    # What mail servers take at least.
    assert len(as_mail(digest, "z@x.cn", "a@x.cn").as_bytes()) < 5_000_000


def test_the_attached_page_is_masked_too() -> None:
    asked = message("湖南", kind="inquiry", subject="联系人王五 139-8765-4321", from_address="13987654321@qq.com")
    digest = compose(assessment(others=[asked]), None)
    mail = as_mail(digest, "z@x.cn", "a@x.cn")
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    assert len(texts) == 3
    for text in texts:
        assert "139****4321" in text
        assert not re.search(r"139[- ]?8765[- ]?4321", text)
