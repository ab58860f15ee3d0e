"""The pages by which people keep their sessions and passwords, and administrators the accounts."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from store import accounts, activity
from store.throttling import BORNE_BOTH
from tests.consoles import PASSWORD, PEOPLE, Running, csrf_of, empty_console, write

NEW = "五个 不相干的词 连起来"


@pytest.fixture
def running() -> Iterator[Running]:
    with empty_console() as made:
        yield made


def sent(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    """Send a form and return what was answered to it."""
    answer = client.post(path, data={"csrf": csrf_of(client), **fields})
    return answer.status_code, answer.text


def signs_in(running: Running, name: str, password: str, address: str = "192.0.2.9") -> bool:
    given = {"name": name, "password": password}
    return running.client(address=address).post("/sign-in", data=given).status_code == 303


def everything_noted(running: Running) -> str:
    rows, _ = activity.latest(running.console.store, 1_000)
    return "\n".join(f"{row.person} {row.action} {row.target} {row.told}" for row in rows)


def test_my_sessions_are_shown_with_this_one_marked(running: Running) -> None:
    client = running.client("reader")
    running.clock.move(minutes=5)
    running.client("reader", address="198.51.100.7").get("/")
    page = client.get("/me").text
    assert page.count("198.51.100.7") == 1
    assert page.count(">这里<") == 1
    assert page.index("198.51.100.7") < page.index(">这里<"), "the one used last comes first"
    assert "2026-08-06 10:00" in page
    assert "2026-08-06 10:05" in page
    assert PEOPLE["admin"] not in page


def test_one_of_my_sessions_is_ended_and_the_others_go_on(running: Running) -> None:
    here, there = running.client("reader"), running.client("reader", address="198.51.100.7")
    number = re.findall(r'name="session" value="(\d+)"', here.get("/me").text)
    assert len(number) == 2
    ending = next(one for one in number if one != number_of(running, here))
    assert "那一处已退出登录" in write(here, "/me/end", session=ending)
    assert there.get("/me").status_code == 303
    assert here.get("/me").status_code == 200
    status, said = sent(here, "/me/end", session=ending)
    assert (status, "已经不在了" in said) == (422, True)


def number_of(running: Running, client: TestClient) -> str:
    session = accounts.session_of(
        running.console.store, client.cookies["zhengji"], running.clock(), running.console.idle
    )
    assert session
    return str(session.id)


def test_nobody_ends_the_session_of_another_through_ones_own_page(running: Running) -> None:
    reader, admin = running.client("reader"), running.client("admin")
    for number in (number_of(running, admin), "x", "-1", "٣", "9" * 40, ""):
        assert sent(reader, "/me/end", session=number)[0] == 422
    assert admin.get("/me").status_code == 200


def test_all_my_other_sessions_are_ended_at_once(running: Running) -> None:
    here, there, other = running.client("reader"), running.client("reader"), running.client("editor")
    assert "别处的登录都已退出（1 处）" in write(here, "/me/end-others")
    assert [one.get("/me").status_code for one in (here, there, other)] == [200, 303, 200]


def test_ending_this_session_leads_to_the_sign_in(running: Running) -> None:
    client = running.client("reader")
    answer = client.post("/me/end", data={"csrf": csrf_of(client), "session": number_of(running, client)})
    assert answer.headers["location"] == "/sign-in"
    assert client.get("/me").status_code == 303


def test_a_password_is_changed_and_everybody_else_who_knew_the_old_one_is_out(running: Running) -> None:
    here, there = running.client("reader"), running.client("reader")
    stolen = here.cookies["zhengji"]
    assert "密码已改" in write(here, "/me/password", old=PASSWORD, new=NEW, again=NEW)
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    assert running.client().get("/me", headers={"cookie": f"zhengji={stolen}"}).status_code == 303
    assert signs_in(running, PEOPLE["reader"], NEW)
    assert not signs_in(running, PEOPLE["reader"], PASSWORD)
    noted = everything_noted(running)
    assert "王读 改自己的密码 王读 密码已改" in noted
    assert PASSWORD not in noted
    assert NEW not in noted


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "原来的密码不对"), (PASSWORD, NEW, NEW + " ", "不一样"), (PASSWORD, "九个字符的密码啊啊", "九个字符的密码啊啊", "10 到"),
        (PASSWORD, "x" * 201, "x" * 201, "到 200 个字符"), (PASSWORD, "", "", "10 到"),
    ],
)  # fmt: skip
def test_a_password_that_cannot_be_changed_stays(running: Running, old: str, new: str, again: str, said: str) -> None:
    client = running.client("reader")
    status, page = sent(client, "/me/password", old=old, new=new, again=again)
    assert (status, said in page) == (422, True)
    assert new not in page or not new
    assert client.get("/me").status_code == 200
    assert signs_in(running, PEOPLE["reader"], PASSWORD)


def test_whoever_found_an_open_browser_cannot_try_passwords_without_end(running: Running) -> None:
    client = running.client("reader")
    for _ in range(BORNE_BOTH):
        assert "不对" in sent(client, "/me/password", old="wrong", new=NEW, again=NEW)[1]
    assert "试得太多了" in sent(client, "/me/password", old=PASSWORD, new=NEW, again=NEW)[1]
    running.clock.move(minutes=16)
    assert "密码已改" in write(client, "/me/password", old=PASSWORD, new=NEW, again=NEW)


def test_an_account_is_made_with_a_password_that_is_shown_once(running: Running) -> None:
    admin = running.client("admin")
    answer = admin.post("/people/add", data={"csrf": csrf_of(admin), "name": " 新  同事", "role": "editor"})
    assert answer.status_code == 200
    found = re.search(r'id="password">([^<]+)<', answer.text)
    assert found
    assert signs_in(running, "新 同事", found[1])
    assert found[1] not in admin.get("/people").text
    assert found[1] not in everything_noted(running)
    assert "陈管 新建账号 新 同事 已建账号 新 同事（编辑）" in everything_noted(running)


def test_an_account_is_made_with_a_typed_password(running: Running) -> None:
    admin = running.client("admin")
    page = write(admin, "/people/add", name="新同事", role="reader", new=NEW, again=NEW)
    assert "已建账号 新同事（查看）" in page
    assert signs_in(running, "新同事", NEW)
    for fields, said in (
        ({"name": "新同事", "role": "reader"}, "已有账号"), ({"name": "", "role": "reader"}, "姓名要在"),
        ({"name": "a\u200bb", "role": "reader"}, "姓名要在"), ({"name": "甲", "role": "root"}, "请选一种权限"),
        ({"name": "甲", "role": "reader", "new": "short", "again": "short"}, "10 到"),
        ({"name": "甲", "role": "reader", "new": "", "again": NEW}, "不一样"),
    ):  # fmt: skip
        status, page = sent(admin, "/people/add", **fields)
        assert (status, said in page) == (422, True), fields
    assert "甲" not in [one.name for one in accounts.every(running.console.store)]


def test_a_forgotten_password_is_reset_and_shown_once(running: Running) -> None:
    admin, reader = running.client("admin"), running.client("reader")
    answer = admin.post("/people/password", data={"csrf": csrf_of(admin), "name": PEOPLE["reader"]})
    found = re.search(r'id="password">([^<]+)<', answer.text)
    assert found
    assert reader.get("/me").status_code == 303
    assert signs_in(running, PEOPLE["reader"], found[1])
    assert found[1] not in everything_noted(running)


def test_a_role_is_changed_and_counts_from_the_next_sign_in(running: Running) -> None:
    admin, reader = running.client("admin"), running.client("reader")
    assert "王读 现为编辑" in write(admin, "/people/role", name=PEOPLE["reader"], role="editor")
    assert reader.get("/me").status_code == 303
    assert "编辑权限" in running.client("reader").get("/me").text
    assert sent(admin, "/people/role", name=PEOPLE["reader"], role="editor")[0] == 422
    assert sent(admin, "/people/role", name="无此人", role="editor")[0] == 422


def test_a_disabled_person_is_out_at_once_and_comes_back_when_enabled(running: Running) -> None:
    admin, reader = running.client("admin"), running.client("reader")
    assert "王读 已停用" in write(admin, "/people/disable", name=PEOPLE["reader"])
    assert reader.get("/me").status_code == 303
    assert not signs_in(running, PEOPLE["reader"], PASSWORD)
    assert "已停用" in admin.get("/people").text
    assert "可以登录了" in write(admin, "/people/enable", name=PEOPLE["reader"])
    assert signs_in(running, PEOPLE["reader"], PASSWORD)


def test_the_last_administrator_can_neither_go_nor_become_less(running: Running) -> None:
    admin = running.client("admin")
    for path, fields in (("disable", {}), ("role", {"role": "editor"})):
        status, page = sent(admin, f"/people/{path}", name=PEOPLE["admin"], **fields)
        assert (status, "最后一个管理员" in page) == (422, True)
    assert admin.get("/people").status_code == 200
    write(admin, "/people/role", name=PEOPLE["editor"], role="admin")
    answer = admin.post("/people/disable", data={"csrf": csrf_of(admin), "name": PEOPLE["admin"]})
    assert answer.headers["location"] == "/sign-in"
    assert not signs_in(running, PEOPLE["admin"], PASSWORD)


def test_open_sessions_of_all_are_seen_and_ended(running: Running) -> None:
    admin, first, second = running.client("admin"), running.client("reader"), running.client("reader")
    assert running.client("editor", address="198.51.100.7").get("/me").status_code == 200
    assert "198.51.100.7" in admin.get("/people").text
    assert "一处登录已结束" in write(admin, "/people/end", name=PEOPLE["reader"], session=number_of(running, first))
    assert [one.get("/me").status_code for one in (first, second)] == [303, 200]
    wrong = {"name": PEOPLE["editor"], "session": number_of(running, second)}
    assert sent(admin, "/people/end", **wrong)[0] == 422
    assert "王读 已从 1 处退出" in write(admin, "/people/end", name=PEOPLE["reader"])
    assert second.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge，Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0", "微信，iPhone"),
        ("<script>alert(1)</script>", "其他程序"), ("", "其他程序"),
    ],
)  # fmt: skip
def test_browsers_are_called_by_the_names_that_staff_know(running: Running, agent: str, said: str) -> None:
    client = running.client()
    given = {"name": PEOPLE["reader"], "password": PASSWORD}
    client.post("/sign-in", data=given, headers={"user-agent": agent})
    assert said in client.get("/me").text
