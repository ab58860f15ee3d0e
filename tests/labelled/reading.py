"""How does the program read files of the labelled set? As it reads those of mails: in clean rooms, some at once."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from config.settings import LimitSettings
from ingest.room.cleanroom import Setup
from ingest.room.readers import Readers
from parsers.archives.model import UnpackLimits
from parsers.base import Reading
from store.contents.blobs import Blob, Vault, chunks_of
from tests.doc_reading import CAMPAIGN


def readings_of(paths: Sequence[Path], processes: int = 1) -> dict[Path, Reading]:
    """Return what the program reads in files, so many at once."""
    limits = LimitSettings()
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder))
        blobs = {path: _kept(vault, path) for path in paths}
        light, heavy = (
            Setup(vault.folder, CAMPAIGN, UnpackLimits(), seconds, memory)
            for seconds, memory in (
                (limits.seconds, limits.memory_bytes),
                (limits.scan_seconds, limits.scan_memory_bytes),
            )
        )
        readers = Readers(vault, light, heavy, processes)
        try:
            readings = readers.read(list(blobs.values()))
        finally:
            readers.close()
    return {path: readings[blob.sha256] for path, blob in blobs.items()}


def _kept(vault: Vault, path: Path) -> Blob:
    with path.open("rb") as file:
        return vault.keep(chunks_of(file))
