"""The questions that can be answered: of whom, in which words, and by what. The first that fits is answered.

A question fits where its names are of the kind it needs, one word of each group of `must` stands in it, and no word of
another meaning than those and `may`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reports.queries.ask import of_all, of_cases, of_provinces
from reports.queries.ask.answer import Answer, Inquiry

_SENT = "submit when not material situation new mail take"


@dataclass(frozen=True)
class Question:
    """A question: what it needs a name of, groups of meanings (one of each), further meanings, and an example."""

    needs: str
    must: tuple[str, ...]
    may: str
    answer: Callable[[Inquiry], Answer]
    example: str = ""

    def fits(self, subject: str, concepts: frozenset[str]) -> bool:
        """Tell whether a question with such names and meanings is this one."""
        groups = [frozenset(group.split()) for group in self.must]
        known = frozenset(self.may.split()).union(*groups) if groups else frozenset(self.may.split())
        return subject in self.needs.split() and all(group & concepts for group in groups) and concepts <= known


_MANY = "count which what who total"
_LATE = "submit not days deadline count when material take"

# `whole` is a question without a name, `item` after another one that it also asks for a part: 春江花园的推荐表.
QUESTIONS = (
    Question("mail", (), f"{_SENT} count which what item", of_all.one_mail, "office@example.cn 的邮件收到没有"),
    Question(
        "whole province", ("link",), f"{_MANY} when download expires past not material submit province situation",
        of_provinces.cloud, "云附件有没有没下的",
    ),
    Question(
        "province", ("contact",), f"{_MANY} mail province give submit", of_provinces.contact,
        "四川联系人是谁、电话多少",
    ),
    Question(
        "case", ("contact",), f"{_MANY} mail province give submit", of_cases.contact, "春江花园联系人是谁"
    ),
    Question("province", ("late past",), _LATE, of_provinces.late, "陕西迟了吗"),
    Question("case", ("late past",), _LATE, of_cases.was_late),
    Question(
        "whole", ("late past", "who which count province"), "submit not what material case", of_all.late,
        "哪些省迟到了",
    ),
    Question(
        "whole province", ("deadline days expires",), "remain when submit count not what material which",
        of_provinces.deadline, "截止还有几天",
    ),
    Question(
        "day province+day", ("submit mail new who which what",), "province count material case not situation",
        of_all.mails, "今天来了哪些信",
    ),
    Question("day", (), "", of_all.mails),
    Question(
        "case+item", (), f"{_SENT} stamp count complete lack scan which what", of_cases.item,
        "春江花园的推荐表收到没有",
    ),
    Question("case", ("stamp",), f"{_SENT} scan", of_cases.item),
    Question(
        "province+item", (), f"{_SENT} stamp scan count which what", of_provinces.listed, "浙江的清单盖章了没有"
    ),
    Question("province", ("scan stamp",), f"{_SENT} count", of_provinces.listed),
    Question("city", ("problem",), "which what not case count material", of_all.place_findings),
    Question("city", ("lack complete",), f"{_SENT} which what count case", of_all.city_outstanding),
    Question(
        "city", (), "submit count case quota which what remain not when situation total complete", of_all.city,
        "杭州报了几个、超没超名额",
    ),
    Question("whole", ("quota",), "city which count not who submit case what", of_all.over, "哪些市超名额了"),
    Question(
        "type type+province", (), "count case submit which what total not situation type", of_cases.of_type,
        "弃管小区有几个",
    ),
    Question("whole province", ("type",), "count case submit which what total situation", of_cases.of_type),
    Question(
        "company", (), "count case submit which what total not when situation", of_cases.company, "春江物业报了几个小区"
    ),
    Question("case", ("problem",), "which what not stamp count material", of_cases.findings, "春江花园为什么被标"),
    Question("province", ("problem",), "which what not count material case", of_all.place_findings, "湖北有什么问题"),
    Question(
        "province", ("lack complete",), f"{_SENT} which what count case", of_provinces.outstanding, "浙江还缺什么"
    ),
    Question("province", ("not", "which what"), "submit material complete", of_provinces.outstanding),
    Question("case", ("lack complete",), f"{_SENT} which what count", of_cases.outstanding, "春江花园还缺什么"),
    Question("case", ("not", "which what"), "submit material", of_cases.outstanding),
    Question(
        "whole", ("complete",), "submit province who which count material case total what situation", of_all.complete,
        "哪些省齐了",
    ),
    Question(
        "whole", ("not lack", "who which province remain"), "submit count material situation what case mail complete",
        of_all.silent, "谁还没交",
    ),
    Question(
        "whole", ("count total which province situation", "submit case province total situation"), "what material who",
        of_all.totals, "一共收到多少案例、多少个省",
    ),
    Question(
        "province", ("count which case total", "submit case count"), "material what situation", of_provinces.cases,
        "浙江报了几个",
    ),
    Question("province", (), f"{_SENT} what", of_provinces.submitted, "江苏交了没"),
    Question("case", (), f"{_SENT} what", of_cases.status, "春江花园报了没有"),
)  # fmt: skip
EXAMPLES = tuple(one.example for one in QUESTIONS if one.example)
