"""A letter as files: a draft that mail programs open for sending, its text, the short message; which drafts there are.

The folder's 草稿目录.json tells later what each draft asks for, so that one for what has come meanwhile is known.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from reports.letters.letter import Letter
from reports.letters.situations import KINDS
from reports.making.writing import write_beside

INDEX = "草稿目录.json"
# What no file's name may hold on Windows.
_FORBIDDEN = set('\\/:*?"<>|')


@dataclass(frozen=True)
class Draft:
    """A draft that lies in a folder: of which letter, what it asks for, and its text."""

    path: Path
    province: str
    what: str
    as_of: datetime
    items: tuple[Mapping[str, Any], ...]
    text: str
    # The mailbox in whose drafts it lies too; empty where it lies in none.
    mailbox: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The findings that it asks about."""
        return frozenset(item["id"] for item in self.items)


def as_mail(letter: Letter, sender: str, *, draft: bool = True, to: Iterable[str] | None = None) -> EmailMessage:
    """Return a letter as a mail; a draft opens in Outlook and Foxmail as one that is still to be sent.

    ValueError where an address cannot be one.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    addresses = letter.to.addresses if to is None else tuple(to)
    if addresses:
        mail["To"] = [Address(addr_spec=address) for address in addresses]
    mail["Subject"], mail["Date"], mail["Message-ID"] = letter.subject, letter.as_of, letter.message_id
    if draft:
        mail["X-Unsent"] = "1"
    mail.set_content(letter.text, charset="utf-8", cte="base64")
    return mail


def write(letters: Iterable[Letter], folder: Path, sender: str, mailbox: str = "") -> list[Path]:
    """Write letters as drafts, texts and short messages into a folder, and note them there; return the paths.

    Raises OSError.
    """
    written, noted = [], _index(folder)
    for letter in letters:
        name = f"{letter.what}-{fit(letter.province)}-{letter.day.isoformat()}"
        draft, text = folder / f"{name}.eml", folder / f"{name}.txt"
        short = folder / f"微信-{fit(letter.province)}-{letter.day.isoformat()}.txt"
        write_beside(draft, as_mail(letter, sender).as_bytes())
        write_beside(text, _text(letter).encode("utf-8"))
        write_beside(short, letter.wechat.encode("utf-8"))
        noted[draft.name] = _noted(letter, mailbox or str(noted.get(draft.name, {}).get("mailbox", "")))
        written += [draft, text, short]
    if written:
        write_beside(folder / INDEX, json.dumps(noted, ensure_ascii=False, indent=1).encode("utf-8"))
    return written


def _text(letter: Letter) -> str:
    to = "；".join(letter.to.addresses) or f"（未填：{letter.to.source}）"
    return f"收件人：{to}\n主题：{letter.subject}\n\n{letter.text}"


def _noted(letter: Letter, mailbox: str) -> dict[str, Any]:
    return {
        "province": letter.province,
        "what": letter.what,
        "as_of": letter.as_of.isoformat(),
        "items": letter.asked,
        "text": letter.text,
        "mailbox": mailbox,
    }


def fit(name: str) -> str:
    """Return a name that can be part of a file's name on every system."""
    return "".join("_" if character in _FORBIDDEN or not character.isprintable() else character for character in name)


def _index(folder: Path) -> dict[str, Any]:
    """Return what a folder notes of its drafts; nothing where it cannot be read, for it is only a help."""
    try:
        noted = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def drafts_in(folder: Path) -> tuple[Draft, ...]:
    """Return the drafts that lie in a folder, the oldest first."""
    found = []
    for name, one in _index(folder).items():
        path = folder / name
        if isinstance(one, dict) and path.is_file() and one.get("what") in KINDS:
            items = tuple(item for item in one.get("items", ()) if isinstance(item, dict) and "id" in item)
            as_of = datetime.fromisoformat(one["as_of"])
            found.append(
                Draft(path, one["province"], one["what"], as_of, items, one.get("text", ""), one.get("mailbox", ""))
            )
    return tuple(sorted(found, key=lambda draft: (draft.as_of, draft.path.name)))
