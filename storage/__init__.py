"""All that is remembered: every table, every SQL statement, every difference between databases."""
