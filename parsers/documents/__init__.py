"""Documents of every format, as paragraphs and tables: one file a format, and `opening.py` to choose among them."""
