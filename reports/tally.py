"""What became of the mails: received = filed + set aside + failed (+ still waiting), as every report counts them."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.incoming import MessageView
from reports.picture import Picture

PLACES: Mapping[str, str] = {"filed": "已归档", "aside": "搁置", "failed": "未能处理", "waiting": "待处理"}


@dataclass(frozen=True)
class Tally:
    """The mails of a picture by what became of each, in the order of their arrival; every mail is in one of them."""

    received: tuple[MessageView, ...]
    filed: tuple[MessageView, ...]
    aside: tuple[MessageView, ...]
    failed: tuple[MessageView, ...]
    waiting: tuple[MessageView, ...]

    @property
    def text(self) -> str:
        """The sum in words; what still waits is named only where there is some."""
        waiting = f" ＋ 待处理 {len(self.waiting)}" if self.waiting else ""
        return (
            f"收到 {len(self.received)} ＝ 归档 {len(self.filed)} ＋ 搁置 {len(self.aside)} "
            f"＋ 未能处理 {len(self.failed)}{waiting}"
        )


def place_of(message: MessageView) -> str:
    """Return which of PLACES a mail is in: a failure goes first, then what kind of mail it is."""
    if message.state == "failed":
        return "failed"
    if not message.kind:
        return "waiting"
    return "filed" if message.is_submission else "aside"


def tally(picture: Picture) -> Tally:
    """Return all mails by what became of them."""
    by_place: dict[str, list[MessageView]] = {place: [] for place in PLACES}
    for message in picture.messages:
        by_place[place_of(message)].append(message)
    return Tally(picture.messages, **{place: tuple(found) for place, found in by_place.items()})
