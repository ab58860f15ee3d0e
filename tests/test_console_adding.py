"""Add by hand in the console: large files that go on where a line broke, bounded and private; orders that outlive it."""

import http.client
import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route
from starlette.testclient import TestClient

from ingest.console.serving import console_of
from ingest.importer import import_path
from ingest.intake import take_in
from reports import wording
from reports.console.adding import uploads as growing
from reports.console.adding.jobs import ADD, DONE, FAILED, Order
from reports.console.adding.uploads import MOST, UploadError, Uploads, own_name
from store import activity, decisions
from tests.browsers import PHONE, WIDE, person
from tests.consoles import PEOPLE, Running, csrf_of, sample_console, served
from tests.desks import AFTER
from tests.inbox import mail
from tests.sample import day
from tests.test_full_disk import fill_up, small_disk
from tests.test_open_links import anchor, linked

MINE, OTHER = PEOPLE["editor"], PEOPLE["admin"]
PLACE = {"province": "浙江", "source": "U盘"}
# The names behind the cloud links of three mails.
LINKED = (
    ("材料.zip", "视频.mp4"),
    ("甲.zip", "乙.zip"),
    ("宽屏上看的案例材料和照片汇总（终稿）.zip", "手机上看的案例材料和照片汇总（终稿）.zip"),
)
PIECE, SENT_AT_ONCE = 1 << 20, 2 << 20


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        inbox = tmp_path_factory.mktemp("linked")
        for number, names in enumerate(LINKED):
            anchors = [anchor(name, f"key={number}{place}") for place, name in enumerate(names)]
            (inbox / f"{number}.eml").write_bytes(linked(*anchors, subject=f"超大附件{number}"))
        import_path(made.desk, inbox, AFTER)
        take_in(made.desk)
        with served(made):
            yield made


@pytest.fixture
def editor(running: Running) -> Iterator[TestClient]:
    """Give the editor's browser; what is left of an upload goes."""
    yield running.as_role("editor")
    for name in (MINE, OTHER):
        for one in running.console.uploads.mine(name):
            running.console.uploads.drop(one)


def headers(client: TestClient, **more: str) -> dict[str, str]:
    return {"x-csrf-token": csrf_of(client, "/"), **{name.replace("_", "-"): value for name, value in more.items()}}


def begun(client: TestClient, name: str, size: int) -> str:
    answer = client.post("/add/uploads", data={"name": name, "size": str(size)}, headers=headers(client))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def uploaded(client: TestClient, name: str, data: bytes) -> str:
    key = begun(client, name, len(data))
    answer = client.post(f"/add/uploads/{key}", content=data, headers=headers(client, upload_offset="0"))
    assert answer.json()["offset"] == len(data)
    return key


def done(running: Running, location: str) -> Order:
    """Wait until an order is over and what it worked on is where it belongs, and return it."""
    folder = running.console.folder / "uploads"
    until = time.monotonic() + 120
    while time.monotonic() < until:
        order = running.console.jobs.find(location.rpartition("/")[2])
        assert order is not None
        if order.is_over and not (order.state == DONE and any((folder / key).exists() for key in order.uploads)):
            return order
        time.sleep(0.05)
    raise AssertionError("the order is not over after two minutes")


def add(running: Running, client: TestClient, keys: list[str], **said: str) -> Order:
    answer = client.post("/add", data={"csrf": csrf_of(client, "/"), **PLACE, **said, "upload": keys})
    assert answer.status_code == 303, answer.text
    return done(running, answer.headers["location"])


# What is added


def test_how_much_may_be_sent_is_said_in_gigabytes(running: Running) -> None:
    assert running.console.settings.upload_bytes == 4_000_000_000
    assert "一次最多 4 GB。" in running.as_role("editor").get("/add").text
    assert [wording.size(count) for count in (12_300_000, 1_540_000_000)] == ["12.3 MB", "1.5 GB"]


