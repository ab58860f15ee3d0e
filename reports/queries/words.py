"""What is asked of the full text: words that must stand there, alternatives, phrases, and words that must not.

电梯 更新 = both; “电梯更新” = as it stands; 电梯|扶梯 = one of them; -商铺 = not.
"""

import re
from dataclasses import dataclass

from config.search_terms import Word
from reports.queries.errors import AskedWrongError

_LONGEST, _MOST_WORDS = 300, 20
# A phrase in quotes, a bar between alternatives, or what stands between white space.
_TOKEN = re.compile(
    r"(?P<bar>[|｜])|(?P<minus>(?<!\S)[-－−])?(?:\"(?P<a>[^\"]*)\"?|“(?P<b>[^”]*)”?|「(?P<c>[^」]*)」?|(?P<word>[^\s|｜\"“「]+))"
)


@dataclass(frozen=True)
class Asked:
    """What a text must hold: of each group of `all_of` one word, and none of `none_of`."""

    all_of: tuple[tuple[Word, ...], ...]
    none_of: tuple[Word, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that are shown where they stand."""
        return tuple(dict.fromkeys(word for group in self.all_of for word in group))


def asked(text: str) -> Asked:
    """Return what a person's words ask for; AskedWrongError where they ask for nothing, or too much."""
    if len(text) > _LONGEST:
        raise AskedWrongError(f"--text 太长（最多 {_LONGEST} 个字）")
    groups: list[list[Word]] = []
    without: list[Word] = []
    joins = False
    for token in _TOKEN.finditer(text):
        if token["bar"]:
            joins = bool(groups)
            continue
        word = Word(next((token[name] for name in ("a", "b", "c", "word") if token[name] is not None), "").strip())
        if not word.says_something:
            continue
        if token["minus"]:
            without.append(word)
        elif joins:
            groups[-1].append(word)
        else:
            groups.append([word])
        joins = False
    if not groups:
        reason = "只写了不要的词，请再写一个要找的" if without else "请写要找的词，如 电梯、“电梯更新”、电梯|扶梯"
        raise AskedWrongError(f"--text：{reason}")
    if sum(map(len, groups)) + len(without) > _MOST_WORDS:
        raise AskedWrongError(f"--text 一次最多 {_MOST_WORDS} 个词")
    return Asked(tuple(map(tuple, groups)), tuple(without))
