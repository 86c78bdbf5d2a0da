"""What names a member of the company."""

from __future__ import annotations

import re

# Source: path/90195, which takes no notice of case; the platform itself answers in lower case (path/90236).
_USER_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_@.-]{0,63}")


def normal_user_id(user_id: str) -> str:
    """Return a userid as it is kept and compared."""
    return user_id.lower()


def is_user_id(user_id: str) -> bool:
    """Tell whether this names one member."""
    return _USER_ID.fullmatch(user_id) is not None
