"""Which known address or domain another one imitates: characters that look alike, and domains that only begin alike."""

import unicodedata
from collections.abc import Collection

# Letters of other scripts that look like Latin ones; what NFKD takes apart (full width, accents) need not stand here.
_LETTERS = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтвнгьпӏ" + "αορνικυτχεηωγ" + "ıɩɡɑʟɴ",
    "aeopcyxijshdqwkmtbhrbnl" + "aopvikutxenwy" + "iigaln",
)
# Figures and letters that stand for one another, and pairs that read as one letter.
_FIGURES = str.maketrans("01i|", "olll")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_PUNYCODE = "xn--"


def imitated(address: str, known: Collection[str], public: Collection[str]) -> str | None:
    """Return the known address, or the known domain (public ones aside), that `address` imitates and is not.

    All in lower case. An address that is known itself imitates none.
    """
    if address in known:
        return None
    shape = skeleton(address)
    for other in known:
        if skeleton(other) == shape:
            return other
    domain = address.rpartition("@")[2]
    domains = {other.rpartition("@")[2] for other in known} - set(public)
    return None if domain in domains else _imitated_domain(domain, sorted(domains))


def _imitated_domain(domain: str, domains: Collection[str]) -> str | None:
    shape = skeleton(domain)
    for other in domains:
        if skeleton(other) == shape or shape.startswith(f"{skeleton(other)}."):
            return other
    return None


def skeleton(text: str) -> str:
    """Return what an address looks like: equal for two that a person cannot tell apart at a glance."""
    apart = unicodedata.normalize("NFKD", ".".join(_decoded(label) for label in text.split(".")))
    seen = "".join(one for one in apart if unicodedata.category(one) not in {"Mn", "Cf"})
    shape = seen.lower().translate(_LETTERS).translate(_FIGURES)
    for pair, letter in _PAIRS:
        shape = shape.replace(pair, letter)
    return shape


def _decoded(label: str) -> str:
    """Return a label of a domain as it is shown; punycode that is none stays as it is."""
    head, mark, code = label.rpartition(_PUNYCODE)
    if not mark or (head and not head.endswith("@")):
        return label
    try:
        return head + code.encode("ascii").decode("punycode")
    except UnicodeError:
        return label
