"""Which mails stand in the inbox, in which order? Told once per look, so that a page of it is only cut out.

First what needs a person: mails that failed, those of which nobody knows the sender, those with files that no case
has; then the others; the newest first in each part.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from reports.elsewhere import strangers
from reports.finding import Assessment, Finding
from reports.incoming import FileView, MessageView
from reports.links import is_expired
from reports.mail_side import LinkView
from reports.picture import Picture
from reports.tally import Tally, place_of, tally

# What `?state=` may ask for, as the page calls it: what became of the mails, and what of them needs a person.
STATES: Mapping[str, str] = {
    "filed": "已归档",
    "aside": "搁置",
    "failed": "未能处理",
    "waiting": "待处理",
    "unknown": "待认定发信单位",
    "unfiled": "有文件没归到小区",
}
# What stands in no text that is looked for.
_BETWEEN = "\0"
Index = Mapping[str, Sequence[MessageView]]


@dataclass(frozen=True)
class Choice:
    """Which mails are asked for; what is empty asks for all. `text` is looked for in subjects and senders."""

    state: str = ""
    province: str = ""
    kind: str = ""
    mailbox: str = ""
    text: str = ""


@dataclass(frozen=True, eq=False)
class Mails:
    """The mails of a look in the order of the inbox, and the same by what may be asked for."""

    picture: Picture
    tally: Tally
    ordered: Sequence[MessageView]
    by_state: Index
    by_province: Index
    by_kind: Index
    by_mailbox: Index

    def chosen(self, choice: Choice) -> Sequence[MessageView]:
        """Return the mails that are asked for, in the order of the inbox."""
        asked = [(index, value) for index, value in self._indexes(choice) if value]
        if choice.text:
            found: Sequence[MessageView] = self._with(choice.text)
        else:
            found = min((index.get(value, ()) for index, value in asked), key=len, default=self.ordered)
        if len(asked) + bool(choice.text) > 1:
            found = [one for one in found if self._fits(one, choice)]
        return found

    def _indexes(self, choice: Choice) -> Iterable[tuple[Index, str]]:
        yield self.by_state, choice.state
        yield self.by_province, choice.province
        yield self.by_kind, choice.kind
        yield self.by_mailbox, choice.mailbox

    def _fits(self, message: MessageView, choice: Choice) -> bool:
        return (
            (not choice.state or message.id in self._states[choice.state])
            and choice.province in ("", message.province)
            and choice.kind in ("", message.kind)
            and choice.mailbox in ("", message.mailbox)
        )

    @cached_property
    def _states(self) -> Mapping[str, frozenset[int]]:
        return {state: frozenset(one.id for one in self.by_state.get(state, ())) for state in STATES}

    def _with(self, text: str) -> list[MessageView]:
        """Return the mails whose subject or sender holds a text: one search through the words of all."""
        words, ends = self.words
        wanted, at, found = text.lower(), 0, []
        while _BETWEEN not in wanted and (hit := words.find(wanted, at)) >= 0:
            number = bisect_right(ends, hit)
            found.append(self.ordered[number])
            at = ends[number]
        return found

    @cached_property
    def words(self) -> tuple[str, Sequence[int]]:
        """What mails are found by, in lower case, one after the other; and where each ends."""
        own = [f"{one.subject}\n{one.from_name}\n{one.from_address}".lower() + _BETWEEN for one in self.ordered]
        return "".join(own), tuple(accumulate(map(len, own)))

    @cached_property
    def links(self) -> Sequence[LinkView]:
        """The cloud links that nobody has brought in yet, the soonest to expire first, the expired ones last."""
        # Within each part they stand in that order already.
        return sorted(self.picture.open_links, key=lambda link: is_expired(link, self.picture.as_of))


def mails_of(assessment: Assessment) -> Mails:
    """Return the mails of a look."""
    picture = assessment.picture
    told, unknown = tally(picture), strangers(picture)
    first = {one.id for one in (*told.failed, *unknown)} | picture.unfiled.keys()
    newest = picture.messages[::-1]
    ordered = (*(one for one in newest if one.id in first), *(one for one in newest if one.id not in first))
    strange = {one.id for one in unknown}
    return Mails(
        picture,
        told,
        ordered,
        by_state=_by((state, one) for one in ordered for state in _states(one, picture, strange)),
        by_province=_by((one.province or "", one) for one in ordered),
        by_kind=_by((one.kind, one) for one in ordered),
        by_mailbox=_by((one.mailbox, one) for one in ordered),
    )


def _states(message: MessageView, picture: Picture, strange: set[int]) -> Iterable[str]:
    yield place_of(message)
    if message.id in strange:
        yield "unknown"
    if message.id in picture.unfiled:
        yield "unfiled"


def _by(pairs: Iterable[tuple[str, MessageView]]) -> Index:
    found: dict[str, list[MessageView]] = defaultdict(list)
    for key, message in pairs:
        found[key].append(message)
    return dict(found)


def message_of(finding: Finding) -> int | None:
    """Return the message that a finding is about, itself or by one of its files; None where it is about neither."""
    view = finding.judgement.subject.view if finding.judgement else None
    if isinstance(view, MessageView):
        return view.id
    return view.message_pk if isinstance(view, FileView) else None
