"""Files of others: a page each, their originals as downloads, and our pictures of them."""
