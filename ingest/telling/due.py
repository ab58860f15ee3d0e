"""When the digest of a day is due, and until when it may still go out by itself."""

from datetime import datetime, time, tzinfo

from reports.deadline import is_working_day

# A machine that comes back in the evening sends nothing any more: nobody reads mail of the office at night.
EVENING = time(20)


def is_due(now: datetime, at: time, zone: tzinfo) -> bool:
    """Tell whether a moment lies on a working day between the set time and the evening, on the campaign's clock.

    Where the set time itself is later than that, it is due until midnight. What was not sent on its day is not due.
    """
    local = now.astimezone(zone)
    late = EVENING if at < EVENING else time.max
    return is_working_day(local.date()) and at <= local.time() < late
