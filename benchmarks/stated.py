"""How surely is told what a case material states? Right, wrong and silent by field, over generated introductions."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from config.naming import company_key
from parsers.reading import read_content
from tests.doc_reading import CAMPAIGN
from tests.labelled.introductions import FIELDS, HARD, PLAIN, Introduction, introductions
from tests.material_builders import docx, material

COUNT = 420
_WORST = 20


def run() -> None:
    """Print for each field how many statements were told right, wrong, or not at all, and what was told wrong."""
    told: Counter[tuple[str, str]] = Counter()
    misses = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "材料.docx"
        for one in introductions(COUNT):
            stated = stated_by(one, path)
            for field in FIELDS:
                verdict = judged(field, one.truth[field], stated.get(field))
                told[field, verdict] += 1
                if verdict in {"wrong", "silent"}:
                    misses.append((verdict, field, one, stated.get(field)))
    print(f"\n{COUNT} introductions in {len(PLAIN)} phrasings and {len(HARD)} hard ones, read from .docx")
    print(f"{'field':<16}{'right':>8}{'wrong':>8}{'silent':>8}{'nothing said, none told':>26}{'wrong of all':>14}")
    for field in FIELDS:
        row = [told[field, verdict] for verdict in ("right", "wrong", "silent", "none")]
        print(f"{field:<16}{row[0]:>8}{row[1]:>8}{row[2]:>8}{row[3]:>26}{row[1] / COUNT:>14.1%}")
    for verdict, field, one, value in sorted(misses, key=lambda miss: miss[0], reverse=True)[:_WORST]:
        print(f"  {verdict} {field} ({one.phrasing}): {one.truth[field]!r} told as {value!r} from {one.text}")


def stated_by(one: Introduction, path: Path) -> dict[str, Any]:
    """Return what is told to be stated in a material with an introduction, read from a file that is written here."""
    bodies = {"introduction": [one.text], **({"company": [one.company]} if one.company else {})}
    path.write_bytes(docx(*material(bodies=bodies)))
    (found,) = read_content(path, path.stat().st_size, CAMPAIGN).found
    return {name: cell["value"] for name, cell in found.facts["stated"].items()}


def judged(field: str, truth: str | float | None, value: str | float | None) -> str:
    """Return right, wrong, silent (stated and not told), or none (neither stated nor told)."""
    if value is None:
        return "none" if truth is None else "silent"
    same = company_key(str(value)) == company_key(str(truth)) if field == "company" and truth else value == truth
    return "right" if same else "wrong"
