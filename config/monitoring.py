"""The settings of watching the program: how it logs, and where a worker shows its numbers."""

from typing import Literal

from pydantic import Field

from config.section import Section


class MonitoringSettings(Section):
    """How log lines look (`auto`: for people on a terminal, JSON otherwise), and where Prometheus asks a worker.

    `port` serves /metrics, /healthz and /readyz of a worker on `host`; none: not at all. The console serves its own.
    """

    log: Literal["auto", "console", "json"] = "auto"
    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=1, le=65535)
