"""Knows who looked at personal data, and removes it once a campaign is finished."""
