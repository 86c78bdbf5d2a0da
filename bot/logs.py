"""How the roles log: one line an event on stderr, with the process, without what people said or secrets."""

from __future__ import annotations

import logging
import os
import traceback
from pathlib import Path

LEVEL = "QINGLIAN_LOG"
"""The environment's word for how much is logged: DEBUG, INFO (by itself), WARNING."""

OWN = ("bot", "handlers", "scheduler", "storage")


def set_up() -> None:
    """Log what we say ourselves as finely as wanted, third parties from WARNING whatever is wanted: what they
    tell below that may hold what people wrote (fontTools names the letters of a paper, Pillow what a camera
    noted)."""
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(process)d %(name)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )
    for name in OWN:
        logging.getLogger(name).setLevel(os.environ.get(LEVEL, "INFO"))


def traced(error: BaseException) -> str:
    """Return an error's kind and the way it took through the code, innermost last; not its message, which
    may hold what people said or a secret."""
    steps = traceback.extract_tb(error.__traceback__)
    way = " > ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in steps)
    return f"{type(error).__name__} at {way}"
