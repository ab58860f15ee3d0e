"""Answers a question, or says that it was not understood, with what may have been meant and what can be asked."""

from collections.abc import Iterable

from config.divisions import divisions
from config.matching import Named, likeness
from reports.finding import Assessment
from reports.picture import Picture
from reports.queries.ask.answer import Answer, Inquiry
from reports.queries.ask.lexicon import GAP, meaning_of, tidied
from reports.queries.ask.names import Names, names_in
from reports.queries.ask.questions import EXAMPLES, QUESTIONS
from reports.queries.errors import perhaps
from reports.wording import joined, one_line

_LONGEST = 200
_SLIP = 0.4
_NAMED = 5


def ask(assessment: Assessment, question: str, named: Picture | None = None) -> Answer:
    """Return the answer to a question on a campaign; `understood` is false where it was not.

    Names are looked for in the picture `named`, if that holds all that the question can speak of.
    """
    known = named or assessment.picture
    tidy = tidied(question)
    if not tidy or len(tidy) > _LONGEST:
        return _puzzled("请把问题写在一句话里，如：江苏交了没", ())
    names = names_in(tidy, known)
    meaning = meaning_of(names.rest)
    if meaning.unknown:
        _take_counties(names, meaning.unknown)
        meaning = meaning_of(names.rest)
    if meaning.unknown:
        return _unknown(tidy, meaning.unknown, known)
    if doubt := _several(names):
        return _puzzled(doubt, ())
    subject = _subject(names)
    fitting = (one for one in QUESTIONS if one.fits(subject, meaning.concepts))
    found = next(fitting, None)
    if found is None:
        return _puzzled("这句话没有看懂", ())
    return found.answer(Inquiry(names, meaning.concepts, assessment))


def _take_counties(names: Names, unknown: Iterable[str]) -> None:
    """Take words for the cities that they name by themselves: 昆山 counts to 苏州市."""
    for word in unknown:
        unit = divisions().find_city(word)
        if unit is not None:
            names.cities.append((unit.province, unit.city))
            names.counted = names.counted or word
            names.rest = names.rest.replace(word, GAP, 1)


def _subject(names: Names) -> str:
    """Return of what kind the names of a question are."""
    if names.address or names.subject:
        return "mail"
    kinds = {
        "case": names.cases,
        "company": names.companies,
        "type": names.types,
        "city": names.cities,
        "province": names.provinces,
    }
    there = [kind for kind, found in kinds.items() if found]
    # Where a community or a company lies is only said to tell it from others.
    first = there[0] if there else "day" if names.day else "whole"
    told = [first, *(["province"] if first == "type" and names.provinces else [])]
    if first == "company" and names.types:
        # Half a question is not answered for the whole.
        told.append("type")
    if names.item == "material" and first not in {"case", "company"}:
        # Whoever speaks of no community means all that was sent.
        names.item = None
    if names.item and not (first == "province" and names.item != "list"):
        told.append("item")
    elif names.item:
        told.append("other")
    if names.day and first != "day":
        told.append("day")
    return "+".join(told)


def _several(names: Names) -> str:
    """Return what to ask back where a question names several of a kind, or one that is not where it says."""
    if names.provinces and names.cases and not any(case.province in names.provinces for case in names.cases):
        return f"{joined(names.provinces)}没有这个小区，有的是 {_cases(names)}"
    if len(names.cases) > 1:
        return f"“{names.cases[0].community}”不止一个：{_cases(names)}，请连省、市一起写"
    for kind, found in (("省", names.provinces), ("市", [city for _, city in names.cities]), ("类型", names.types)):
        if len(found) > 1:
            return f"请一次只问一个{kind}（{joined(found)}）"
    if len(names.companies) > 1:
        return f"这个名称对应几家企业：{joined(names.companies, _NAMED)}，请写全"
    return ""


def _cases(names: Names) -> str:
    return joined([str(case.name) for case in names.cases], _NAMED)


def _unknown(question: str, words: Iterable[str], picture: Picture) -> Answer:
    """Say which words were not understood, and what may have been meant by them."""
    known = [one_line(word) for word in words]
    meant = [question.replace(word, name) for word in words if word in question for name in _near(word, picture)]
    return _puzzled(f"没有看懂“{'”“'.join(known)}”", meant)


def _near(word: str, picture: Picture) -> list[str]:
    """Return the names of communities and provinces that a word may be a slip of."""
    own = Named(word)
    alike = sorted(((likeness(own, Named(case.community)), case.community) for case in picture.cases), reverse=True)
    found = [name for sure, name in alike if sure >= _SLIP]
    # A single character is a slip of too many names.
    if not found and len(word) > 1 and (told := perhaps(word, (view.province for view in picture.associations))):
        found = told.removeprefix("，是不是 ").removesuffix("？").split("、")
    return list(dict.fromkeys(found))[:_NAMED]


def _puzzled(why: str, meant: Iterable[str]) -> Answer:
    """Return that a question was not understood: why, what may have been meant, and what can be asked."""
    offered = [f"你是不是想问：{one}" for one in dict.fromkeys(meant)]
    examples = [f"可以这样问：{one}" for one in EXAMPLES]
    more = "按条件查案例请用 zhengji cases，如 zhengji cases --province 浙江 --missing 推荐表"
    return Answer("none", "", f"{why}，不敢乱答", tuple(offered or [*examples, more]), understood=False)
