"""Ingest drives: mail in, read, filed, told; the command line and the worker."""
