"""What names a member of the company."""

from __future__ import annotations

import re

# Source: path/90195.
_USER_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_@.-]{0,63}")


def is_user_id(user_id: str) -> bool:
    """Tell whether this names one member, and not several or all of them."""
    return _USER_ID.fullmatch(user_id) is not None
