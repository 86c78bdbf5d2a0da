"""The simulator's WeCom: one in-house app with its members."""
