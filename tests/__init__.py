"""What the assistant promises, written down so that it can fail."""
