"""Which mails are fetched together: small ones many at a time, since each command costs a round trip."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_SMALL = 256 * 1024
_BATCH_MAILS = 100
_BATCH_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Listed:
    """What the server says of a mail before it is fetched; None where it does not say."""

    size: int | None
    arrival: datetime | None

    @property
    def small(self) -> bool:
        """Whether it may be fetched whole, together with others."""
        return self.arrival is not None and self.size is not None and self.size <= _SMALL


def runs(listed: dict[int, Listed]) -> Iterator[list[int]]:
    """Yield UIDs in ascending order, in runs that are fetched in one go: small mails together, large ones together."""
    large: list[int] = []
    for batch in batches(listed):
        if listed[batch[0]].small:
            if large:
                yield large
                large = []
            yield batch
        else:
            large.extend(batch)
    if large:
        yield large


def batches(listed: dict[int, Listed]) -> Iterator[list[int]]:
    """Yield UIDs in ascending order: small mails together within bounds, any other alone."""
    batch: list[int] = []
    total = 0
    for uid, one in sorted(listed.items()):
        size = one.size or 0
        if batch and (not one.small or len(batch) == _BATCH_MAILS or total + size > _BATCH_BYTES):
            yield batch
            batch, total = [], 0
        if not one.small:
            yield [uid]
            continue
        batch.append(uid)
        total += size
    if batch:
        yield batch
