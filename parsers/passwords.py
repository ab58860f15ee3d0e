"""Which passwords does a mail name? People write them into the text, the subject, or the next mail."""

import re

# 解压密码：abc123 / 压缩包密码是 2026 / 密码（见下）… / password: x. What follows may stand in quotes or brackets.
_NAMED = re.compile(
    r"(?:密码|口令|提取码|访问码|password|passcode|pwd)\s*(?:均|都|统一)?\s*(?:为|是|[:：=])+\s*"
    r"[“\"'‘「『【\[(（<《]?\s*([^\s“”\"'‘’「」『』【】\[\]()（）<>《》，。；;、！!]{1,64})",
    re.IGNORECASE,
)
# A password right behind the word, without a colon: 密码123456.
_BARE = re.compile(r"(?:密码|口令|提取码)\s*([A-Za-z0-9][A-Za-z0-9@#$%^&*_+.~-]{2,63})")
# 密码为手机号后六位 and the like name no password.
_NOT = re.compile(r"^(?:空|无|见|同|另|我|您|你|请|手机|电话|单位|公司|今天|日期)")
_MOST = 20
_TEXT = 200_000


def find_passwords(text: str) -> tuple[str, ...]:
    """Return what a text names as a password, in order, each once, at most 20: candidates, to be tried."""
    found = [match[1] for pattern in (_NAMED, _BARE) for match in pattern.finditer(text[:_TEXT])]
    cleaned = (word.rstrip(".,:：") for word in found)
    return tuple(dict.fromkeys(word for word in cleaned if word and not _NOT.match(word)))[:_MOST]
