"""The language in which capabilities speak to people, whatever platform carries it; pure data, no I/O."""
