"""How does a stranger's text become a file's name that Windows, macOS and Linux take.

The same text gives the same name. Names hold nothing that a path, a link or a shell reads as a sign: what such a sign
is, stands there in full width (＃, ％, ：). Lengths are in UTF-16 units, as Windows counts them.
"""

import re
import unicodedata

# A component of a path, and a whole relative path: `D:\…` before it stays below the 260 of Windows.
COMPONENT, PATH = 80, 180
# Signs that Windows forbids, and those that links read as something else (# and % break every link in Excel).
_WIDE = str.maketrans('<>:"/\\|?*#%', "＜＞：＂／＼｜？＊＃％")
_DOTS = re.compile(r"\.{2,}")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DEVICES = {
    *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"),
    *(f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"),
}
# What a name must not begin with: hidden files, options of commands, Office's own temporary files.
_LEADING = ".-~$ "
_ROOM_FOR_NUMBER = 5
_USUAL = 60
UNNAMED = "未命名"
# A component of 255 bytes is the most that Linux takes.
_BYTES = 240


def units(text: str) -> int:
    """Return how long a text is in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def safe_name(text: str | None, most: int = _USUAL, otherwise: str = UNNAMED) -> str:
    """Return a text as the whole name of a file or folder, which is none of the devices of Windows."""
    return harmless(safe(text, most, otherwise))


def safe(text: str | None, most: int, otherwise: str = UNNAMED) -> str:
    """Return a text as (a part of) a file's name of at most `most` units; `otherwise` where nothing is left of it."""
    whole = unicodedata.normalize("NFC", text or "")
    # Signs that are not seen go first: between two spaces one would hide that they are two.
    kept = (one for one in whole if one.isspace() or unicodedata.category(one) not in _UNSEEN)
    seen = _DOTS.sub("…", " ".join("".join(kept).split()).translate(_WIDE))
    return clipped(seen.lstrip(_LEADING), most) or otherwise


def clipped(text: str, most: int) -> str:
    """Return the beginning of a name, at most so many units, that ends neither in a dot nor in half a sign."""
    if units(text) > most or len(text.encode()) > _BYTES:
        while text and (units(text) > most - 1 or len(text.encode()) > _BYTES - 3 or unicodedata.combining(text[-1])):
            text = text[:-1]
        text = f"{text.rstrip('. ')}…"
    return text.rstrip(". ")


def key(name: str) -> str:
    """Return what is equal for names that are one on some system: Windows and macOS know no case, macOS one form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


class Taken:
    """The names that are taken in each folder: who comes later gets a number, （2）."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}

    def has(self, folder: str, name: str) -> bool:
        """Tell whether a name is taken."""
        return key(name) in self._known.get(key(folder), ())

    def name(self, folder: str, stem: str, extension: str = "") -> str:
        """Take a name in a folder and return it; `stem` is safe already, and is clipped to make room for the rest."""
        tail = f".{extension}" if extension else ""
        kept = clipped(stem, COMPONENT - units(tail) - _ROOM_FOR_NUMBER)
        number = 1
        while self.has(folder, name := harmless(f"{kept}{f'（{number}）' if number > 1 else ''}{tail}")):
            number += 1
        self._known.setdefault(key(folder), set()).add(key(name))
        return name


def harmless(name: str) -> str:
    """Return a name that is none of the devices of Windows, which are meant whatever extension they bear."""
    head = name.partition(".")[0].rstrip(" ")
    return f"_{name}" if head.upper() in _DEVICES else name
