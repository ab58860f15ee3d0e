"""Passwords as people write them into mails: found as candidates, and nothing else taken for one."""

import pytest

from parsers.passwords import find_passwords, passwords_in_note, passwords_in_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("解压密码：wy2026", ("wy2026",)),
        ("压缩包的密码是 Zj@2026，请查收。", ("Zj@2026",)),
        ("密码:123456\n联系人：王建国", ("123456",)),
        ("附件密码为“好服务2026”", ("好服务2026",)),
        ("链接：https://pan.baidu.com/s/1a 提取码: ab3d", ("ab3d",)),
        ("Password = hao-fu-wu.", ("hao-fu-wu", "hao-fu-wu.")),
        ("刚才的解压密码：Sc2026!", ("Sc2026", "Sc2026!")),
        ("密码: (a;b)", ("a", "a;b)")),
        ("密  码：wx-2026", ("wx-2026",)),
        ("密码：无忧2026", ("无忧2026",)),
        ("密码：无。", ()),
        ("密码: 无.", ()),
        ("密码123456", ("123456",)),
        ("两个压缩包密码均为：88888888", ("88888888",)),
        ("甲的密码：aaa；乙的密码：bbb", ("aaa", "bbb")),
        ("密码：【zj2026】", ("zj2026",)),
        ("密码为手机号后六位", ()),
        ("请勿泄露密码。", ()),
        ("", ()),
    ],
)
def test_a_password_is_found_as_it_is_written(text: str, expected: tuple[str, ...]) -> None:
    assert find_passwords(text) == expected


def test_a_text_full_of_passwords_gives_twenty_at_most() -> None:
    assert len(find_passwords("\n".join(f"密码：word{number}" for number in range(1000)))) == 20


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("案例材料（密码8888）.7z", ("8888",)),
        ("解压密码：wx-2026/材料.zip!/照片.rar", ("wx-2026",)),
        ("材料（密码：好服务.2026）.zip", ("好服务.2026", "好服务")),
        ("材料密码8888.part1.rar", ("8888.part1", "8888")),
        ("案例材料.zip", ()),
    ],
)
def test_a_password_in_an_archives_own_name_or_folder_is_found(path: str, expected: tuple[str, ...]) -> None:
    assert passwords_in_path(path) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("说明.txt", "解压密码：hn123", ("hn123",)),
        ("密码.txt", "hn123\r\n", ("hn123",)),
        ("说明.txt", "hn123", ()),
        ("密码.txt", "请看来信， 没有写在这里", ()),
    ],
)
def test_a_note_beside_an_archive_names_its_password(name: str, text: str, expected: tuple[str, ...]) -> None:
    assert passwords_in_note(name, text.encode("gb18030")) == expected
