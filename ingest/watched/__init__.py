"""Watched folders: what lies in them, what their names say, and what is taken in."""
