"""The fast path of reading: blocks of a file straight to columns, without a Python object for each row."""
