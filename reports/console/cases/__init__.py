"""The cases: a page each, what is read beside where it stands, and what is decided of them."""
