"""Expenses, signed by four different people in order (P31)."""
