"""Backups, and what is personal: taken along, noted when looked at, removed for good."""
