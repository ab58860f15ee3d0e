"""Converts many files in one call of LibreOffice, with a profile of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

# Format -> the filter that writes it.
_FILTERS = {"doc": "doc:MS Word 97", "rtf": "rtf:Rich Text Format", "xls": "xls:MS Excel 97", "pdf": "pdf"}
_SECONDS = 600


def find_office() -> str | None:
    """Return LibreOffice's program; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def converted(paths: Sequence[Path], format_: str, out: Path) -> list[Path]:
    """Return the files in another format, in order, in the folder `out`; every one of them must be there."""
    if not paths:
        return []
    office = find_office()
    assert office is not None
    with tempfile.TemporaryDirectory(prefix="labelled-office-") as profile:
        subprocess.run(
            [office, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore", "--convert-to",
             _FILTERS[format_], "--outdir", str(out), *map(str, paths)],
            check=True, capture_output=True, timeout=_SECONDS,
        )  # fmt: skip
    made = [out / f"{path.stem}.{format_}" for path in paths]
    missing = [path.name for path in made if not path.exists()]
    assert not missing, missing
    return made
