"""When: the clock, the working days and the jobs."""
