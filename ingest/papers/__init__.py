"""What is handed out: the archive, the book, screening workbooks and the sample."""
