"""Which fields of a case does a finding speak of? By the captions that its words hold: their rows can be gone to."""

import re
from collections.abc import Iterator, Mapping

from config.campaign import Campaign
from reports.finding import Finding
from reports.sides import captions_of

# Findings of other kinds speak of papers, photos and mails, though a caption may stand in their words too.
_OF_FIELDS = ("form.field_", "list.row_incomplete", "eligibility.", "mismatch.")
# What somebody wrote is no caption.
_QUOTED = re.compile("“[^“”]*”|《[^《》]*》")


def fields_named(finding: Finding, campaign: Campaign) -> dict[str, str]:
    """Return the fields of which a finding speaks, each with its caption, as they stand in its words."""
    if not finding.code.startswith(_OF_FIELDS):
        return {}
    captions = captions_of(campaign)
    text = _QUOTED.sub("", finding.message)
    found: list[tuple[int, str, str]] = []
    for words, name in _called(captions, campaign):
        if (place := text.find(words)) >= 0:
            found.append((place, name, captions[name]))
            # A shorter caption may be the beginning of a longer one.
            text = text.replace(words, "\0" * len(words))
    return {name: caption for _, name, caption in sorted(found)}


def _called(captions: Mapping[str, str], campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Yield what fields are called, in the form or in the list, the longest first."""
    listed = {caption: name for name, caption in campaign.summary_list.captions.items() if name in captions}
    called = {**listed, **{caption: name for name, caption in captions.items()}}
    yield from sorted(called.items(), key=lambda one: -len(one[0]))
