"""Which case a file belongs to."""
