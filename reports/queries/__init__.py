"""What staff ask: which cases are those (`cases`), in which do words stand, and what the phone brings (`ask`)."""
