"""The command that answers what the phone brings, in a sentence with its proof."""

COMMANDS = ()
