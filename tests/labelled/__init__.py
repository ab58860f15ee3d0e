"""A labelled set: documents of all channels with what whoever reads them must find, the same for the same seed."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.labelled.channels import CHANNELS, holds, written
from tests.labelled.forms import recommendation_form
from tests.labelled.lists import summary_list
from tests.labelled.materials import case_material
from tests.labelled.truth import Draft, Labelled

__all__ = ["CHANNELS", "Draft", "Labelled", "drafts", "labelled_set"]

# What comes: half forms, a third lists, the rest materials.
_MIX = (
    "recommendation_form",
    "summary_list",
    "recommendation_form",
    "summary_list",
    "recommendation_form",
    "case_material",
)
# A merged cell is blank in CSV, and nobody can tell a blank one from it.
_NOT_IN_CSV = ("merged_recommender",)
# The pictures of a list of more rows would be many pages, each of which OCR takes seconds for.
_MOST_ROWS_PICTURED = 20
_MOST_ROWS_PHOTOGRAPHED = 8


def labelled_set(
    folder: Path, seed: int = 2026, per_channel: int = 24, channels: Sequence[str] = CHANNELS
) -> list[Labelled]:
    """Write a labelled set into a folder, each channel's documents into a folder of its own.

    A channel's documents depend on the seed and the channel alone, so that a part of the set is the same as in whole.
    """
    labelled: list[Labelled] = []
    for channel in channels:
        own = folder / channel.replace(" ", "-")
        own.mkdir(parents=True)
        random = Random(f"{seed} {channel}")
        labelled += written(channel, drafts(channel, per_channel, random), own, random)
    return labelled


def drafts(channel: str, count: int, random: Random) -> list[Draft]:
    """Return so many documents of the kinds that come through a channel."""
    kinds = [kind for kind in _MIX if holds(channel, kind)]
    most = _MOST_ROWS_PHOTOGRAPHED if channel.startswith("photo") else _MOST_ROWS_PICTURED if "scan" in channel else 30
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        if kind == "summary_list":
            made.append(summary_list(random, most, without=_NOT_IN_CSV if channel == "csv" else ()))
        else:
            made.append(recommendation_form(random) if kind == "recommendation_form" else case_material(random))
    return made
