"""`make bench`: prints what the program costs. ARGS="judging" runs one part; ARGS="mailbox judging" both."""

import sys

from benchmarks import judging, mailbox

PARTS = {"mailbox": mailbox.run, "judging": judging.run}

for name in sys.argv[1:] or PARTS:
    PARTS[name]()
