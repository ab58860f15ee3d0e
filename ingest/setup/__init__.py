"""Brings whoever installs the program to a settings file that works: the questions of `zhengji init`."""
