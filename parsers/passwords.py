"""Which passwords does a mail name? People write them into the text, the subject, a file's name, or the next mail."""

import re
from pathlib import PurePosixPath

from parsers.charsets import decode_bytes

# What can be a note of a password is no longer than this.
NOTE_BYTES = 20_000
_WORD = r"(?:密\s{0,4}码|口\s{0,4}令|提取码|访问码|password|passcode|pwd)"
# 解压密码：abc123 / 压缩包密码是 2026 / 密码（见下）… / password: x. What follows may stand in quotes or brackets.
# A mark at its end may be the sentence's or its own (Sc2026!): both are candidates.
_NAMED = re.compile(
    _WORD + r"\s*(?:均|都|统一)?\s*(?:为|是|[:：=])+\s*"
    r"[“\"'‘「『【\[(（<《]?\s*([^\s“”\"‘’「」『』【】（）《》，。；、！]{1,64})",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"['\[\]()<>;!]")
# A password right behind the word, without a colon: 密码123456.
_BARE = re.compile(r"(?:密\s{0,4}码|口\s{0,4}令|提取码)\s*([A-Za-z0-9][A-Za-z0-9@#$%^&*_+.~!-]{2,63})")
# 密码为手机号后六位 and the like name no password.
_NOT = re.compile(r"^(?:空|无|没有)[.,:：]*$|^(?:见|同|另|我|您|你|请|手机|电话|单位|公司|今天|日期)")
_CALLED = re.compile(_WORD, re.IGNORECASE)
_MOST = 20
_TEXT = 200_000


def find_passwords(text: str) -> tuple[str, ...]:
    """Return what a text names as a password, in order, each once, at most 20: candidates, to be tried."""
    found = [match[1] for pattern in (_NAMED, _BARE) for match in pattern.finditer(text[:_TEXT])]
    candidates = (one for word in found if not _NOT.match(word) for one in (_trimmed(word), word))
    return tuple(dict.fromkeys(word for word in candidates if word))[:_MOST]


def _trimmed(word: str) -> str:
    """Return a word without what may be a mark of the sentence that it ends."""
    return _SENTENCE.split(word, maxsplit=1)[0].rstrip(".,:：")


def passwords_in_path(path: str) -> tuple[str, ...]:
    """Return what an archive's own name, or a folder or an archive that it lies in, names as its password."""
    names = [PurePosixPath(name) for name in path.replace("!/", "/").split("/")]
    # 密码8888.part1.rar: neither ending belongs to it.
    return find_passwords("\n".join(text for name in names for text in (name.stem, name.name.partition(".")[0])))


def passwords_in_note(name: str, data: bytes) -> tuple[str, ...]:
    """Return what a small text file names as a password; one that is called 密码 may hold nothing but the word."""
    text = decode_bytes(data[:NOTE_BYTES]).lstrip("\ufeff").strip()
    alone = (text,) if _CALLED.search(name) and re.fullmatch(r"\S{1,64}", text) else ()
    return (*find_passwords(text), *alone)
