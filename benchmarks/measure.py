"""Runs one piece of work in a process of its own and measures it: seconds, CPU seconds, and memory above the start."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds (with children), peak memory in MB above that at the start, and what the work returned."""

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
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    before, started = _cpu(), time.perf_counter()
    result = work(*arguments)
    seconds, cpu = time.perf_counter() - started, _cpu() - before
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE - resident
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _KILOBYTE
    return Measured(seconds, cpu, max(own, children) / _MEGABYTE, result)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
