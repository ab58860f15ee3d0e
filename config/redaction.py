"""What no log line may hold: personal phone numbers and secrets. They are told by how they look, wherever they stand.

What is taken for a phone: a mobile number (13x–19x) and a landline with its area code, with +86 or without, in
full-width digits too, with blanks or dashes between groups as people write them. Longer numbers, hashes, and numbers
with other digits or a decimal point beside them are none. Of a secret that the settings name nothing is left.
"""

import re
import unicodedata
from collections.abc import Iterable

PHONE, IDENTITY, SECRET = "[phone]", "[identity]", "[secret]"

_DIGIT = r"[0-9０-９]"
_ONE, _EIGHT, _SIX, _ZERO = "[1１]", "[8８]", "[6６]", "[0０]"
# What people write between the groups of a number.
_GAP = r"[ \t\u00a0\u3000·_‐-―－-]{0,3}"
_COUNTRY = rf"(?:(?:[+＋]|{_ZERO}{_ZERO})?{_EIGHT}{_SIX}[)）]?{_GAP})?"
# Part of a longer number, of a decimal fraction, of an address of a network: no phone begins or ends there.
_BEFORE, _AFTER = r"(?<![0-9０-９])(?<![0-9][.:])", r"(?![0-9０-９])(?!\.[0-9])"
_MOBILE = (
    rf"{_ONE}[3-9３-９]{_DIGIT}{{9}}|{_ONE}[3-9３-９](?:{_DIGIT}{_GAP}{_DIGIT}{{4}}{_GAP}{_DIGIT}{{4}}"
    rf"|{_DIGIT}{_GAP}{_DIGIT}{{3}}{_GAP}{_DIGIT}{{5}}"
    rf"|{_DIGIT}{{2}}{_GAP}{_DIGIT}{{3}}{_GAP}{_DIGIT}{{4}}"
    rf"|{_DIGIT}{{3}}{_GAP}{_DIGIT}{{3}}{_GAP}{_DIGIT}{{3}})"
)
_AREA = rf"(?:[1１]{_ZERO}|[2２]{_DIGIT}|[3-9３-９]{_DIGIT}{{2}})"
_LOCAL = rf"[2-9２-９]{_DIGIT}{{2,3}}{_GAP}{_DIGIT}{{4}}"
_BRACKET = rf"[)）]?{_GAP}"
_LANDLINE = rf"{_ZERO}{_AREA}{_BRACKET}{_LOCAL}|(?<={_EIGHT}{_SIX}){_GAP}[(（]?{_AREA}{_BRACKET}{_LOCAL}"
_PHONES = re.compile(rf"{_BEFORE}[(（]?(?:{_COUNTRY}(?:{_MOBILE})|{_COUNTRY}[(（]?(?:{_LANDLINE})){_AFTER}")
_IDENTITIES = re.compile(
    rf"{_BEFORE}[1-9]\d{{5}}(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[\dXx](?![0-9A-Za-z])"
)
# A run of hexadecimal digits so long is a hash, one of this form a UUID: a number in it is no phone.
_HASH = re.compile(
    r"(?<![0-9a-fA-F])(?:(?=[0-9]{0,40}[a-fA-F])[0-9a-fA-F]{32,128}"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?![0-9a-fA-F])"
)
# With fewer digits there is no such number.
_FEWEST_DIGITS = 10
_DIGITS = re.compile(_DIGIT)
_MAY_HOLD_SECRET = (
    "://", "pass", "pwd", "secret", "token", "key", "auth", "bearer", "basic", "login", "cookie", "csrf", "credential",
    "密", "口令", "授权", "hook",
)  # fmt: skip
_VALUE = r"""(?!\[secret\])(?:"(?:\\.|[^"\\\n]){0,400}"|'(?:\\.|[^'\\\n]){0,400}'|[^\s"',;&)}\]]{1,400})"""
_NAMES = (
    r"[\w-]{0,20}?(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key"
    r"|credentials?|authorization|cookie|csrf|授权码|密码|口令|密钥)"
)
_QUOTED_OR_WORD = r"""(?:"(?:\\.|[^"\\]){0,200}"|\S{1,200})"""
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Robots of chat groups: whoever knows the address can write there.
    (re.compile(r"\b(wecombot|dingtalk|feishu|lark|robot)://[^\s\"'<>]{1,400}", re.IGNORECASE), rf"\1://{SECRET}"),
    (re.compile(r"((?:qyapi\.weixin\.qq\.com|oapi\.dingtalk\.com)[\w/.-]{0,100}\?)[^\s\"'<>]{1,400}"), rf"\1{SECRET}"),
    (re.compile(r"(/bot/(?:v\d/)?hook/)[^\s\"'<>/?]{1,200}"), rf"\1{SECRET}"),
    # user:password@host.
    (re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/?#\"'<>]{1,200}@", re.IGNORECASE), rf"\1{SECRET}@"),
    (
        re.compile(r"\b(authorization|(?:set-)?cookie)([\"']?\s{0,3}[:=]\s{0,3})[^\r\n]{1,2000}", re.IGNORECASE),
        rf"\1\2{SECRET}",
    ),
    (re.compile(r"\b(bearer|basic)\s{1,3}[A-Za-z0-9._~+/=-]{6,2000}", re.IGNORECASE), rf"\1 {SECRET}"),
    # What a client says to log in: IMAP's LOGIN and AUTHENTICATE, SMTP's AUTH.
    (re.compile(rf"\bLOGIN {_QUOTED_OR_WORD} \"(?:\\\\.|[^\"\\\\]){{0,200}}\"", re.IGNORECASE), f"LOGIN {SECRET}"),
    (re.compile(r"\b([A-Za-z]{1,8}\d{1,9} LOGIN) \S{1,200} [^\s'\"]{1,200}", re.IGNORECASE), rf"\1 {SECRET}"),
    (re.compile(r"\b(AUTH(?:ENTICATE)? (?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER)) [^\s'\"]{1,2000}"), rf"\1 {SECRET}"),
    (re.compile(rf"({_NAMES})([\"']?\s{{0,3}}(?:=>|[:=：＝])\s{{0,3}}){_VALUE}", re.IGNORECASE), rf"\1\2{SECRET}"),
)
_SECRET_NAME = re.compile(rf"(?:{_NAMES})", re.IGNORECASE)
# What is longer is cut: the whole of a stranger's text is in the vault, not in the log.
_LONGEST = 20_000
# A shorter secret may be part of any word.
_SHORTEST = 4
# Line ends of all kinds, what steers a terminal, and what turns the direction of writing: one event is one line.
_STEERING = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs", "Co"))


