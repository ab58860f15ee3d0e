"""Does this installation have what the program needs, and where not, what is to be done? `zhengji doctor`."""
