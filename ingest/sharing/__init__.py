"""Lets several workers share the work: jobs in PostgreSQL, what each does, and how others wait for them."""
