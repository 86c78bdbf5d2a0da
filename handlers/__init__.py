"""What the assistant can do: the language it speaks, the mechanisms it shares, one folder per capability."""
