"""What the materials say: in which of them do the words stand, with the passages; and what a question is answered."""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from config.naming import folded
from reports.console.asked import Console
from reports.console.board import Seen
from reports.console.leads import lead
from reports.console.search.index import index_of
from reports.console.search.sought import IN_TEXT, Group, Hit, Sought
from reports.picture import CaseView
from reports.queries import fulltext, words
from reports.queries.ask.answer import Answer
from reports.queries.ask.ask import ask
from reports.queries.errors import AskedWrongError
from reports.queries.fulltext import Hits, Library
from reports.wording import masked
from store import documents, searching

_PASSAGES = 2
_WORD = "案例材料里的文字"
# What makes words a question; a mere name is none, and need not be read as one.
_ASKS = re.compile(
    r"[吗呢谁哪几缺齐没?？迟晚]|多少|什么|怎么|为何|何时|联系|电话|截止|今天|昨天|前天|最近|盖章|公章|报了|交了|收到|来信|名额"
)
_LONGEST_QUESTION = 100
# With more cases than this, a question is only searched for the communities that stand in it by their names.
_NAMED_AT_ONCE = 5_000


def passages(sought: Sought, console: Console, seen: Seen) -> Group:
    """Return the cases whose materials hold the words, with passages; only the first ones where they are many."""
    try:
        asked = words.asked(sought.text)
    except AskedWrongError:
        return Group(_WORD, ())
    # So many materials are looked into at once; all of them are what queries are for.
    contents = searching.first(console.store, asked.all_of, sought.at_most)
    everywhere = f"/queries?{urlencode({'show': 1, 'text': sought.text})}"
    if contents is None:
        return Group(_WORD, (), everywhere, "到全部材料里找")
    some = [case for part in seen.once(index_of) for one in contents for case in part.cases.materials.get(one, ())]
    library = Library(dict.fromkeys, partial(documents.texts, console.store), console.campaign)
    found = fulltext.find(some, asked, library).hits
    shown = sorted((case for case in some if case.id in found), key=lambda case: found[case.id].rank)
    hits = [hit for case in shown if (hit := _hit(case, found[case.id], sought, seen))]
    note = "材料很多，这里只看了一部分，点开看全部" if len(contents) == sought.at_most else "看全部"
    return Group(_WORD, hits[: sought.at_most], everywhere if hits else "", note)


def _hit(case: CaseView, found: Hits, sought: Sought, seen: Seen) -> Hit | None:
    own = [one for one in found.snippets if sought.open or one.hit in masked(f"{one.before}{one.hit}{one.after}")]
    if not own:
        return None
    shown = [(one.section, one.before, one.hit, one.after) for one in own[:_PASSAGES]]
    more = " · ".join(one for one in (case.province, case.city, f"{found.count} 处") if one)
    return Hit(case.community, lead(case, seen), more, IN_TEXT, passages=shown)


def answer(sought: Sought, seen: Seen) -> Answer | None:
    """Return the answer to a question; None where the words are none, or one that is not understood."""
    text = sought.text
    if len(text) > _LONGEST_QUESTION or not _ASKS.search(text):
        return None
    assessment = seen.assessment
    named = assessment.picture
    if len(named.cases) > _NAMED_AT_ONCE:
        named = replace(named, cases=_cases_in(text, seen))
    told = ask(assessment, text, named)
    return told if told.understood else None


def _cases_in(text: str, seen: Seen) -> tuple[CaseView, ...]:
    """Return the cases whose names stand in a text."""
    key = folded(text)
    pieces = {key[start:end] for start in range(len(key)) for end in range(start + 2, len(key) + 1)}
    return tuple(case for part in seen.once(index_of) for one in pieces for case in part.cases.by_name.get(one, ()))
