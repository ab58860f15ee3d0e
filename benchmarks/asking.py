"""How many of the phone's questions are understood: of those by which words were added, and of those held out."""

import csv
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reports.queries.ask.ask import ask
from tests.phone_campaign import NOW, phone_campaign

QUESTIONS = Path(__file__).with_name("questions.csv")


@dataclass(frozen=True)
class Asked:
    """A question, what it asks and of whom, and what was understood: right, refused (nothing said) or wrong."""

    question: str
    kind: str
    about: str
    outcome: str
    told: str


def asked(*, held_out: bool) -> Iterator[Asked]:
    """Yield the questions that words were added by, or those that were written before and held out."""
    made = phone_campaign(NOW)
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in (row for row in rows if row["part"] == ("held" if held_out else "tuned")):
        answer = ask(made, row["question"])
        # Days are named as they were said; no label tells them.
        about = "" if answer.kind == "mails" else answer.about
        right = (answer.kind, about) == (row["kind"], row["about"])
        outcome = "right" if right else "wrong" if answer.understood else "refused"
        yield Asked(row["question"], row["kind"], row["about"], outcome, f"{answer.kind} {about}")


def run() -> None:
    """Print both halves' numbers; with SHOW=1 the failures of the part that words were added by."""
    for held_out in (False, True):
        started = time.perf_counter()
        every = list(asked(held_out=held_out))
        seconds = time.perf_counter() - started
        meant = [one for one in every if one.kind != "none"]
        nothing = [one for one in every if one.kind == "none"]
        counts = {word: sum(one.outcome == word for one in meant) for word in ("right", "refused", "wrong")}
        refused = sum(one.outcome == "right" for one in nothing)
        name = "held out" if held_out else "tuned on"
        print(
            f"{name}: {len(meant)} questions: {counts['right']} right ({counts['right'] / len(meant):.1%}), "
            f"{counts['refused']} not understood, {counts['wrong']} wrong; of {len(nothing)} that nobody can answer "
            f"{refused} refused; {1000 * seconds / len(every):.1f} ms a question"
        )
        if not held_out and os.environ.get("SHOW"):
            for one in every:
                if one.outcome != "right":
                    print(f"  {one.outcome}: {one.question}: {one.kind} {one.about}, not {one.told}")
