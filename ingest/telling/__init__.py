"""What leaves the house: digests, alarms' messages, letters, and what the deadline leaves."""
