"""What does a text say once widths and white space no longer matter? The clean text that all readers start from."""

import re
import unicodedata

from parsers.values.traditional import simplified

# A cell longer than this is prose, not a value; a cut text could end in the middle of a number.
_LONGEST = 2_000
_LONGEST_RAW = 10 * _LONGEST
# Controls, format characters (zero width, direction), lone surrogates; then what is invisible but no format character.
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs"))
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SPACE = re.compile(r"\s+")

_LABEL_NOISE = re.compile(r"[\s:_]+")
_BRACKETS = str.maketrans("[{〔【〖「『〈《", "(((((((((") | str.maketrans("]}〕】〗」』〉》", ")))))))))")
_NOTHING = re.compile(r"[\s_.。…·•・—–-]*")
_UNFILLED_DATE = "年月日"

# NFKC turns ①1.2 into 11.2, 98½ into 981⁄2 and 125000² into 1250002: these stand apart from the number beside them.
_NUMBER_MARKS = re.compile(
    "(?<![mM米])²|[³¹¼-¾⁰-₉⅐-⅟↉①-⒛⓪-⓿❶-➓㈠-㈩㉈-㉏㉑-㉟㊀-㊉㊱-㊿]|[\U0001f100-\U0001f10c]",
)
_SQUARE_METRE = re.compile(
    r"平方米|平方公尺|平米|(?<![a-z])(?:sqm|m ?\^?2(?![0-9]))",
    re.IGNORECASE,
)
_DASHES = "‐‑‒–—―−─━﹣"
_SIGNS = (
    dict.fromkeys(map(ord, _DASHES), "-")
    | dict.fromkeys(map(ord, "〜∼∽"), "~")
    | dict.fromkeys(map(ord, "∕⁄"), "/")
    | dict.fromkeys(map(ord, "•・∙⋅‧"), "·")
)
_REPEATED = re.compile(r"([-~])[-~]+")
# A full stop of the Chinese keyboard where a decimal point was meant: 98。5%.
_STOP_IN_NUMBER = re.compile(r"(?<=[0-9]) ?。 ?(?=[0-9])")


def clean(text: str) -> str:
    """Return a text in NFKC without control, zero-width and other invisible characters, white space folded.

    Traditional characters of labels and units become simplified: what is shown to people is never cleaned.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    if not text.isprintable():
        text = "".join(char for char in text if char.isspace() or unicodedata.category(char) not in _HIDDEN_CATEGORIES)
    return _SPACE.sub(" ", simplified(unicodedata.normalize("NFKC", text))).strip()


def label_key(text: str) -> str:
    """Return a label without white space, colons and underscores, its brackets round: 手　机： and 手机 are equal."""
    return _LABEL_NOISE.sub("", clean(text).translate(_BRACKETS))


def is_blank(text: str, blanks: tuple[str, ...]) -> bool:
    """Tell whether a cell says nothing: empty, a line of underscores or dots, an unfilled date, or one of `blanks`."""
    key = label_key(text).casefold()
    if _NOTHING.fullmatch(key) or key == _UNFILLED_DATE:
        return True
    return key in {label_key(blank).casefold() for blank in blanks}


def prepared(raw: str) -> str:
    """Return a cell's text ready to be read: cleaned, one kind of dash, list numbers such as ① set apart by “;”.

    Empty where it is too long to be a value.
    """
    if len(raw) > _LONGEST_RAW:
        return ""
    text = clean(_NUMBER_MARKS.sub(";", raw))
    if len(text) > _LONGEST:
        return ""
    return _REPEATED.sub(r"\1", _STOP_IN_NUMBER.sub(".", text).translate(_SIGNS))


def prepared_with_units(raw: str) -> str:
    """Return `prepared` with every way of writing m² as ㎡; NFKC alone would join 90㎡1.5元 into m21.5元."""
    return _SQUARE_METRE.sub("㎡", prepared(raw.replace("㎡", "平方米")))
