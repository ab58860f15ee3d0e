"""What every table of the settings file is, and how a secret is read that may stand in a file of its own."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr

from config.errors import ConfigError


class Section(BaseModel):
    """A table of the settings file: fixed once read, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def secret_of(value: SecretStr | None, file: Path | None) -> str:
    """Return a secret, from the file where one is named; ConfigError where that file cannot be read."""
    if file is None:
        return value.get_secret_value() if value else ""
    return first_line(file)


def first_line(path: Path) -> str:
    """Return a secret kept in a file, without the line end that editors add."""
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: 密码文件读不了（{error.__class__.__name__}）") from None
