"""How a report becomes a file: tables, workbooks, Word, PDF, pages, written whole."""
