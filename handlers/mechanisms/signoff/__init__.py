"""Ordered signatures by different people, with separation of duties (P31)."""
