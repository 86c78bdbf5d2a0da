"""As a program: the parent of the roles with tiny children in place of them, or one such child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from bot import roles

ROLES = ("one", "two")


def start(role: str, folder: Path) -> subprocess.Popen[bytes]:
    """Note that a child is started; it leaves a file with its name and number itself."""
    with (folder / "starts").open("a", encoding="utf-8") as starts:
        starts.write(f"{role}\n")
    return subprocess.Popen([sys.executable, "-m", "tests.bot.family", "child", role, str(folder)])


def be_parent(folder: Path, restart_after: str) -> None:
    """Keep the children running."""
    with (
        patch.object(roles, "STOP_WITHIN_SECONDS", 0.3),
        patch.object(roles, "_start", start),
    ):
        sys.exit(roles.run_all(folder, ROLES, print, float(restart_after)))


def be_child(role: str, folder: Path) -> None:
    """Wait to be ended; the stubborn one will not listen, the weak one ends by itself."""
    if (folder / "stubborn").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / f"{role}.{os.getpid()}").touch()
    if not (folder / "weak").exists():
        while True:
            signal.pause()


if __name__ == "__main__":
    who, *rest = sys.argv[1:]
    if who == "parent":
        be_parent(Path(rest[0]), rest[1])
    else:
        be_child(rest[0], Path(rest[1]))
