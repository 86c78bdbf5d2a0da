"""One place for what waits: everybody's 待办, and the one screen of those who supervise."""
