"""How the roles log: one line an event on stderr, with the process, without what people said or secrets."""

from __future__ import annotations

import logging
import os
import traceback
from pathlib import Path

LEVEL = "QINGLIAN_LOG"
"""The environment's word for how much is logged: DEBUG, INFO (by itself), WARNING."""

QUIET = ("alembic", "apscheduler", "waitress.queue", "urllib3", "Lark", "websockets", "werkzeug")


def set_up() -> None:
    """Log our own warnings and above with INFO for the roles' milestones; third parties from WARNING."""
    logging.basicConfig(
        level=os.environ.get(LEVEL, "INFO"),
        format="%(asctime)s %(levelname)s %(process)d %(name)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def traced(error: BaseException) -> str:
    """Return an error's kind and the way it took through the code, innermost last; not its message, which
    may hold what people said or a secret."""
    steps = traceback.extract_tb(error.__traceback__)
    way = " > ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in steps)
    return f"{type(error).__name__} at {way}"
