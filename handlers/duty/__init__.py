"""年度任务清单: every dated duty of the plan, opened by the clock, done by confirmed evidence."""
