"""What is read anew because somebody asked for it: begun here, shown while it goes on, told when it is over."""

from collections.abc import Sequence
from functools import partial

from starlette.responses import Response

from reports.console.asked import Asked, Done
from reports.console.mail.chores import Chore, Work
from reports.console.route import Route, write
from store import activity
from store.activity import Deed

_RETRY = "重读来信"


def done_by(asked: Asked, called: str, work: Work, target: str, *, alone: bool = False) -> Done:
    """Do what may read documents; where that takes long, answer that it goes on, and tell its end as a notice."""
    chores = asked.console.chores
    chore = chores.begin(Chore(called, asked.who.name, asked.now, work), alone=alone)
    if chore.finished.wait(chores.patience) or not chore.tell_later(partial(_tell, asked, called, target)):
        return Done(chore.result(), asked.back, target)
    return Done([f"正在{called}，可能要几分钟；您可以接着做别的，做完会在页面上方告诉您"], asked.back, target)


def _tell(asked: Asked, called: str, target: str, lines: Sequence[str]) -> None:
    """Tell whoever asked, and the activity log, what something came to that went on after the answer."""
    if asked.session:
        asked.console.notices.add(asked.session.id, lines)
        action, told = f"{called}（做完）", "\n".join(lines)
        deed = Deed(asked.console.now(), asked.session.person, asked.address, action, target, told)
        activity.note(asked.console.store, deed)


def retry(asked: Asked) -> Done:
    """Read anew the mails that failed, and the scans that could not be read."""
    who = asked.who
    return done_by(asked, _RETRY, lambda: asked.console.acts.retry(who), "/inbox", alone=True)


def doing(asked: Asked) -> Response:
    """Return what is being done just now, as the part of the inbox that looks anew; once over, the page looks anew."""
    running = asked.console.chores.running
    response = asked.show("doing.html", running=running)
    if not running:
        response.headers["HX-Refresh"] = "true"
    return response


ROUTES = (
    Route("/inbox/doing", doing),
    write("/inbox/retry", retry, _RETRY),
)
