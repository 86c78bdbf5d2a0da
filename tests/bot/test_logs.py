"""What stands in the log: our own lines as finely as wanted, of others their warnings alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SAYS = """
import logging
from bot import logs
logs.set_up()
for name in ("bot.relay", "scheduler.runner", "fontTools.subset", "PIL.TiffImagePlugin", "sqlalchemy", "x"):
    for say in ("debug", "info", "warning"):
        getattr(logging.getLogger(name), say)("said")
"""


def said(level: str) -> set[tuple[str, str]]:
    """Return who said something at which level, at a level of ours."""
    env = {**os.environ, "QINGLIAN_LOG": level}
    done = subprocess.run([sys.executable, "-c", SAYS], env=env, capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stderr.splitlines()]
    return {(each[3], each[1]) for each in lines}


OTHERS = {(name, "WARNING") for name in ("fontTools.subset", "PIL.TiffImagePlugin", "sqlalchemy", "x")}
OURS = ("bot.relay", "scheduler.runner")


@pytest.mark.parametrize(
    ("level", "levels"),
    [("DEBUG", ("DEBUG", "INFO", "WARNING")), ("INFO", ("INFO", "WARNING")), ("WARNING", ("WARNING",))],
)
def test_however_much_we_say_others_only_warn(level: str, levels: tuple[str, ...]) -> None:
    assert said(level) == OTHERS | {(name, each) for name in OURS for each in levels}
