"""`make bench`: prints what the program costs. ARGS="judging" runs one part; ARGS="mailbox judging" both."""

import sys

from benchmarks import fetching, judging, mailbox, opening, seals

PARTS = {
    "fetching": fetching.run,
    "mailbox": mailbox.run,
    "opening": opening.run,
    "judging": judging.run,
    "seals": seals.run,
}

for name in sys.argv[1:] or PARTS:
    PARTS[name]()
