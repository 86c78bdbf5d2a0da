"""How the assistant talks: the platforms, the web edge, the relay, and the root that puts all together."""
