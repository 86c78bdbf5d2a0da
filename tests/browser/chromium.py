"""Finds Chromium, and brings it along by apt where that may be done.

`python -m tests.browser.chromium bring` installs it, with fonts for Chinese and signs, if it is missing;
`... report` says so when the browser tests had to be left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-noto-color-emoji")
LEFT_OUT = "tests/browser was left out: there is no Chromium here, and apt may not be used to install it."

QUIET = (
    "--no-sandbox",  # root in a container has no user namespaces
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
)
"""How it is started: without a screen, and calling nobody on its own."""


def find() -> str | None:
    """Return the path of an installed Chromium; `QINGLIAN_CHROMIUM` names another one."""
    return os.environ.get("QINGLIAN_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def bring() -> None:
    """Install Chromium where this is Debian or Ubuntu and we may; elsewhere do nothing."""
    apt = None if find() else _apt()
    if apt is None:
        return
    print("installing Chromium for the browser tests ...", flush=True)  # noqa: T201 - a command line
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
        if subprocess.run([*apt, "-qq", *words], check=False, env=environment, stdout=sys.stderr).returncode:
            return


def _apt() -> list[str] | None:
    """Return the command that installs packages, if we may use it."""
    apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
    if apt is None:
        return None
    if os.geteuid() == 0:
        return [apt]
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n", apt]
    return None


if __name__ == "__main__":
    if sys.argv[1:] == ["bring"]:
        bring()
    elif find() is None:
        print(LEFT_OUT)  # noqa: T201 - a command line
