"""Puts files that a person brings into their place: into the vault, beside their message, and read at once.

They answer a cloud link of the message, by their names or because only one is open, or belong to the mail alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from config.errors import ConfigError
from ingest.desk import Desk
from ingest.importer import shown
from ingest.intake import file_all, read_one
from parsers.link_providers import LABELS
from parsers.names import safe_name
from store import supplied
from store.contents.blobs import chunks_of
from store.models import Link
from store.personal import closing
from store.supplied import Added

# What browsers and Windows put behind the name of a file that is there already.
_COPY = re.compile(r"(?:\s*\(\d{1,3}\)|\s*-\s*副本|\s*- copy)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Attached:
    """A file as it was put in its place: its name, the link that it answers, and whether it is new to the message.

    `decision` is the number by which that is undone.
    """

    name: str
    link: int | None
    new: bool
    decision: int | None = field(default=None, compare=False)


def attach(
    desk: Desk, message: str, files: Sequence[Path], number: int | None, person: str, now: datetime
) -> list[Attached]:
    """Add files to a message and read it anew; ConfigError, with nothing done, where one has no place there.

    NoRoomError, with nothing done either, where the disk has no room for them.
    """
    closing.refuse_on(desk.store)
    message_id = supplied.find_message(desk.store, message)
    if message_id is None:
        raise ConfigError(f"没有编号为 {message} 的来信；编号见日报和台账的“来信”一页")
    names = {file: name_of(file) for file in files}
    links = supplied.links(desk.store, message_id)
    answers = {file: _answered(name, links, number) for file, name in names.items()}
    desk.floor.check(sum(file.stat().st_size for file in names))
    done = []
    for file, name in names.items():
        link = answers[file]
        with file.open("rb") as opened:
            blob = desk.store.vault.keep(chunks_of(opened))
        one = supplied.add(desk.store, message_id, Added(name, blob, link.key if link else None, person), now)
        done.append(Attached(name, link.number if link else None, one.new, one.decision))
    read_one(desk, message_id)
    file_all(desk)
    return done


def name_of(file: Path) -> str:
    """Return a file's name as it is to stand in a message; ConfigError where it is not there, empty or a folder."""
    if not file.exists():
        raise ConfigError(f"{file}: 文件不存在")
    if not file.is_file():
        raise ConfigError(f"{file}: 不是文件；文件夹请先压缩，或逐个列出其中的文件")
    if not file.stat().st_size:
        raise ConfigError(f"{file}: 文件是空的（0 字节），请重新取得")
    return safe_name(shown(Path(file.name)))


def _answered(name: str, links: Sequence[Link], number: int | None) -> Link | None:
    """Return the link that a file answers; None where the message has none, ConfigError where it cannot be told."""
    if number is not None:
        chosen = next((link for link in links if link.number == number), None)
        if chosen is None:
            raise ConfigError(f"这封来信没有链接 {number}{_listed(links)}")
        return chosen
    waiting = [link for link in links if not link.answered]
    for key in (_plain, _stem):
        same = [link for link in links if link.name and key(link.name) == key(name)]
        if same:
            return next((link for link in same if not link.answered), same[0])
    if len(waiting) > 1:
        raise ConfigError(f"看不出《{name}》是哪个链接的文件，请加 --link 序号{_listed(waiting)}")
    return waiting[0] if waiting else None


def _plain(name: str) -> str:
    """Return a name as it is compared: widths, case and the marks of copies do not matter."""
    path = PurePosixPath(unicodedata.normalize("NFKC", name).strip().lower())
    return _COPY.sub("", path.stem).strip() + path.suffix


def _stem(name: str) -> str:
    return PurePosixPath(_plain(name)).stem


def _listed(links: Sequence[Link]) -> str:
    """Return the links to choose from."""
    return f"（{'，'.join(map(_shown, links))}）" if links else "（没有云附件链接）"


def _shown(link: Link) -> str:
    """Return a link as a person can tell it: by its name, else by its provider and where it leads."""
    if link.name:
        return f"{link.number} 《{link.name}》"
    return f"{link.number} 未写文件名，{LABELS.get(link.provider, link.provider)}{f' {link.url}' if link.url else ''}"
