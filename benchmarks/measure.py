"""Runs one piece of work in a process of its own and measures it: seconds, CPU seconds and peak memory."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_KILOBYTE = 1024


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds (with children), peak memory of the process in MB, and what the work returned."""

    seconds: float
    cpu: float
    peak_mb: float
    result: Any

    def line(self, name: str, megabytes: float = 0.0, base: "Measured | None" = None) -> str:
        """Return a table row; the ratio to `base` is of the same run."""
        rate = f"{megabytes / self.seconds:8.1f}" if megabytes else " " * 8
        wall = f"{self.seconds / base.seconds:7.2f} ×" if base else " " * 9
        cpu = f"{self.cpu / base.cpu:7.2f} ×" if base and base.cpu else " " * 9
        return f"{name:<46}{self.seconds:9.3f} s{self.cpu:9.3f} s{rate} MB/s{self.peak_mb:8.0f} MB{wall}{cpu}"


HEADER = f"{'':<46}{'wall':>11}{'CPU':>11}{'rate':>13}{'peak':>11}{'wall ×':>9}{'CPU ×':>9}"


def measure(work: Callable[..., Any], *arguments: object) -> Measured:
    """Run `work(*arguments)` in a new process, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (work, arguments))


def _run(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Measured:
    before, started = _cpu(), time.perf_counter()
    result = work(*arguments)
    seconds, cpu = time.perf_counter() - started, _cpu() - before
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Measured(seconds, cpu, peak / _KILOBYTE, result)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
