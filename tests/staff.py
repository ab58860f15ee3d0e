"""What staff and their mail server do to a mailbox on a real Dovecot behind a reader's back."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.servers import Account, program


def move(account: Account, uid: int, source: str, target: str) -> None:
    """Move a mail into a folder that is there."""
    command = [program("doveadm", "dovecot-core"), "-c", str(account.server.folder / "dovecot.conf"), "move"]
    command += ["-u", account.user, target, "mailbox", source, "uid", str(uid)]
    subprocess.run(command, check=True, capture_output=True)


def expunge(account: Account, folder: str, *uids: int) -> None:
    """Delete mails for good."""
    with account.client() as client:
        client.select_folder(folder)
        client.delete_messages(uids)
        client.expunge()


def renumber(account: Account, number: Callable[[int], int], *, validity: int = 0, next_uid: int = 0) -> None:
    """Give the inbox's mails other UIDs, and UIDVALIDITY so much more, as a server does that was restored or moved.

    `next_uid` is the number of the next mail to come, by default the one after the last.
    """
    box = account.server.folder / "mail" / account.user
    header, *lines = (box / "dovecot-uidlist").read_text(encoding="utf-8").splitlines()
    _, said, _, guid = header.split(" ")
    numbered = sorted((number(int(line.split(" ")[0])), line.split(" ", 1)[1]) for line in lines)
    following = next_uid or max((uid for uid, _ in numbered), default=0) + 1
    rows = [f"3 V{int(said[1:]) + validity} N{following} {guid}", *(f"{uid} {rest}" for uid, rest in numbered)]
    _replace(box / "dovecot-uidlist", "\n".join(rows) + "\n")
    for index in box.glob("dovecot.index*"):
        index.unlink()


def _replace(path: Path, text: str) -> None:
    """Write a file anew that belongs to whom it belonged."""
    owner = path.stat()
    path.write_text(text, encoding="utf-8")
    os.chown(path, owner.st_uid, owner.st_gid)


def remove_folder(account: Account, folder: str) -> None:
    """Remove a folder on the disk, at once and whoever has it open."""
    shutil.rmtree(account.server.folder / "mail" / account.user / f".{folder}")