def test_a_plain_form_without_script_adds_files_for_a_case(running: Running, editor: TestClient) -> None:
    fields = {**PLACE, "case": "春江花园", "day": "2026-08-04", "time": "15:30", "note": "王处长转来"}
    files = [("file", ("一.txt", b"one")), ("file", ("两个.txt", b"two" * 1000))]
    answer = editor.post("/add", data={"csrf": csrf_of(editor, "/"), **fields}, files=files)
    assert answer.status_code == 303, answer.text
    order = done(running, answer.headers["location"])
    assert order.state == DONE, order.lines
    assert "《一.txt》已补入浙江" in order.lines[0]
    assert "2026-08-04 15:30 收到" in order.lines[0]
    page = editor.get(answer.headers["location"]).text
    assert "已完成" in page
    assert "《两个.txt》已补入浙江" in page
    rows = [one for one in decisions.every(running.desk.store) if one.what == decisions.ADDED]
    assert {(one.person, one.note, one.value["case"]) for one in rows[-2:]} == {(MINE, "王处长转来", "春江花园")}
    # What is in the vault does not lie about a second time.
    assert running.console.uploads.mine(MINE) == []
    assert not list((running.console.folder / "uploads").iterdir())


def test_what_was_added_stands_in_the_activity_log(running: Running, editor: TestClient) -> None:
    order = add(running, editor, [uploaded(editor, "记录.txt", b"log me")], source="其他", source_words="会上当面交")
    assert order.state == DONE, order.lines
    deeds, _ = activity.latest(running.desk.store, 3)
    assert [one.action for one in deeds] == ["补入文件", "收下文件", "开始上传"]
    assert {(one.person, one.target) for one in deeds} == {(MINE, "记录.txt")}
    assert "会上当面交" in deeds[0].told


def test_a_mail_is_taken_in_from_its_pasted_text(running: Running, editor: TestClient) -> None:
    text = mail("zjwyxh@example.cn", "补发的说明", day("08-03T09:00:00")).decode()
    fields = {"csrf": csrf_of(editor, "/"), "raw": text}
    order = done(running, editor.post("/add/mail", data=fields).headers["location"])
    assert (order.state, order.lines[0]) == (DONE, "已收下这封邮件")
    assert "补发的说明" in {one.subject for one in running.console.board.seen.picture.messages}
    again = done(running, editor.post("/add/mail", data=fields).headers["location"])
    assert again.lines[0] == "这封邮件先前已经收到，没有重复"


def test_a_mail_is_taken_in_from_a_file_and_a_text_that_is_none_is_refused(
    running: Running, editor: TestClient
) -> None:
    raw = mail("zjwyxh@example.cn", "另一封补发", day("08-03T10:00:00"))
    fields = {"csrf": csrf_of(editor, "/")}
    order = done(running, editor.post("/add/mail", data=fields, files={"file": ("a.eml", raw)}).headers["location"])
    assert order.lines[0] == "已收下这封邮件"
    order = done(running, editor.post("/add/mail", data={**fields, "raw": "这不是邮件"}).headers["location"])
    assert (order.state, list(order.lines)) == (FAILED, ["这不是一封邮件（.eml）"])


def test_files_behind_a_cloud_link_answer_it(running: Running, editor: TestClient) -> None:
    number = linked_message(running, "视频.mp4")
    page = editor.get(f"/add?message={number}&link=2").text
    assert "链接 2：《视频.mp4》（128M）" in page
    assert '<option value="2" selected>' in page
    key = uploaded(editor, "视频.mp4", b"not really a film")
    fields = {"csrf": csrf_of(editor, "/"), "message": str(number), "link": "2", "upload": key}
    order = done(running, editor.post("/add", data=fields).headers["location"])
    assert order.state == DONE, order.lines
    assert "《视频.mp4》已补入" in order.lines[0]
    assert order.lines[0].endswith("答复链接 2")
    links = running.console.board.seen.links_of[number]
    assert {one.number: one.answered for one in links} == {1: False, 2: True}


def linked_message(running: Running, name: str) -> int:
    (number,) = {one.message_pk for one in running.console.board.seen.picture.links if one.name == name}
    return number


