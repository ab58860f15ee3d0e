"""A query of cases as it is said: in the words of `zhengji cases`, in the fields of a form, and what both ask for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo

from reports.queries.cases import Manner
from reports.queries.errors import AskedWrongError
from reports.queries.filters import Wish
from reports.queries.wishing import first_day, moment_named, split

COMMAND = "cases"
# What may be said several times, once, and what is only said or not; --all is `every`.
_SEVERAL = (
    "province", "city", "company", "community", "type", "missing", "has", "finding", "text", "sort", "columns",
)  # fmt: skip
_ONCE = ("arrived_since", "arrived_before", "delivered_since", "delivered_before", "limit")
_FLAGS = ("late", "unstamped", "withdrawn", "every")
_LISTS = ("missing", "has", "finding")
YES, NO = "yes", "no"
_BARE = {
    "--complete": ("complete", YES),
    "--incomplete": ("complete", NO),
    "--late": ("late", YES),
    "--unstamped": ("unstamped", YES),
    "--withdrawn": ("withdrawn", YES),
    "--all": ("every", YES),
}
_OPTIONS = {f"--{name.replace('_', '-')}": name for name in (*_SEVERAL, *_ONCE)}
# How a query's answer was to be written is nothing to a page.
_IDLE = ("--count", "--format")
_MOST, _LONGEST = 60, 300

Said = Mapping[str, Sequence[str]]


def from_fields(pairs: Iterable[tuple[str, str]]) -> Said:
    """Return what the fields of a form say; what is empty or no condition is left out."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        text = value.strip()
        if name in (*_SEVERAL, *_ONCE, *_FLAGS, "complete") and text:
            if len(text) > _LONGEST:
                raise AskedWrongError(f"条件太长（最多 {_LONGEST} 个字）")
            own = found.setdefault(name, [])
            if name in _SEVERAL and text not in own:
                own.append(text)
            elif name not in _SEVERAL:
                own[:] = [text]
    if sum(map(len, found.values())) > _MOST:
        raise AskedWrongError(f"一次最多 {_MOST} 个条件")
    return found


def from_words(words: Sequence[str]) -> tuple[Said, list[str]]:
    """Return what the words of a command line say, and those of them that only the command line understands."""
    found: dict[str, list[str]] = {}
    strange: list[str] = []
    for word in words[1:]:
        option, equals, value = word.partition("=")
        if word in _BARE:
            name, value = _BARE[word]
            found[name] = [value]
        elif equals and option in _OPTIONS:
            found.setdefault(_OPTIONS[option], []).append(value)
        elif option not in _IDLE:
            strange.append(word)
    return found, strange


def as_words(said: Said) -> tuple[str, ...]:
    """Return it as the words of a command line, in the order of its options."""
    words = [COMMAND]
    for option, name in _OPTIONS.items():
        words += [f"{option}={value}" for value in said.get(name, ())]
    words += [word for word, (name, value) in _BARE.items() if value in said.get(name, ())]
    return tuple(words)


def as_fields(said: Said) -> list[tuple[str, str]]:
    """Return it as the fields of a form."""
    return [(name, value) for name, values in said.items() for value in values]


def wish_of(said: Said, zone: tzinfo) -> Wish:
    """Return which cases are asked for; AskedWrongError where a day cannot be read."""
    complete = _last(said, "complete")
    plain = ("province", "city", "company", "community", "type")
    return Wish(
        **{name: tuple(said.get(name, ())) for name in plain},  # type: ignore[arg-type]
        **{name: split(said.get(name, ())) for name in _LISTS},  # type: ignore[arg-type]
        **{name: bool(said.get(name)) for name in _FLAGS},  # type: ignore[arg-type]
        complete=None if complete is None else complete == YES,
        arrived_since=_moment(said, "arrived_since", zone),
        arrived_before=_moment(said, "arrived_before", zone),
        delivered_since=_day(said, "delivered_since"),
        delivered_before=_day(said, "delivered_before"),
    )


def text_of(said: Said) -> str | None:
    """Return the words that are sought in the texts."""
    return " ".join(said.get("text", ())) or None


def manner_of(said: Said) -> Manner:
    """Return how the list is to be shown; AskedWrongError where its length is no number."""
    limit = _last(said, "limit")
    if limit is not None and not (limit.isascii() and limit.isdecimal() and int(limit)):
        raise AskedWrongError(f"“{limit}”不是个数")
    return Manner(split(said.get("columns", ())), split(said.get("sort", ())), int(limit) if limit else None)


def _last(said: Said, name: str) -> str | None:
    values = said.get(name, ())
    return values[-1] if values else None


def _moment(said: Said, name: str, zone: tzinfo) -> datetime | None:
    text = _last(said, name)
    return moment_named(text, zone) if text is not None else None


def _day(said: Said, name: str) -> date | None:
    text = _last(said, name)
    return first_day(text) if text is not None else None
