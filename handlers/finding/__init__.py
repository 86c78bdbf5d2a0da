"""整改: supervisors serve notices, owners report, somebody independent verifies (P47, decisions 23–27)."""
