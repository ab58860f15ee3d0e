"""The deadline tracker: how each province stands against its deadline, what is laid down of it, and what changed."""
