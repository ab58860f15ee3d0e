"""How right is what is read? Every field of a labelled set, by channel and by field, with the worst misses."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.foreign_files import office_files, plain_files
from tests.labelled import CHANNELS, labelled_set
from tests.labelled.office import find_office
from tests.labelled.reading import readings_of
from tests.labelled.scoring import Judged, judged, kinds_of

SEED, PER_CHANNEL = 2026, 24
_PROCESSES = 2
_WORST, _OF_ONE = 60, 4
_LONGEST = 40
# Aims of the labelled set: 1 where nothing is left to chance.
_AIMS = {"scan": 0.99, "photo": 0.97}


def run() -> None:
    """Print the tables of accuracy over all channels."""
    assert find_office(), (
        "LibreOffice makes most channels: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui"
    )
    with tempfile.TemporaryDirectory() as folder:
        documents = labelled_set(Path(folder), SEED, PER_CHANNEL)
        readings = readings_of([document.path for document in documents], _PROCESSES)
        fields = [field for document in documents for field in judged(document, readings[document.path])]
    report(fields)
    with tempfile.TemporaryDirectory() as folder:
        report_foreign(Path(folder))


def report_foreign(folder: Path) -> None:
    """Print which files of another matter are taken for ours, those that OCR reads too."""
    files = plain_files(folder) | office_files(folder)
    readings = readings_of(list(files.values()), _PROCESSES)
    claimed = {name: kinds for name, path in files.items() if (kinds := kinds_of(readings[path].found))}
    print(f"\nforeign files claimed: {len(claimed)} of {len(files)} {claimed or ''}")


def report(fields: Sequence[Judged]) -> None:
    """Print accuracy by channel, by field and by layout, what of seals was told, and the worst misses."""
    values = [field for field in fields if not field.field.startswith("(")]
    kinds = [field for field in fields if field.field == "(kind)"]
    seals = [field for field in fields if field.field == "(stamped)"]
    print(
        f"\nLabelled set, seed {SEED}: {len(kinds)} documents, {len(values):,} fields, each right or wrong as a whole"
    )
    _channels(values, kinds)
    _by_field(values)
    _seals(seals)
    _misses([field for field in fields if not field.right])


def _channels(values: Sequence[Judged], kinds: Sequence[Judged]) -> None:
    print(f"{'channel':<20}{'fields':>8}{'right':>9}{'aim':>7}{'documents':>11}{'kind right':>12}{'whole right':>13}")
    for channel in CHANNELS:
        own = [field for field in values if field.document.channel == channel]
        told = [field for field in kinds if field.document.channel == channel]
        if not own:
            continue
        wrong = {field.document.path for field in own if not field.right}
        aim = next((aim for word, aim in _AIMS.items() if channel.startswith(word)), 1.0)
        print(
            f"{channel:<20}{len(own):>8}{_share(own):>9.2%}{aim:>7.0%}{len(told):>11}{_share(told):>12.1%}"
            f"{1 - len(wrong) / len(told):>13.1%}"
        )


def _by_field(values: Sequence[Judged]) -> None:
    """Print a row a field: digital channels together, then scans and photos."""
    print(f"\n{'field':<24}{'digital':>18}{'scans':>18}{'photos':>18}")
    for name, own in sorted(_grouped(values, lambda field: field.field).items()):
        parts = _grouped(own, lambda field: _group(field.document.channel))
        cells = "".join(f"{_share(parts[group]):>10.2%} of {len(parts[group]):<4}" for group in _GROUPS if parts[group])
        print(f"{name:<24}{cells}")


_GROUPS = ("digital", "scan", "photo")


def _group(channel: str) -> str:
    return next((word for word in _AIMS if channel.startswith(word)), "digital")


def _seals(seals: Sequence[Judged]) -> None:
    """Print how many seals were missed, how many were told that are not there, and what was said of grey copies."""
    for truth, what in (("True", "seals missed"), ("False", "false alarms"), ("None", "grey copies judged")):
        own = [field for field in seals if field.truth == truth]
        wrong = [field for field in own if not field.right]
        print(f"{what:<24}{len(wrong):>6} of {len(own)}")


def _misses(wrong: Sequence[Judged]) -> None:
    """List misses, those of digital files first, then of the documents with the most of them."""
    documents = _grouped(wrong, lambda field: str(field.document.path))
    print(f"\nmisses: {len(wrong)} in {len(documents)} documents")
    worst = sorted(documents.values(), key=lambda own: (_GROUPS.index(_group(own[0].document.channel)), -len(own)))
    order = [field for own in worst for field in own[:_OF_ONE]]
    for field in order[:_WORST]:
        where = f"{field.document.channel} {field.document.path.name} ({field.document.layout})"
        print(f"  {where} {field.field}: {_cut(field.truth)} read as {_cut(field.got)} from {_cut(field.raw)}")


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _share(fields: Sequence[Judged]) -> float:
    return sum(field.right for field in fields) / len(fields)


def _grouped(fields: Iterable[Judged], of: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for field in fields:
        groups[of(field)].append(field)
    return groups
