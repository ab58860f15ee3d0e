"""No phone and no secret is left in a log line, however it is written; ids, hashes, sizes and dates stay as they are."""

import random
import re
import uuid
from datetime import UTC, datetime, timedelta
from email.utils import make_msgid
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.redaction import IDENTITY, PHONE, SECRET, Redactor, is_secret_name, on_one_line

CLEAN = Redactor(["Gq7-hunter-22"]).clean
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
# A busy machine takes its time.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
COUNTRY = ("", "+86", "+86 ", "86-", "0086 ", "（+86）", "＋86-")
GAPS = ("", "", " ", "-", "－", "—", " - ", "\u00a0", "\u3000")  # as people type them
AREAS = ("010", "021", "025", "0571", "0755", "0851", "0991")


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    """Return a mobile number as people write it."""
    digits = "1" + draw(st.sampled_from("3456789")) + f"{draw(st.integers(0, 10**9 - 1)):09}"
    sizes = draw(st.sampled_from([(3, 4, 4), (3, 3, 5), (4, 3, 4), (5, 3, 3), (11,)]))
    parts, start = [], 0
    for size in sizes:
        parts.append(digits[start : start + size])
        start += size
    number = draw(st.sampled_from(COUNTRY)) + draw(st.sampled_from(GAPS[:8])).join(parts)
    return number.translate(WIDE) if draw(st.booleans()) else number


@st.composite
def landlines(draw: st.DrawFn) -> str:
    """Return a landline number with its area code."""
    area, local = draw(st.sampled_from(AREAS)), str(draw(st.integers(2_000_000, 99_999_999))).replace("1", "2", 1)
    if draw(st.booleans()):
        local = f"{local[:-4]}{draw(st.sampled_from((' ', '-')))}{local[-4:]}"
    form = draw(st.sampled_from(("{a}{l}", "{a}-{l}", "{a} {l}", "({a}){l}", "（{a}）{l}", "({a}) {l}", "{a}－{l}")))
    number = form.format(a=area, l=local)
    if draw(st.booleans()):
        number = f"+86-{area[1:]}-{local}"
    return number.translate(WIDE) if draw(st.booleans()) else number


BESIDE = st.sampled_from(["", "电话", "手机：", "tel:", "联系人陈静 ", "（", "\n", "<", "“", ", ", "/", "_"])
AFTER = st.sampled_from(["", "转801", "。", "）", "\n", "@163.com", ">", "，", "/", " 陈静"])


def digits_of(text: str) -> str:
    return re.sub(
        "[^0-9]", "", text.translate({ord(w): n for n, w in zip("0123456789", "０１２３４５６７８９", strict=True)})
    )


@PATIENT
@given(BESIDE, st.one_of(mobiles(), landlines()), AFTER)
@example("", "13800138000", "")
@example("电话", "０５７１－８８８８８８８８", "转801")
def test_a_phone_is_taken_out_however_it_is_written(before: str, phone: str, after: str) -> None:
    said = CLEAN(f"{before}{phone}{after}")
    assert PHONE in said
    assert len(digits_of(said)) <= len(digits_of(after)) + 2, said


@PATIENT
@given(
    st.lists(
        st.one_of(mobiles(), landlines(), st.text(max_size=8).filter(lambda text: not re.search(r"\d", text))),
        max_size=6,
    )
)
def test_several_phones_in_one_text_are_all_taken_out(parts: list[str]) -> None:
    assert len(digits_of(CLEAN("、".join(parts)))) <= 2 * len(parts)


def ordinary(random_: random.Random) -> list[str]:
    """Return what log lines hold and what is no phone: one of each kind."""
    moment = datetime(2026, 5, 18, tzinfo=UTC) + timedelta(microseconds=random_.randrange(10**14))
    return [
        sha256(random_.randbytes(8)).hexdigest(), str(uuid.UUID(bytes=random_.randbytes(16))), moment.isoformat(),
        f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%Y%m%d%H%M%S}", str(moment.timestamp()), str(int(moment.timestamp())),
        str(int(moment.timestamp() * 1000)), str(random_.randrange(10**10)), f"{random_.random():.12f}",
        f"uid {random_.randrange(2**32)} of {random_.randrange(2**32)}", f"{random_.uniform(0, 9e4):.3f} s",
        ":".join(str(random_.randrange(256)) for _ in range(4)), f"192.168.{random_.randrange(256)}.{random_.randrange(256)}:{random_.randrange(65536)}",
        f"{random_.randrange(10**9):,}", f"{random_.randrange(10**12):,} bytes",
    ]  # fmt: skip


def test_ids_hashes_sizes_and_dates_stay_as_they_are() -> None:
    """Measured on 32,000 of them, always the same ones."""
    random_ = random.Random(20_260_805)
    changed = [text for _ in range(2_000) for text in ordinary(random_) if CLEAN(text) != text]
    assert changed == []


