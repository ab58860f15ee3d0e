"""Store remembers: raw mails and files by their hash, and everything known about them in the database."""
