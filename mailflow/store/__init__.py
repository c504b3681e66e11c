"""What is kept: the books (SQLite), the spool, the cabinet."""
