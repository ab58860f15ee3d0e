"""Is a case late, by its own association's deadline? Also where only a part of what is required came after it."""

from datetime import datetime

from reports.facts.case_facts import late_items
from reports.moments import first_taken
from reports.picture import CaseView, Picture


def deadline_of(case: CaseView, picture: Picture) -> datetime:
    """Return the last moment for a case: that of its association, else the campaign's."""
    own = (view.deadline for view in picture.associations if view.province == case.province)
    return next(own, picture.campaign.call.last_moment)


def is_late(case: CaseView, picture: Picture) -> bool | None:
    """Tell whether a case, or one of its required items, came after its deadline; None where nothing came."""
    first = first_taken(case)
    if first is None:
        return None
    limit = deadline_of(case, picture)
    return first > limit or bool(late_items(case, limit, picture.campaign))
