"""The settings of alarms: what the operator is told of at once, by the digest's channels."""

from pydantic import Field, model_validator

from config.section import Section


class AlarmSettings(Section):
    """What is told at once, once, and again when it is over.

    `poll_hours` without a good poll; less than `warn_bytes` free on a disk (below `stop_bytes` mail waits until
    there is room again); a digest that has not gone `digest_minutes` after its minute; a cloud link that ends within
    `link_days`; no backup for `backup_days`, where one was ever made (0: nobody is told).
    `recipients` are told beside the groups; none: those of the digest.
    """

    recipients: tuple[str, ...] = ()
    poll_hours: float = Field(default=1, gt=0)
    warn_bytes: int = Field(default=10_000_000_000, ge=0)
    stop_bytes: int = Field(default=2_000_000_000, ge=0)
    digest_minutes: float = Field(default=30, gt=0)
    link_days: float = Field(default=3, gt=0)
    backup_days: float = Field(default=3, ge=0)

    @model_validator(mode="after")
    def _warned_before_it_stops(self) -> "AlarmSettings":
        if self.stop_bytes > self.warn_bytes:
            raise ValueError("warn_bytes 不能小于 stop_bytes：先提醒，再停收")
        return self
