"""The queries: by a form, kept under names, and by SQL."""
