"""Databases as each schema revision left them, which must open and migrate for ever; `make` makes the next one."""
