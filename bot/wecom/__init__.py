"""WeCom: what its callbacks say, how cards look there, and how messages reach it."""