def test_which_link_is_meant_is_asked_in_words_of_the_page(running: Running, editor: TestClient) -> None:
    number = linked_message(running, "甲.zip")
    key = uploaded(editor, "看不出是哪个.zip", b"x")
    fields = {"csrf": csrf_of(editor, "/"), "message": str(number), "upload": key}
    order = done(running, editor.post("/add", data=fields).headers["location"])
    assert order.state == FAILED
    assert "请选明是哪个链接" in order.lines[0]
    assert "--link" not in order.lines[0]
    wrong = editor.post("/add", data={**fields, "link": "7"})
    assert wrong.status_code == 422
    assert editor.get("/add?message=999").status_code == 404


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"province": ""}, "请选这些文件是哪个省的"),
        ({"source": ""}, "请写明怎样收到的"),
        ({"source": "其他"}, "请写明怎样收到的"),
        ({"day": "2026-01-01"}, "早于征集通知"),
        ({"day": "2027-01-01"}, "还没有到"),
        ({"time": "10:00"}, "请把哪一天也写上"),
        ({"day": "昨天"}, "日期或时间写得不对"),
    ],
)
def test_what_is_wrong_is_said_at_once_and_the_files_stay(
    running: Running, editor: TestClient, said: dict[str, str], told: str
) -> None:
    files = {"file": ("留着.txt", b"kept")}
    answer = editor.post("/add", data={"csrf": csrf_of(editor, "/"), **PLACE, **said}, files=files)
    assert answer.status_code == 422
    assert told in answer.text
    assert [one.name for one in running.console.uploads.mine(MINE)] == ["留着.txt"]
    assert "留着.txt" in editor.get("/add").text


def test_files_that_could_not_be_added_go_back_to_their_person(running: Running, editor: TestClient) -> None:
    assert add(running, editor, [uploaded(editor, "同一份.txt", b"the same bytes")]).state == DONE
    order = add(running, editor, [uploaded(editor, "同一份.txt", b"the same bytes")], province="江苏")
    assert order.state == FAILED
    assert "请先在“人工处理”里撤销编号" in order.lines[0]
    assert "zhengji undo" not in order.lines[0]
    (back,) = running.console.uploads.mine(MINE)
    assert (back.name, back.whole, back.job) == ("同一份.txt", True, "")
    again = add(running, editor, [back.id])
    assert "先前已补入" in again.lines[0]


@pytest.mark.usefixtures("editor")
def test_what_was_accepted_outlives_the_console(running: Running) -> None:
    stopped = Running(running.desk, console_of(running.desk, running.clock), running.clock)
    stopped.console.jobs.stop()
    client = stopped.client("editor")
    key = uploaded(client, "没来得及.txt", b"accepted, then the power went")
    answer = client.post("/add", data={"csrf": csrf_of(client, "/"), **PLACE, "upload": key})
    assert answer.status_code == 303
    order = stopped.console.jobs.find(answer.headers["location"].rpartition("/")[2])
    assert order is not None
    assert not order.is_over
    assert running.console.uploads.mine(MINE) == []
    running.console.jobs.resume()
    assert done(running, answer.headers["location"]).state == DONE


def test_an_order_that_ends_the_console_again_and_again_is_given_up(running: Running, editor: TestClient) -> None:
    key = uploaded(editor, "一读就死.txt", b"deadly")
    order = Order("x" * 22, ADD, MINE, "", AFTER.isoformat(), "", PLACE, [key], ["一读就死.txt"], attempts=3)
    running.console.jobs.accept(order)
    assert done(running, order.id).state == FAILED
    assert [one.name for one in running.console.uploads.mine(MINE)] == ["一读就死.txt"]


def test_an_order_whose_file_is_gone_says_so(running: Running, editor: TestClient) -> None:
    key = uploaded(editor, "没了.txt", b"gone")
    order = Order("y" * 22, ADD, MINE, "", AFTER.isoformat(), "", PLACE, [key, "z" * 22], ["没了.txt", "另一个"])
    running.console.jobs.accept(order)
    over = done(running, order.id)
    assert (over.state, "有文件不在了" in over.lines[0]) == (FAILED, True)


# How files come


