"""The tests, on real servers and real documents."""
