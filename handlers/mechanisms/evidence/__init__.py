"""Files that somebody sends in chat for a matter before the words about it are handed in."""
