"""Where the contents of mails and files lie: in a folder here, and for several machines in an object store."""
