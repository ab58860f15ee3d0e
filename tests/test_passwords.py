"""Passwords as people write them into mails: found as candidates, and nothing else taken for one."""

import pytest

from parsers.passwords import find_passwords


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("解压密码：wy2026", ("wy2026",)),
        ("压缩包的密码是 Zj@2026，请查收。", ("Zj@2026",)),
        ("密码:123456\n联系人：王建国", ("123456",)),
        ("附件密码为“好服务2026”", ("好服务2026",)),
        ("链接：https://pan.baidu.com/s/1a 提取码: ab3d", ("ab3d",)),
        ("Password = hao-fu-wu.", ("hao-fu-wu",)),
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
