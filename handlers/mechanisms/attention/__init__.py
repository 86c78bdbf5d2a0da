"""How much one person hears in a week (decision 35)."""
