"""Which summary lists count, and which rows of them: a row counts until a newer list names its case again.

Nothing is deleted: a case that a newer list leaves out stays to be seen, and a person is asked (list.rows_removed). The
words of mail and file name (更正, 补充 …) and what the rows say of each other decide whether it is still listed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from config.campaign import Campaign
from reports.incoming import Cell, FileView, MessageView
from reports.picture import LeftOut, ListRow
from reports.wording import own_sentences
from store.models import Filing


@dataclass
class ListVersions:
    """What became of a province's lists.

    `old` are the ids of those that no longer count, `rows` each case's rows, `removed` who leaves a case out.
    """

    old: set[int] = field(default_factory=set)
    rows: dict[int, list[ListRow]] = field(default_factory=dict)
    # Each case's rows in all lists, the oldest first.
    every: dict[int, list[ListRow]] = field(default_factory=dict)
    removed: dict[int, LeftOut] = field(default_factory=dict)


@dataclass
class _Delivery:
    """The lists that came together: the rows of each case in them, what they are called, and whether they count."""

    files: list[FileView]
    rows: dict[int, list[ListRow]]
    adds: bool
    replaces: bool
    replaced: bool = False


def list_versions(
    files: Iterable[FileView], messages: Mapping[int, MessageView], filings: Iterable[Filing], campaign: Campaign
) -> ListVersions:
    """Return which lists of one province count, and which rows; the order is that of the contents' first arrival."""
    known = (file for file in files if file.kind == "summary_list" and file.province)
    lists = [file for file in known if messages[file.message_pk].is_submission]
    deliveries, repeats = _deliveries(lists, messages, filings, campaign)
    owner: dict[int, _Delivery] = {}
    done = ListVersions()
    for at, one in enumerate(deliveries):
        whole = _speaks_for_all(one, owner.keys())
        if whole or _leaves_open(one, owner.keys()):
            left = LeftOut(one.files[-1], frozenset(one.rows.keys() - owner.keys()), counts=not whole)
            gone = owner.keys() - one.rows.keys()
            # What an earlier list that spoke for all left out is not listed again by one that leaves that open.
            done.removed.update({case: left for case in gone if whole or case not in done.removed})
        if whole:
            for earlier in deliveries[:at]:
                earlier.replaced = True
        for case in one.rows:
            owner[case] = one
            done.every.setdefault(case, []).extend(one.rows[case])
            done.removed.pop(case, None)
    done.rows = {case: one.rows[case] for case, one in owner.items()}
    done.old = _old(deliveries, owner.values(), repeats)
    return done


def _speaks_for_all(newest: _Delivery, standing: AbstractSet[int]) -> bool:
    """Tell whether a list replaces the earlier ones: a correction does, and one that names half of what stands."""
    if newest.adds or newest.replaces:
        return newest.replaces and bool(newest.rows)
    named = newest.rows.keys() & standing
    return bool(named) and len(named) >= len(standing) - len(named)


def _leaves_open(newest: _Delivery, standing: AbstractSet[int]) -> bool:
    """Tell whether to ask if the rest still stands: some of it is named again, but called no correction."""
    named = newest.rows.keys() & standing
    return len(named) > len(standing) - len(named) if newest.adds else bool(named)


def _old(deliveries: Iterable[_Delivery], owners: Iterable[_Delivery], repeats: Mapping[int, FileView]) -> set[int]:
    """Return the ids of lists that were replaced or of which no row stands, and of their copies that came later."""
    alive = {id(one) for one in owners}
    gone = [one for one in deliveries if one.replaced or (one.rows and id(one) not in alive)]
    old = {file.id for one in gone for file in one.files}
    return old | {id_ for id_, original in repeats.items() if original.id in old}


def _deliveries(
    lists: Iterable[FileView], messages: Mapping[int, MessageView], filings: Iterable[Filing], campaign: Campaign
) -> tuple[list[_Delivery], dict[int, FileView]]:
    """Return the deliveries of lists, and for each list that is only a copy of an earlier one, that one.

    A copy that is called a correction is meant: that list is to count again.
    """
    together: dict[str, list[FileView]] = defaultdict(list)
    first: dict[str, FileView] = {}
    repeats: dict[int, FileView] = {}
    for file in lists:
        message = messages[file.message_pk]
        original = first.setdefault(file.sha256 or str(file.id), file)
        called = (said_of_lists(message, campaign), file.name)
        if original is not file and not is_called(called, campaign.mail.replaces):
            repeats[file.id] = original
        else:
            together[message.together].append(file)
    of = _row_cases(filings)
    return [_delivery(files, messages, of, campaign) for files in together.values()], repeats


def _delivery(
    files: list[FileView],
    messages: Mapping[int, MessageView],
    row_cases: Mapping[int, Mapping[int, int]],
    campaign: Campaign,
) -> _Delivery:
    names = [file.name for file in files]
    mails = {file.message_pk: messages[file.message_pk] for file in files}.values()
    subject = " ".join(said_of_lists(mail, campaign) for mail in mails)
    rows: dict[int, list[ListRow]] = {}
    for file in files:
        # Copies of a list that came together (Word and PDF) count once.
        rows.update(_rows(file, row_cases.get(file.id, {})))
    called = is_called((subject, *names), campaign.mail.replaces)
    return _Delivery(files, rows, adds(subject, names, campaign), called)


def _rows(file: FileView, cases: Mapping[int, int]) -> dict[int, list[ListRow]]:
    """Return the rows of a list by their cases."""
    rows: dict[int, list[ListRow]] = defaultdict(list)
    for number, row in enumerate(file.facts.get("rows", ())):
        if (case_id := cases.get(number)) is not None:
            rows[case_id].append(ListRow(file, {name: Cell.of(value, file) for name, value in row.items()}))
    return dict(rows)


def _row_cases(filings: Iterable[Filing]) -> dict[int, dict[int, int]]:
    """Return for each file which of its rows is which case."""
    cases: dict[int, dict[int, int]] = defaultdict(dict)
    for filing in filings:
        cases[filing.file_id][filing.row] = filing.case_id
    return cases


def said_of_lists(message: MessageView, campaign: Campaign) -> str:
    """Return what a mail says of its lists: its subject, and the sentences of its own text that speak of a list."""
    nouns = campaign.kind_of("summary_list").names
    told = [one for one in own_sentences(message.text) if any(noun in one for noun in nouns)]
    return " ".join((message.subject, *told))


def adds(subject: str, names: Iterable[str], campaign: Campaign) -> bool:
    """Tell whether a list is called an addition and not a correction; “补充照片” in a subject speaks of the photos."""
    words = campaign.mail.adds
    said = any(re.search(rf"{re.escape(word)}(?!\d*张?(?:照片|视频|推荐表|扫描件|图片))", subject) for word in words)
    called = is_called(names, words) or said
    return called and not is_called((subject, *names), campaign.mail.replaces)


def is_called(texts: Iterable[str], words: Iterable[str]) -> bool:
    """Tell whether one of these words stands in a subject or a file's name."""
    text = " ".join(texts)
    return any(word in text for word in words)
