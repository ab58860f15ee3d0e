"""`make bench`: prints what the program costs. ARGS="judging" runs one part; ARGS="mailbox judging" both."""

import sys

from benchmarks import (
    accuracy,
    archiving,
    asking,
    backing_up,
    console,
    fetching,
    judging,
    mailbox,
    naming,
    opening,
    passages,
    reading,
    scaling,
    seals,
    searching,
    stated,
    texts,
)

PARTS = {
    "fetching": fetching.run,
    "mailbox": mailbox.run,
    "opening": opening.run,
    "judging": judging.run,
    "reading": reading.run,
    "accuracy": accuracy.run,
    "seals": seals.run,
    "naming": naming.run,
    "stated": stated.run,
    "texts": texts.run,
    "passages": passages.run,
    "archiving": archiving.run,
    "searching": searching.run,
    "asking": asking.run,
    "console": console.run,
    "scaling": scaling.run,
    "backing_up": backing_up.run,
}

for name in sys.argv[1:] or PARTS:
    PARTS[name]()
