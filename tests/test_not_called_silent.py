"""Nobody who may have sent everything is called silent without a word: in digest, chat, brief and deadline lists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reports.digest.brief import brief_text
from reports.digest.chat import chat_text
from reports.digest.content import content_of
from reports.digest.digest import compose
from reports.finding import Assessment
from reports.tracker import progress
from reports.tracker.milestones import Milestone
from reports.tracker.page import as_html, as_text
from reports.tracker.shown import as_bytes, as_lines
from reports.tracker.snapshot import Circumstances, content
from reports.tracker.snapshot_page import snapshot_page
from reports.tracker.standing import Standing, compared
from reports.tracker.stood import parts_of
from store.snapshots import KeptMail
from tests.picture_builders import AFTER, MORNING, assessment, association, case, file_of, finding, message


def _standing(made: Assessment) -> Standing:
    parts = parts_of(made.picture)
    return Standing(made.picture, made.picture.as_of, tuple(compared(parts, parts)), parts)


def _progress(made: Assessment) -> str:
    now = _standing(made)
    report = progress.Progress(Milestone(now.as_of.date(), "T-16", now.as_of), now)
    page = progress.progress_page(report)
    assert all(line in as_html(page) for section in page.sections for line in section.note.split("；"))
    return as_text(page)


def _snapshot(made: Assessment) -> str:
    now = _standing(made)
    kept = [KeptMail(one.id, "0" * 64, 1, one.arrival, "INTERNALDATE", one.arrival) for one in made.picture.messages]
    return as_text(snapshot_page(content(now, Circumstances("1", "0" * 64, kept, [], [])), "0" * 64))


# Everything that tells who is silent.
TELLERS: dict[str, Callable[[Assessment], str]] = {
    "page": lambda made: compose(made, None).html,
    "mail": lambda made: compose(made, None).mail_html,
    "text": lambda made: compose(made, None).text,
    "chat": lambda made: chat_text(content_of(made, None), "全文见日报邮件"),
    "brief": brief_text,
    "progress": _progress,
    "lists": lambda made: "\n".join(as_lines(_standing(made), None)),
    "json": lambda made: as_bytes(_standing(made), "json", None, {}).decode(),
    "snapshot": _snapshot,
}


@pytest.mark.parametrize("teller", TELLERS)
@pytest.mark.parametrize("as_of", [MORNING, AFTER])
def test_beside_who_sent_nothing_stands_that_a_mail_of_an_unknown_sender_may_hold_it(
    teller: str, as_of: datetime
) -> None:
    mail = message(None, arrival=MORNING - timedelta(days=1))
    assert "其中可能有" in TELLERS[teller](assessment(others=[mail], as_of=as_of))
    assert "其中可能有" not in TELLERS[teller](assessment(as_of=as_of))


@pytest.mark.parametrize("teller", [name for name in TELLERS if name != "snapshot"])
def test_beside_who_sent_nothing_stands_that_a_mail_of_it_could_not_be_read(teller: str) -> None:
    failed = message("贵州", kind="", state="failed", failure="信件结构损坏")
    told = TELLERS[teller](assessment(others=[failed]))
    assert "未能读出" in told or "未读出" in told


def test_the_snapshot_says_which_mails_of_who_sent_nothing_did_not_count() -> None:
    asked = message("贵州", kind="inquiry")
    assert f"1 封上述省的来信没有计作报送（来信 {asked.id}）" in _snapshot(assessment(others=[asked], as_of=AFTER))
    assert "上述省" not in _snapshot(assessment(others=[message("贵州", kind="automatic")], as_of=AFTER))


@pytest.mark.parametrize("teller", ["page", "text", "progress"])
def test_beside_what_a_province_lacks_stands_that_a_file_of_it_could_not_be_opened(teller: str) -> None:
    mail = message("陕西")
    view = association("陕西", [mail], [case(mail, "雁塔人家", has=("row",))])
    found = [finding("form.missing", "error", province="陕西", community="雁塔人家", phase="outstanding")]
    made = assessment([view], found)
    locked = file_of(mail, "雁塔人家.zip", "archive", status="corrupt")
    made = replace(made, picture=replace(made.picture, files=(*made.picture.files, locked)))
    told = TELLERS[teller](made)
    assert "1 个文件打不开（《雁塔人家.zip》损坏）" in told
    assert "，所缺的可能在其中" in told


def test_whose_later_deadline_still_runs_is_not_said_to_have_let_it_pass() -> None:
    made = assessment(as_of=AFTER)
    views = tuple(
        replace(view, deadline=AFTER + timedelta(days=2)) if view.province == "青海" else view
        for view in made.picture.associations
    )
    made = replace(made, picture=replace(made.picture, associations=views))
    for told in (compose(made, None).text, brief_text(made)):
        assert "青海（已批准延期至8月10日）" in told.replace(" ", "")
        assert told.count("已批准延期") == 1


def test_after_the_deadline_nobody_is_said_not_to_have_sent_yet() -> None:
    made = assessment(as_of=AFTER)
    for teller in ("page", "text", "chat", "brief", "progress", "lists"):
        assert "尚未报送" not in TELLERS[teller](made)
        assert "未报送" in TELLERS[teller](made)
