"""自查: every team and department looks at its own month, and honesty is easier than ticking (P48–P50)."""
