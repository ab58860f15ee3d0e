"""Small clean pictures of photos, made in the clean room, each content once.

They lie in the vault beside its contents, by the content's hash and the version that made them; whoever deletes them
loses time and nothing else.
"""

import structlog

from ingest.desk import Desk
from ingest.room.cleanroom import RoomError
from ingest.room.readers import all_of
from parsers.thumbnail import LONGEST, THUMBNAIL_VERSION
from reports.book.contact_sheet import Shown

log = structlog.get_logger()

_NAME = f"thumbnail-{THUMBNAIL_VERSION}-{LONGEST}"
# Two places, so that nothing but the place need tell whether a photo was turned.
_UPRIGHT, _TURNED = _NAME, f"{_NAME}-turned"
_GONE, _CANNOT = "原件不在库中", "打不开"


def thumbnail_of(desk: Desk, sha256: str, size: int) -> Shown:
    """Return a small picture of a content of `size` bytes, or why there is none; OSError where the disk refuses."""
    vault = desk.store.vault
    places = [vault.derived(name, sha256) for name in (_UPRIGHT, _TURNED)]
    for place in places:
        if place.is_file():
            return Shown(place.read_bytes(), turned=place == places[1])
    path = vault.find(sha256)
    if path is None:
        return Shown(None, reason=_GONE)
    upright, turned = map(str, places)
    try:
        asked = desk.room.ask("thumbnail", size, path=str(path), upright=upright, turned=turned)
        answers, problem = all_of(asked)
    except RoomError as error:
        # One photo that a library trips over leaves the others their pictures.
        log.warning("thumbnail.fault", sha256=sha256, error=str(error))
        return Shown(None, reason=_CANNOT)
    if problem or not answers:
        return Shown(None, reason=problem[1] if problem else _CANNOT)
    was_turned = bool(answers[0]["turned"])
    return Shown(places[was_turned].read_bytes(), turned=was_turned)