def test_an_upload_that_broke_in_the_middle_goes_on_where_it_stopped(running: Running, editor: TestClient) -> None:
    data = os.urandom(3 * PIECE)
    key = begun(editor, "大.bin", len(data))
    break_off(running, editor, key, data, sent=2 * PIECE + 12345)
    offsets = gone_on(editor, key, data)
    assert all(0 < offset <= 2 * PIECE + 12345 for offset in offsets)
    made = running.console.uploads.find(MINE, key)
    assert made is not None
    assert made.path.read_bytes() == data


def break_off(running: Running, client: TestClient, key: str, data: bytes, sent: int) -> None:
    """Send a part of what was promised, and hang up."""
    host, port = running.url.removeprefix("http://").split(":")
    cookie = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
    with socket.create_connection((host, int(port))) as line:
        head = (
            f"POST /add/uploads/{key} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n"
            f"X-CSRF-Token: {csrf_of(client, '/')}\r\nUpload-Offset: 0\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        line.sendall(head.encode() + data[:sent])


def gone_on(client: TestClient, key: str, data: bytes) -> list[int]:
    """Go on as the page does, from where the server says it is; return the offsets from which it went."""
    offsets, until = [], time.monotonic() + 60
    while (there := int(client.get(f"/add/uploads/{key}").headers["upload-offset"])) < len(data):
        assert time.monotonic() < until, "it does not get on"
        if there:
            client.post(f"/add/uploads/{key}", content=data[there:], headers=headers(client, upload_offset=str(there)))
            offsets.append(there)
    return offsets


def test_a_piece_at_the_wrong_place_is_refused_and_told_the_right_one(running: Running, editor: TestClient) -> None:
    key = begun(editor, "a.bin", 10)
    send = f"/add/uploads/{key}"
    assert editor.post(send, content=b"12345", headers=headers(editor, upload_offset="0")).status_code == 200
    wrong = editor.post(send, content=b"12345", headers=headers(editor, upload_offset="0"))
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "5")
    assert editor.post(send, content=b"12345", headers=headers(editor)).status_code == 400
    more = editor.post(send, content=b"123456789", headers=headers(editor, upload_offset="5"))
    assert more.status_code == 413
    made = running.console.uploads.find(MINE, key)
    assert made is not None
    assert made.path.read_bytes() == b"12345"
    refused = editor.post("/add", data={"csrf": csrf_of(editor, "/"), **PLACE, "upload": key})
    assert "还没有传完" in refused.text


def test_two_uploads_at_once_do_not_mix(running: Running, editor: TestClient) -> None:
    admin = running.as_role("admin")
    pieces = {
        client: [bytes([number]) * 70_000 for number in range(first, 6, 2)]
        for client, first in ((editor, 0), (admin, 1))
    }
    keys = {client: begun(client, "同名.bin", 3 * 70_000) for client in pieces}
    for number in range(3):
        for client, own in pieces.items():
            offset = str(number * 70_000)
            sent = client.post(
                f"/add/uploads/{keys[client]}", content=own[number], headers=headers(client, upload_offset=offset)
            )
            assert sent.status_code == 200
    for client, name in ((editor, MINE), (admin, OTHER)):
        made = running.console.uploads.find(name, keys[client])
        assert made is not None
        assert made.path.read_bytes() == b"".join(pieces[client])


def test_nobody_can_see_or_touch_the_upload_of_another_person(running: Running, editor: TestClient) -> None:
    key, admin = begun(editor, "秘密.bin", 3), running.as_role("admin")
    assert admin.get(f"/add/uploads/{key}").status_code == 404
    assert admin.post(f"/add/uploads/{key}", content=b"x", headers=headers(admin, upload_offset="0")).status_code == 404
    assert admin.post(f"/add/uploads/{key}/drop", data={"csrf": csrf_of(admin, "/")}).status_code == 404
    assert admin.post("/add", data={"csrf": csrf_of(admin, "/"), **PLACE, "upload": key}).status_code == 422
    assert "秘密" not in admin.get("/add").text
    made = running.console.uploads.find(MINE, key)
    assert made is not None
    assert made.offset == 0


