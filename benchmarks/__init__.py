"""What the program costs, measured beside others in one run: `make bench`."""
