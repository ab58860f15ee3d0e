"""The inbox: every mail with what became of it, a page each, and what is settled of them."""
