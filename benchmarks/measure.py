"""Runs one piece of work in a process of its own and measures it: seconds, CPU seconds, and memory above the start."""

import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KILOBYTES = 1024
_EVERY = 0.01


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


def measure(work: Callable[..., Any], *arguments: object, before: Callable[..., Any] | None = None) -> Measured:
    """Run `work(*arguments)` in a new process, so that its peak memory is its own.

    Where `before` is given it is called with the arguments first, unmeasured, and the work with what it returned.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (work, arguments, before))


def _run(work: Callable[..., Any], arguments: tuple[Any, ...], before: Callable[..., Any] | None) -> Measured:
    if before is not None:
        arguments = (before(*arguments),)
    watch = _Watch()
    resident = _status(os.getpid(), "VmRSS")
    used, started = _cpu(), time.perf_counter()
    result = work(*arguments)
    seconds, cpu = time.perf_counter() - started, _cpu() - used
    # VmHWM, not ru_maxrss: that one starts with what the parent process had.
    own = _status(os.getpid(), "VmHWM") - resident
    return Measured(seconds, cpu, max(own, watch.stop()) / _KILOBYTES, result)


class _Watch:
    """Looks at the children's peak memory every hundredth of a second, since nothing keeps it after their end."""

    def __init__(self) -> None:
        self.peak = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def stop(self) -> int:
        """Return the highest that was seen of any child, in kilobytes."""
        self.done.set()
        self.thread.join()
        return self.peak

    def _look(self) -> None:
        while not self.done.wait(_EVERY):
            self.peak = max(self.peak, *(_status(child, "VmHWM") for child in _children()), 0)


def _status(pid: int, field: str) -> int:
    """Return a field of a process's status in kilobytes; 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
    return 0


def _cpu() -> float:
    """Return the CPU seconds of this process, of its children that ended, and of those that still run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) + sum(map(_ticks, _children())) / os.sysconf("SC_CLK_TCK")


def _children() -> list[int]:
    """Return the ids of the children that run, whichever thread started them."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def _ticks(pid: int) -> int:
    """Return the processor time of a process that runs and of its ended children, in clock ticks (proc(5), stat)."""
    with suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(map(int, after_name[11:15]))
    return 0
