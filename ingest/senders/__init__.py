"""Who wrote, and what kind of mail it is: every clue, and what speaks against it."""
