"""Deadlines in working days, and the words that people hear as they draw near (P47, P48, P49)."""
