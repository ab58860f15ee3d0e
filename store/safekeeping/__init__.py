"""Backs up database and contents, brings them back, and looks whether all is whole."""