def test_message_ids_stay_as_they_are() -> None:
    """An id holds random digits: now and then they look like a phone, and then go; not more than one in a thousand."""
    random_ = random.Random(1)
    ids = [make_msgid(domain="mail.example.cn") for _ in range(1_000)]
    ids += [f"<tencent_{sha256(random_.randbytes(8)).hexdigest()[:40].upper()}@qq.com>" for _ in range(1_000)]
    ids += [
        f"<{random_.randrange(10**9)}.{random_.randrange(10**4)}.17{random_.randrange(10**11):011d}.JavaMail.root@x>"
        for _ in range(1_000)
    ]
    changed = [one for one in ids if CLEAN(one) != one]
    assert len(changed) <= 3, changed


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("connecting to postgresql+psycopg://zhengji:p%40ss@db/zhengji", "p%40ss"),
        ("https://user:geheim@example.cn/x", "geheim"),
        ("robot wecombot://693a91f6-7xxx-4bc4", "693a91f6"),
        ("dingtalk://SECabc123456@token12345678", "token12345678"),
        ("feishu://0a1b2c3d4e", "0a1b2c3d4e"),
        ("POST https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6 → 200", "693a91f6"),
        ("POST https://oapi.dingtalk.com/robot/send?access_token=abc123&sign=x", "abc123"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d", "0a1b2c3d"),
        ("Authorization: Bearer eyJhbGciOi.abc.def", "eyJhbGciOi"),
        ("{'Authorization': 'Basic c3RhZmY6Z2VoZWlt'}", "c3RhZmY6"),
        ("> b'KLPA1 LOGIN \"wzglzzh@ecpmi.org.cn\" \"geheim\"'", "geheim"),
        ("> KLPA1 LOGIN wzglzzh geheim", "geheim"),
        ("> AUTH PLAIN AHN0YWZmAGdlaGVpbQ==", "AHN0YWZm"),
        ("> AUTHENTICATE XOAUTH2 dXNlcj1hQGIB", "dXNlcj1hQGIB"),
        ("password=geheim&x=1", "geheim"),
        ('{"client_secret": "ge heim", "x": 1}', "heim"),
        ("refresh_token: 1//0gabc", "0gabc"),
        ("授权码：ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
        ("密码是不对；密码=geheim", "geheim"),
        ("Set-Cookie: zhengji=abcdef; HttpOnly", "abcdef"),
        ("secret_key = 'wJalrXUtnFEMI'", "wJalrXUtnFEMI"),
        ("somewhere Gq7-hunter-22 in the middle", "Gq7-hunter-22"),
    ],
)  # fmt: skip
def test_a_secret_is_taken_out_wherever_it_stands(text: str, secret: str) -> None:
    said = CLEAN(text)
    assert secret not in said
    assert SECRET in said


@pytest.mark.parametrize(
    "text",
    ["NO [AUTHENTICATIONFAILED] LOGIN failed", "http://127.0.0.1:8360/x?mail=a@b.cn", "client_secret_file", "wylzzh@ecpmi.org.cn 收信失败：密码被拒绝",
     "imap.qiye.163.com:993", "tokens.rotated", "基本信息", "basic list"],
)  # fmt: skip
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    assert CLEAN(text) == text


def test_an_identity_number_is_taken_out() -> None:
    assert CLEAN("身份证11010119900307851X。") == f"身份证{IDENTITY}。"


@PATIENT
@given(st.text())
def test_a_cleaned_text_is_on_one_line_and_cleaning_again_changes_nothing(text: str) -> None:
    said = on_one_line(CLEAN(text))
    assert len(said.splitlines()) <= 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", said)
    said.encode()
    assert CLEAN(said) == said


def test_what_steers_is_written_out() -> None:
    assert on_one_line("a\r\n2026 [info] forged\x1b[2J\u202e") == "a\\r\\n2026 [info] forged\\x1b[2J\\u202e"
    assert on_one_line("a\nb\x07", keep_lines=True) == "a\nb\\x07"
    assert on_one_line("小区 征集") == "小区 征集"


@pytest.mark.parametrize(
    "name", ["password", "PASSWORD", "smtp_password", "access_token", "api-key", "Authorization", "密码"]
)
def test_what_is_called_a_secret_is_one(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["key", "message", "tokens", "password_file", "mailbox", "passed"])
def test_what_is_called_otherwise_is_none(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "part",
    [
        "1",
        "13",
        "1 3 ",
        "a://",
        "password",
        '"',
        "LOGIN ",
        "A1 LOGIN ",
        "密码",
        "+86 ",
        "0571-",
        "=:",
        'LOGIN "',
        "token",
    ],
)
def test_a_hostile_text_costs_little(part: str) -> None:
    """Counted in steps of the processor's own clock: a text that took quadratic time would take minutes."""
    import time

    began = time.process_time()
    said = CLEAN(part * (1_000_000 // len(part)))
    assert time.process_time() - began < 10
    assert len(said) < 40_000
