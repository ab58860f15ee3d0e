"""`make bench`: prints what the program costs. ARGS="judging" runs one part; ARGS="mailbox judging" both."""

import sys

from benchmarks import accuracy, fetching, judging, mailbox, opening, reading, seals, stated

PARTS = {
    "fetching": fetching.run,
    "mailbox": mailbox.run,
    "opening": opening.run,
    "judging": judging.run,
    "reading": reading.run,
    "accuracy": accuracy.run,
    "seals": seals.run,
    "stated": stated.run,
}

for name in sys.argv[1:] or PARTS:
    PARTS[name]()
