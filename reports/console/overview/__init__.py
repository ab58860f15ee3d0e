"""The overview: how far the call is, what is to be done today, and whether everything runs."""
