"""Looks whether an installation has what the program needs, and says what to do where not: `zhengji doctor`."""
