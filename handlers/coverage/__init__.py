"""我们还差什么: every clause of the plan, what carries it, and what the ledger has to show for it."""
