"""The people: signing in, one’s own page, and the accounts."""
