"""The provinces at a glance in a terminal."""

import unicodedata

from reports.mail_side import MailboxHealth, MailGap
from reports.status import render, status_table
from tests.picture_builders import AFTER, MORNING, assessment, association, case, message, realistic


def wide(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def test_every_province_has_a_row() -> None:
    assert status_table(assessment()).row_count == 31
    assert render(realistic(), 100).count("未报 ") == 19 + 1


def test_the_table_fits_a_terminal_of_eighty_columns_with_its_columns_in_line() -> None:
    lines = [line for line in render(realistic(), 80).splitlines() if "07-" in line and "2026" not in line]
    lines = [line for line in lines if not line.startswith("收信：")]
    assert len(lines) == 12
    assert max(wide(line) for line in lines) <= 80
    assert len({wide(line) for line in lines}) == 1


def test_a_row_says_what_is_there_and_what_is_complete() -> None:
    mail = message("浙江")
    view = association("浙江", [mail], [case(mail, "春江花园"), case(mail, "东湖小区", photos=1)], scan=False)
    row = next(line for line in render(assessment([view]), 100).splitlines() if "浙江" in line)
    assert row.split()[:6] == ["浙江", "部分", "1", "有", "无", "1/2"]


def test_a_late_province_is_marked_and_the_sums_add_up() -> None:
    view = association("浙江", [message("浙江", arrival=AFTER)])
    text = render(assessment([view], as_of=AFTER), 100)
    assert "部分·迟" in text
    assert "31 个省：齐全 0，部分 1，未报 30；迟报 1" in text
    assert "已截止 3 天" in text


def test_mailboxes_and_what_their_servers_do_not_give_are_told() -> None:
    well = MailboxHealth("a@x.cn", MORNING, None, "", held=12, known=10)
    gap = MailGap("a@x.cn", "INBOX", 2, MORNING, "服务器没有给出这封邮件的内容")
    text = render(assessment(health=[well], gaps=[gap]), 100)
    assert "收信：a@x.cn：正常，最近一次收信 07-20 08:30，服务器 12 封，已收 10 封\n" in text
    assert (
        "收信：收件箱 a@x.cn 的文件夹 INBOX 中有 2 封邮件服务器未能给出（服务器没有给出这封邮件的内容，自 7月20日 起）"
        in text
    )


def test_without_a_terminal_nothing_is_cut() -> None:
    assert "…" not in render(realistic(), None)
