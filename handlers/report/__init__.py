"""月报 and what supervisors hear in between: news of a morning, alarms at once, a month in numbers."""
