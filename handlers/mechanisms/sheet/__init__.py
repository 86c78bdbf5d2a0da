"""Tables that people bring as CSV files, read all or nothing, every slip told at once."""
