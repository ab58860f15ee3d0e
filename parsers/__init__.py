"""Parsers measure: what a mail, an archive or a document says, with no opinion about it."""
