"""Makes a settings file of answers: the commented starter with the answers in it, and secrets in files beside it.

All or nothing: whatever happens before the settings file has its name, nothing that was written is left.
"""

import json
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from config.errors import ConfigError
from config.settings import load_settings
from ingest.setup.answers import Answers, Secret, Table

FOLDER = "secrets"
_OWN, _OWN_FOLDER = 0o600, 0o700
# Before these lines of the starter stand the tables that the answers add.
_AFTER_MAILBOXES, _AFTER_DIGEST = "# ---- 文件夹", "[reports]"
_UNSAFE = re.compile(r"[^A-Za-z0-9@._-]+")


def starter() -> str:
    """Return the commented settings file that comes with the program."""
    return (resources.files("config") / "starter.toml").read_text(encoding="utf-8")


def write(path: Path, answers: Answers, replaced: Path | None = None) -> list[Path]:
    """Write the settings file and the secrets beside it; return the files of secrets.

    A file that is there already is moved to `replaced`; without that, ConfigError. So it is where what was written
    cannot be read again.
    """
    path = path.absolute()
    with ExitStack() as undo:
        kept = _keep_secrets(path.parent, _secrets_of(answers), undo)
        beside = path.with_name(f".{secrets.token_hex(8)}.toml")
        undo.callback(beside.unlink, missing_ok=True)
        _write_own(beside, filled(starter(), answers))
        load_settings(beside, {})
        if replaced is not None and path.exists():
            path.rename(replaced)
            undo.callback(_put_back, replaced, path)
        undo.callback(_take_back, beside, path)
        _name(beside, path)
        # Named: from here on it is whole, and only the other name of the same file goes.
        undo.pop_all()
        undo.callback(beside.unlink, missing_ok=True)
    return kept


def backup_of(path: Path, now: datetime) -> Path:
    """Return where the settings file that is replaced goes."""
    return path.with_name(f"{path.name}.{now:%Y%m%d-%H%M%S}")


def _take_back(beside: Path, path: Path) -> None:
    """Remove a settings file that has just got its name, where somebody interrupts at that very moment."""
    with suppress(OSError):
        if beside.samefile(path):
            path.unlink()


def _put_back(replaced: Path, path: Path) -> None:
    if not path.exists():
        replaced.rename(path)


def _secrets_of(answers: Answers) -> Iterable[Secret]:
    tables = [*answers.mailboxes, *([answers.smtp] if answers.smtp else []), *answers.chats]
    return [value for table in tables for value in table.values() if isinstance(value, Secret)]


def _keep_secrets(base: Path, wanted: Iterable[Secret], undo: ExitStack) -> list[Path]:
    """Write each secret to a file that nobody else reads and that was not there; its name becomes the path."""
    kept: dict[int, Path] = {}
    for secret in wanted:
        if id(secret) in kept:
            continue
        folder = base / FOLDER
        if not folder.exists():
            folder.mkdir(mode=_OWN_FOLDER)
            undo.callback(_remove_folder, folder)
        file = _unused(folder, secret.name)
        undo.callback(file.unlink, missing_ok=True)
        _write_own(file, f"{secret.value}\n")
        secret.name = f"{FOLDER}/{file.name}"
        kept[id(secret)] = file
    return list(kept.values())


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _unused(folder: Path, name: str) -> Path:
    safe = _UNSAFE.sub("-", name).strip(".-") or "secret"
    names = (f"{safe}.txt", *(f"{safe}-{number}.txt" for number in range(2, 1000)))
    return next(folder / one for one in names if not (folder / one).exists())


def _write_own(path: Path, text: str) -> None:
    """Write a new file that only its owner reads, safe on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWN)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _name(beside: Path, path: Path) -> None:
    """Give a file its name, never over another; where the disk knows no links (exFAT), as nearly so as it can."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise ConfigError(f"{path} 已存在，没有改动；请换一个文件名") from None
    except OSError:
        if path.exists():
            raise ConfigError(f"{path} 已存在，没有改动；请换一个文件名") from None
        beside.rename(path)


def filled(text: str, answers: Answers) -> str:
    """Return the starter with the answers in it; every comment stays."""
    lines = text.splitlines()
    for key, value in answers.campaign.items():
        lines = _set(lines, "campaign", key, value)
    lines = _set(lines, "database", "url", answers.database_url)
    lines = _set(lines, "digest", "recipients", answers.recipients)
    lines = [re.sub(r"^time = [\d:]+", f"time = {answers.digest_time}", line) for line in lines]
    tables = [line for one in answers.mailboxes for line in _table("[[mailboxes]]", one)]
    lines = _before(lines, _AFTER_MAILBOXES, tables)
    digest = _table("[digest.smtp]", answers.smtp) if answers.smtp else []
    digest += [line for one in answers.chats for line in _table("[[digest.chats]]", one)]
    return "\n".join(_before(lines, _AFTER_DIGEST, digest)) + "\n"


def _set(lines: list[str], section: str, key: str, value: Any) -> list[str]:  # noqa: ANN401 (TOML values)
    """Return lines with a value of a section; its comment stays, also where the line was one of a setting not made."""
    within, made = "", []
    for line in lines:
        within = header[1] if (header := re.match(r"\[([a-z.]+)\]", line)) else within
        old = re.match(rf"(?:# )?{key} = (?:\"[^\"]*\"|\[\]|[\d:]+)(?P<rest>.*)$", line) if within == section else None
        made.append(f"{key} = {literal(value)}{old['rest']}" if old else line)
    return made


def _before(lines: list[str], mark: str, added: list[str]) -> list[str]:
    at = next(number for number, line in enumerate(lines) if line.startswith(mark))
    return [*lines[:at], *added, *lines[at:]]


def _table(header: str, table: Table) -> list[str]:
    rows = [
        f"{key} = {literal(f'{value.name}' if isinstance(value, Secret) else value)}" for key, value in table.items()
    ]
    return [header, *rows, ""]


def literal(value: Any) -> str:  # noqa: ANN401 (TOML values)
    """Return a value as TOML writes it: its basic strings are those of JSON, but for one more character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
