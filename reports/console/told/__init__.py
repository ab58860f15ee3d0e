"""What was told and done: digests, reports, snapshots, the activity log, and all decisions."""
