"""The console: served, its acts done, its pictures made."""