class Redactor:
    """Takes out of texts what no log line may hold; `secrets` are those of this installation, known to the letter."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def clean(self, text: str) -> str:
        """Return a text without phones, identity numbers and secrets; what holds none, and is not endless, as it is."""
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}…"
        if self._known is not None:
            text = self._known.sub(SECRET, text)
        small = text.lower()
        if any(mark in small for mark in _MAY_HOLD_SECRET):
            for pattern, instead in _SECRETS:
                text = pattern.sub(instead, text)
        return _without_numbers(text) if len(_DIGITS.findall(text)) >= _FEWEST_DIGITS else text


def is_secret_name(name: str) -> bool:
    """Tell whether what is called so is a secret, whatever it looks like."""
    return _SECRET_NAME.fullmatch(name) is not None


def on_one_line(text: str, *, keep_lines: bool = False) -> str:
    r"""Return a text in which nothing ends the line or steers a terminal; what would, is written out (`\n`, `\x1b`).

    With `keep_lines` the ends of lines stay, as tracebacks have them.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or (keep_lines and one == "\n") or not _steers(one) else _written(one) for one in text
    )


def _steers(character: str) -> bool:
    return unicodedata.category(character) in _STEERING


def _written(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _without_numbers(text: str) -> str:
    """Return a text without phones and identity numbers; hashes are left as they are."""
    parts, end = [], 0
    for kept in _HASH.finditer(text):
        parts += [_numbers_out(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*parts, _numbers_out(text[end:])])


def _numbers_out(text: str) -> str:
    return _PHONES.sub(PHONE, _IDENTITIES.sub(IDENTITY, text))
