"""Findings from every source, and their rectification until somebody independent verifies it (P44b–P50)."""
