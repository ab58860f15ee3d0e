"""How may a file be called so that every system takes it? Names from strangers, made safe for Windows, macOS and Linux.

What Windows refuses is left out or replaced, names that it takes for the same (春江A/春江a) are told apart, and no name
is so long that a folder of it can't be copied.
"""

import re
import unicodedata

# What Windows refuses in a name, as Chinese writes it; / and \\ would also be folders.
_WIDE = str.maketrans(
    {"<": "＜", ">": "＞", ":": "：", '"': "”", "/": "／", "\\": "＼", "|": "｜", "?": "？", "*": "＊"}
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)", re.IGNORECASE)
# Not seen, or turning the direction of reading: what .exe ends in could look like something else.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Linux allows 255 bytes, of which a Chinese character takes three; what tells names apart needs some.
_MOST_BYTES = 180
UNNAMED = "未命名"


def safe_name(text: str, at_most: int = 60, suffix: str = "") -> str:
    """Return a text as the name of a file or folder of at most so many characters, `suffix` (of ours) behind it."""
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    spaced = " ".join(composed.split())
    seen = "".join(one for one in spaced if unicodedata.category(one) not in _UNSEEN)
    name = _cut(seen.translate(_WIDE), at_most).strip(" .") or UNNAMED
    return f"{'_' if _RESERVED.match(name) else ''}{name}{suffix}"


def _cut(name: str, at_most: int) -> str:
    """Return the beginning of a name, whole characters within the bytes that a name may have."""
    return name[:at_most].encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore")


class Names:
    """The names that are taken in one folder: each is given once, whatever system compares them."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str, suffix: str = "") -> str:
        """Return a safe name with its suffix, a number between them where it is taken: 春江花园 (2).txt."""
        number, wanted = 1, f"{name}{suffix}"
        while _compared(wanted) in self._taken:
            number += 1
            wanted = f"{name} ({number}){suffix}"
        self._taken.add(_compared(wanted))
        return wanted


def _compared(name: str) -> str:
    """Return what is equal for names that one system or another takes for the same."""
    return unicodedata.normalize("NFKC", name).casefold()
