"""Adding by hand: files and mails that came by other ways, however large."""
