"""Fuzzes one target for some seconds: python -m tests.fuzz letter|names|unpack SECONDS [FOLDER for what was found].

Atheris (libFuzzer) chooses the bytes by the coverage of our own code; it starts from real mails and archives.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["parsers", "config"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.seeds import write_seeds

_TIMEOUT_SECONDS = 10
_MEMORY_MB = 1024
_LONGEST = 65_536


def main() -> None:
    """Fuzz until the time is over, or something is found."""
    name, seconds = sys.argv[1], int(sys.argv[2])
    folder = Path(sys.argv[3] if len(sys.argv) > 3 else "fuzz-found").absolute()
    corpus = folder / f"corpus-{name}"
    corpus.mkdir(parents=True, exist_ok=True)
    write_seeds(name, corpus)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={_TIMEOUT_SECONDS}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-max_len={_LONGEST}",
        f"-artifact_prefix={folder}/{name}-",
        "-print_final_stats=1",
    ]
    target = TARGETS[name]
    atheris.Setup([sys.argv[0], str(corpus), *options], lambda data: target(bytes(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
