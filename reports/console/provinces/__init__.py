"""The provinces: all in a table, each on a page of its own, and the letter to it."""
