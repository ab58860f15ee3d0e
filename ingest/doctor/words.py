"""Tells findings: a line each in Chinese or English, with what to do below it, or as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingest.doctor import chinese, english
from ingest.doctor.result import Check, Result
from reports.wording import one_line


@dataclass(frozen=True)
class Words:
    """The sentences of a language."""

    names: Mapping[str, str]
    states: Mapping[str, str]
    sentences: Mapping[str, tuple[str, str]]
    to_do: str
    summary: str

    def said(self, one: Result) -> str:
        """Return what is so, in one line."""
        return _on_one_line(self.sentences[one.key][0].format(**one.fields))

    def remedy(self, one: Result) -> str:
        """Return what is to be done; empty where nothing is."""
        return "" if one.state == "ok" else _on_one_line(self.sentences[one.key][1].format(**one.fields))

    def lines(self, check: Check, one: Result) -> list[str]:
        """Return the line of a finding, and one below it where something is to be done."""
        told = f"[{self.states[one.state]}] {self.names[check.name]}{self._colon}{self.said(one)}"
        return [told, *([f"    {self.to_do}{remedy}"] if (remedy := self.remedy(one)) else [])]

    def skipped(self, checks: Iterable[Check]) -> list[str]:
        """Return one line for all that could not be looked at; none where there is nothing."""
        names = "、".join(self.names[check.name] for check in checks)
        said = self.sentences["check.skipped"][0]
        return [f"[{self.states['skipped']}] {names}{self._colon}{said}"] if names else []

    def sum(self, results: Iterable[Result]) -> str:
        """Return how many of each state there are."""
        counted = Counter(one.state for one in results)
        return self.summary.format(**{state: counted[state] for state in self.states})  # type: ignore[index]

    def row(self, check: Check, one: Result) -> dict[str, str]:
        """Return a finding as other programs read it."""
        told = {"check": check.name, "name": self.names[check.name], "state": one.state, "code": one.key}
        return {**told, "message": self.said(one), "remedy": self.remedy(one)}

    @property
    def _colon(self) -> str:
        return "：" if self.to_do.endswith("：") else ": "


def _on_one_line(text: str) -> str:
    """Return a text without what would move on a terminal; links stay as they are, for nothing here opens them."""
    return one_line(text).replace("：//", "://")


LANGUAGES: Mapping[str, Words] = {
    "zh": Words(chinese.NAMES, chinese.STATES, chinese.SENTENCES, chinese.TO_DO, chinese.SUMMARY),
    "en": Words(english.NAMES, english.STATES, english.SENTENCES, english.TO_DO, english.SUMMARY),
}
