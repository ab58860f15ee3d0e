"""归档: everything that counts, laid out in folders as the notice names them, readable without this program."""
