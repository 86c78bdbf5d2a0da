"""The web role: platform callbacks, health and counters; later the pages."""