def test_a_person_goes_on_after_signing_in_again(running: Running, editor: TestClient) -> None:
    key, again = begun(editor, "a.bin", 4), running.client("editor")
    assert (
        again.post(f"/add/uploads/{key}", content=b"abcd", headers=headers(again, upload_offset="0")).status_code == 200
    )


def test_a_form_whose_token_does_not_come_first_leaves_nothing(running: Running, editor: TestClient) -> None:
    file = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc\r\n--X--\r\n'
    token = b'--X\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nwrong\r\n'
    for body in (file, token + file):
        answer = editor.post("/add", content=body, headers={"content-type": "multipart/form-data; boundary=X"})
        assert answer.status_code == 403
        assert "页面过期了" in answer.text
    assert running.console.uploads.mine(MINE) == []


@pytest.mark.parametrize(
    "body", [b"", b"--X", b"garbage", b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf']
)
def test_a_form_that_breaks_off_is_refused_and_leaves_nothing(
    running: Running, editor: TestClient, body: bytes
) -> None:
    answer = editor.post("/add", content=body, headers={"content-type": "multipart/form-data; boundary=X"})
    assert answer.status_code == 400
    assert running.console.uploads.mine(MINE) == []


def test_a_plain_form_that_breaks_off_leaves_nothing(running: Running, editor: TestClient) -> None:
    token = csrf_of(editor, "/")
    body = (
        f'--X\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
        f'--X\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    ).encode() + b"a" * 3 * PIECE
    answer = editor.post("/add", content=body, headers={"content-type": "multipart/form-data; boundary=X"})
    assert answer.status_code == 400
    assert running.console.uploads.mine(MINE) == []
    assert not list((running.console.folder / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\材料.zip", "材料.zip"),
        ("a\x00b\n.txt", "ab.txt"),
        ("..", "未命名"),
        ("", "未命名"),
        ("\udcff.txt", "?.txt"),
        ("长" * 500 + ".docx", "长" * 65 + ".docx"),
    ],
)
def test_a_strangers_file_name_becomes_one_part_of_a_path(name: str, called: str) -> None:
    assert own_name(name) == called


def test_hostile_names_stay_in_their_folder(running: Running, editor: TestClient) -> None:
    body = {"csrf": csrf_of(editor, "/"), **PLACE}
    answer = editor.post("/add", data=body, files={"file": ("../../../up<b>.txt", b"name")})
    order = done(running, answer.headers["location"])
    assert order.state == DONE
    assert list(order.names) == ["up<b>.txt"]
    page = editor.get(answer.headers["location"]).text
    assert "up<b>" not in page
    assert "up＜b＞.txt" in page


# What is too much


def test_what_is_too_large_too_many_or_empty_is_refused(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", 1000, room=0)
    for name, size, told in (("空.txt", 0, "是空的"), ("大.txt", 1001, "一次最多")):
        with pytest.raises(UploadError, match=told):
            uploads.begin("甲", name, size, AFTER)
    uploads.begin("甲", "a", 600, AFTER)
    with pytest.raises(UploadError, match="一次最多"):
        uploads.begin("甲", "b", 600, AFTER)
    uploads.begin("乙", "b", 600, AFTER)


def test_a_person_has_so_many_uploads_at_once_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MOST", 3)
    uploads = Uploads(tmp_path / "uploads", 1000, room=0)
    for number in range(3):
        uploads.begin("甲", str(number), 1, AFTER)
    with pytest.raises(UploadError, match="一次最多 3 个文件"):
        uploads.begin("甲", "4", 1, AFTER)
    assert MOST > 100


def test_the_limit_of_the_settings_holds_for_both_ways(running: Running, editor: TestClient) -> None:
    size = running.console.settings.upload_bytes + 1
    answer = editor.post("/add/uploads", data={"name": "a", "size": str(size)}, headers=headers(editor))
    assert (answer.status_code, "一次最多" in answer.json()["said"]) == (413, True)
    host, port = running.url.removeprefix("http://").split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=120)
    line.putrequest("POST", "/add")
    line.putheader("Cookie", "; ".join(f"{one.name}={one.value}" for one in editor.cookies.jar))
    line.putheader("Content-Type", "multipart/form-data; boundary=X")
    line.putheader("Content-Length", str(size))
    line.endheaders()
    head = f'--X\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf_of(editor, "/")}\r\n'
    line.send((head + '--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n').encode())
    line.send(b"a" * PIECE)
    answered = line.getresponse()
    assert answered.status == 413
    assert "一次最多" in answered.read().decode()
    line.close()


def test_a_full_disk_is_told_and_the_upload_goes_on_once_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as folder:
        with pytest.raises(UploadError, match="磁盘空间不够"):
            Uploads(folder / "uploads", 1 << 40, room=0).begin("甲", "大.zip", 3_000_000, AFTER)
        uploads = Uploads(folder / "uploads", 1 << 40, room=0)
        one = uploads.begin("甲", "小.zip", 1_000_000, AFTER)
        filler = fill_up(folder, 300_000)
        with pytest.raises(UploadError, match="磁盘空间不够") as told:
            uploads.append(one, 0, b"a" * 1_000_000)
        assert told.value.status == 507
        there = one.offset
        assert told.value.offset == there
        assert 0 < there < 1_000_000
        filler.unlink()
        assert uploads.append(one, there, b"a" * (1_000_000 - there)) == 1_000_000
        assert one.path.read_bytes() == b"a" * 1_000_000


def test_what_nobody_has_touched_for_a_day_is_removed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", 1000, room=0)
    old, worked_on = (uploads.begin("甲", name, 5, AFTER) for name in ("旧", "在办"))
    uploads.hand([worked_on], "an order")
    for one in (old, worked_on):
        os.utime(one.path, (AFTER.timestamp(), AFTER.timestamp()))
    uploads.sweep(AFTER + timedelta(hours=23))
    assert uploads.find("甲", old.id) is not None
    uploads.sweep(AFTER + timedelta(hours=25))
    assert uploads.find("甲", old.id) is None
    assert uploads.find("甲", worked_on.id) is not None


def peak(*, reset: bool = False) -> int:
    """Return the most memory this process has held since it was last asked to begin anew, in bytes."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    line = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("way", ["pieces", "form"])
def test_three_hundred_megabytes_take_no_more_memory_than_three(running: Running, editor: TestClient, way: str) -> None:
    size, token = 300_000_000, csrf_of(editor, "/")
    if way == "pieces":
        head, tail, path = b"", b"", f"/add/uploads/{begun(editor, '大.bin', size)}"
        more = {"Upload-Offset": "0", "Content-Type": "application/octet-stream"}
    else:
        path, more = "/add", {"Content-Type": "multipart/form-data; boundary=X"}
        # Without a province it is not carried out: what is measured is the way in.
        head = (
            f'--X\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
            '--X\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
        ).encode()
        tail = b"\r\n--X--\r\n"
    before = peak(reset=True)
    status = streamed(running, editor, path, {**more, "X-CSRF-Token": token}, (head, size, tail))
    grown = peak() - before
    assert status == (200 if way == "pieces" else 422)
    (made,) = running.console.uploads.mine(MINE)
    assert (made.offset, made.whole) == (size, True)
    assert grown < 60_000_000, f"memory grew by {grown} bytes"


def streamed(
    running: Running, client: TestClient, path: str, more: dict[str, str], body: tuple[bytes, int, bytes]
) -> int:
    """Send a large body without holding it; return the status of the answer."""
    head, size, tail = body
    host, port = running.url.removeprefix("http://").split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=120)
    line.putrequest("POST", path)
    cookie = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
    for name, value in {**more, "Cookie": cookie, "Content-Length": str(len(head) + size + len(tail))}.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(head)
    piece = bytes(PIECE)
    for start in range(0, size, PIECE):
        line.send(piece[: min(PIECE, size - start)])
    line.send(tail)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status


# In a browser


@pytest.mark.parametrize(("size", "link"), [(WIDE, 1), (PHONE, 2)], ids=["wide", "phone"])
def test_the_cloud_links_files_downloaded_by_hand(
    running: Running, browser: Browser, tmp_path: Path, size: dict[str, int], link: int
) -> None:
    """The journey: from the mail's link to the file in its place; the line breaks, the page is loaded again."""
    number = linked_message(running, LINKED[2][0])
    file = tmp_path / f"下载的 {LINKED[2][link - 1]}"
    file.write_bytes(os.urandom(5_000_000))
    with person(browser, running, "editor", size) as page:
        page.goto(f"/add?message={number}&link={link}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.route("**/add/uploads/*", breaking_after_one_piece())
        page.get_by_label("选文件（可以多选）").set_input_files(file)
        page.get_by_role("button", name="补入").click()
        page.get_by_text("连接断了，正在重试").wait_for()
        page.unroute_all()
        page.goto(f"/add?message={number}&link={link}")
        (half,) = running.console.uploads.mine(MINE)
        assert half.offset == SENT_AT_ONCE
        assert "再选一次这个文件" in page.content()
        offsets: list[str] = []
        page.on("request", lambda request: offsets.append(request.headers.get("upload-offset", "")))
        page.get_by_label("选文件（可以多选）").set_input_files(file)
        page.get_by_role("button", name="补入").click()
        page.wait_for_url("**/add/jobs/*")
        page.get_by_text("已完成").wait_for()
        assert str(SENT_AT_ONCE) in offsets
        assert "0" not in offsets
        assert f"《{file.name}》已补入" in page.content()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert {one.number: one.answered for one in running.console.board.seen.links_of[number]}[link]


def breaking_after_one_piece() -> Callable[[Route], None]:
    passed: list[Route] = []

    def handle(route: Route) -> None:
        if route.request.method == "POST" and passed:
            route.abort()
            return
        if route.request.method == "POST":
            passed.append(route)
        route.continue_()

    return handle


def test_a_folder_is_chosen_and_files_are_dropped(running: Running, browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "浙江报送"
    (folder / "照片").mkdir(parents=True)
    for name in ("说明.txt", "照片/门头.txt", "照片/.DS_Store"):
        (folder / name).write_bytes(name.encode())
    with person(browser, running, "editor", WIDE) as page:
        page.goto("/add?province=浙江")
        page.get_by_label("或选一个文件夹").set_input_files(folder)
        dropped = page.evaluate_handle(
            "() => { const t = new DataTransfer(); t.items.add(new File(['x'], '拖来的.txt')); return t; }"
        )
        page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
        page.get_by_text("拖来的.txt").wait_for()
        assert page.get_by_text("DS_Store").count() == 0
        page.get_by_label("怎样收到的").select_option("微信")
        page.get_by_role("button", name="补入").click()
        page.wait_for_url("**/add/jobs/*")
        page.get_by_text("已完成").wait_for()
        text = page.locator("#order").inner_text()
    assert all(f"《{name}》已补入浙江" in text for name in ("说明.txt", "门头.txt", "拖来的.txt"))


def test_files_are_added_in_a_browser_without_script(running: Running, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "无脚本.txt"
    file.write_bytes("没有脚本也行".encode())
    context = browser.new_context(base_url=running.url, java_script_enabled=False)
    for one in running.client("editor").cookies.jar:
        context.add_cookies([{"name": one.name, "value": str(one.value), "url": running.url}])
    page = context.new_page()
    page.goto("/add")
    page.get_by_label("选文件（可以多选）").set_input_files(file)
    page.get_by_label("哪个省").select_option("浙江")
    page.get_by_label("怎样收到的").select_option("传真")
    page.get_by_role("button", name="补入").click()
    page.wait_for_url("**/add/jobs/*")
    order = done(running, page.url)
    page.reload()
    assert "《无脚本.txt》已补入浙江" in page.content()
    context.close()
    assert order.state == DONE


def test_a_case_is_filled_in_from_where_one_came(running: Running, editor: TestClient) -> None:
    key, case = next(iter(running.console.board.seen.cases.items()))
    page = editor.get(f"/add?case={key}").text
    assert f"<option selected>{case.name.province}</option>" in page
    assert f'value="{case.name.community}"' in page
