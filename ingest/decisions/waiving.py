"""Waives many findings for one reason: each as `deciding.waive` does it, but with one look at the campaign for all."""

from collections.abc import Sequence

from config.errors import ConfigError, DecidedBeforeError
from ingest.decisions.deciding import Clerk, waiver_of
from ingest.decisions.settling import DecisionError, keep_each
from ingest.intake import file_all
from reports.console.acts import Told
from reports.lookup import finding_named
from store import decisions
from store.decisions import Wanted


def waive_each(clerk: Clerk, targets: Sequence[str]) -> Told:
    """Waive findings; what cannot be waived is told, and holds up no others. DecisionError without a reason."""
    if not clerk.person.note:
        raise DecisionError("豁免要写明理由：--note 理由")
    assessment = clerk.assessment
    # A number that is whole is found at once; of a short one it must be known that no other begins so.
    whole = {one.id: one for one in assessment.findings}
    wanted: list[Wanted] = []
    told = Told([], [])
    for target in dict.fromkeys(targets):
        try:
            found = whole.get(target) or finding_named(assessment, target)
            wanted.append(waiver_of(found, target, clerk.seen))
        except ConfigError as error:
            told.failed.append(str(error))
    for kept in keep_each(clerk.desk, decisions.WAIVED, wanted, clerk.person):
        if isinstance(kept, DecidedBeforeError):
            told.failed.append(f"{kept.told}，没有改动")
        else:
            told.done.extend(kept)
    file_all(clerk.desk)
    return told
