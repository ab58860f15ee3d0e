"""How the console's pages are rendered: escaped, without unseen characters, and masked for readers."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reports import wording
from reports.console.roles import ROLES
from reports.making.templating import console_environment

STATIC = Path(__file__).parent / "static"
_KEPT = "\n\t"
# What findings say for the command line; here are buttons for it.
_COMMAND = re.compile(r"[，；。]?[^，；。]{0,5}运行 zhengji [^；。，（）]*")
# No number that is masked is longer, however it is spaced.
_LONGEST_NUMBER = 60
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def rendered(template: str, values: Mapping[str, Any], *, masking: bool) -> str:
    """Return a page of reports/console/templates with its values."""
    text: str = _environment(masking).get_template(template).render(values)
    return text


def seen_text(text: str) -> str:
    """Return a stranger's text without what is not seen or turns the direction of reading; lines stay lines."""
    if text.isprintable():
        return text
    kept = (one for one in wording.sound(text) if one in _KEPT or unicodedata.category(one) not in _UNSEEN)
    return "".join(kept)


@cache
def _environment(masking: bool) -> Any:  # noqa: ANN401, FBT001 (jinja has one door; a key of the cache)
    made = console_environment(_masked if masking else _shown)
    made.globals.update(static=_static, roles=ROLES, severities=wording.SEVERITIES, statuses=wording.STATUSES)
    made.globals.update(finding_statuses=wording.FINDING_STATUSES, kinds=wording.MESSAGE_KINDS, levels=wording.LEVELS)
    made.filters.update(
        clock=_moment(wording.clock),
        short_clock=_moment(wording.short_clock),
        size=wording.size,
        here=_here,
        unmasked=_unmasked,
        clipped=_clipped_masked if masking else wording.clipped,
    )
    return made


def _shown(value: object) -> object:
    if value is None:
        return ""
    return seen_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _masked(value: object) -> object:
    if value is None:
        return ""
    return wording.masked(seen_text(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _here(text: str) -> str:
    """Return what a finding says without the command that does what a button does here."""
    return _COMMAND.sub("", text)


def _unmasked(text: str) -> Markup:
    """Return what is our own and holds no phone number, though its digits look like one: a hash."""
    return Markup("{}").format(seen_text(text))


def _clipped_masked(text: str, length: int) -> str:
    """Return a text masked before it is cut: half a phone number is known as none."""
    return wording.clipped(wording.masked(text[: length + _LONGEST_NUMBER]), length)


def _moment(said: Any) -> Any:  # noqa: ANN401 (a filter)
    def filtered(moment: datetime | None, zone: Any) -> str:  # noqa: ANN401 (a time zone)
        return said(moment, zone) if moment else ""

    return filtered


@cache
def _static(name: str) -> str:
    """Return the address of a file that comes with the console; another content, another address."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]
    return f"/static/{name}?v={mark}"
