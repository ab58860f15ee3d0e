"""Lays the environment over the settings file, and makes the paths of secrets in it absolute.

`ZHENGJI_SECTION__KEY` goes before the file, and `ZHENGJI_SECTION__KEY_FILE` names a file that holds the value.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.errors import ConfigError
from config.section import first_line

PREFIX = "ZHENGJI_"
# Variables that say where the settings are and who decides, and so are none themselves.
OUTSIDE = {"ZHENGJI_CONFIG", "ZHENGJI_PERSON"}
# What is secret, and may stand in a file of its own named by the same key and `_file`.
SECRETS = ("password", "client_secret", "refresh_token", "secret_key")
# The address of a chat group is one too: whoever knows it can write there.
_GROUP = "url"
_PATHS = {*(f"{name}_file" for name in SECRETS), "ca_file"}
_LISTS = {"recipients", "folders", "authserv_ids", "hosts", "proxies"}


def overlay(tables: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Lay `ZHENGJI_SECTION__KEY` and `ZHENGJI_SECTION__KEY_FILE` over the tables, in place."""
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in OUTSIDE:
            continue
        keys = variable.removeprefix(PREFIX).lower().split("__")
        if keys[-1].endswith("_file") and keys[-1] not in _PATHS:
            keys[-1], value = keys[-1].removesuffix("_file"), first_line(Path(value))  # noqa: PLW2901 (the value itself)
        _put(tables, keys, value, variable)


def anchor(tables: dict[str, Any], base: Path) -> None:
    """Make the paths of secrets and certificates absolute, in place: they are relative to the settings file."""
    digest = tables.get("digest")
    smtp = digest.get("smtp") if isinstance(digest, dict) else None
    chats = digest.get("chats") if isinstance(digest, dict) else None
    for chat in chats if isinstance(chats, list) else ():
        if isinstance(chat, dict) and isinstance(chat.get(f"{_GROUP}_file"), str):
            chat[f"{_GROUP}_file"] = str(base / chat[f"{_GROUP}_file"])
    vault = tables.get("vault")
    objects = vault.get("s3") if isinstance(vault, dict) else None
    logins = [*tables["mailboxes"]] if isinstance(tables.get("mailboxes"), list) else []
    for login in (*logins, smtp, objects):
        for key in _PATHS if isinstance(login, dict) else ():
            if isinstance(login.get(key), str):
                login[key] = str(base / login[key])
        command = login.get("token_command") if isinstance(login, dict) else None
        # A bare name is looked for in PATH.
        if isinstance(command, list) and command and isinstance(command[0], str) and "/" in command[0]:
            login["token_command"] = [str(base / command[0]), *command[1:]]


def _put(tables: Any, keys: list[str], value: str, variable: str) -> None:  # noqa: ANN401 (TOML tables)
    """Set one value; ConfigError where the variable names no section or no mailbox that is there."""
    *path, last = keys
    for key in path:
        if isinstance(tables, list):
            if not key.isdecimal() or not 1 <= int(key) <= len(tables):
                what = "群" if "chats" in path else "收件邮箱"
                raise ConfigError(f"环境变量 {variable}: 没有第 {key} 个{what}（设置文件中共 {len(tables)} 个）")
            tables = tables[int(key) - 1]
        else:
            tables = tables.setdefault(key, {})
    if not isinstance(tables, dict) or not path:
        raise ConfigError(f"环境变量 {variable}: 应写作 {PREFIX}小节__键，如 {PREFIX}DATABASE__URL")
    if (name := last.removesuffix("_file")) in {*SECRETS, _GROUP}:
        # The environment goes before the file, also where that says it the other way.
        tables.pop(name if last != name else f"{name}_file", None)
    tables[last] = value.split(",") if last in _LISTS else _words(value, variable) if last == "token_command" else value


def _words(command: str, variable: str) -> list[str]:
    """Return the words of a command line."""
    try:
        return shlex.split(command)
    except ValueError:
        raise ConfigError(f"环境变量 {variable}: 命令中的引号不成对") from None
