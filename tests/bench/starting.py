"""G9: from `qinglian web` to its first answer, and its memory, beside importing the SDK."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import filling
from tests.bench.measure import Row, Scale, at_most, play, ratio, told
from tests.bench.serving import free_port, our_web, serving

STATUS = Path("/proc/self/status")
EVERYTHING = """
import bot.__main__, bot.app, bot.roles, bot.web.server, bot.relay, waitress, scheduler.runner
import bot.feishu.platform, bot.wecom.platform
print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
"""


def measure(scale: Scale) -> Iterator[Row]:
    """Start both again and again; memory is told where the system says it (Linux).

    Bytecode is kept from a first start that does not count, as it is where a program is installed.
    """
    resident: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filling.new_house(folder).database.close()
        keeping = _keeping_bytecode(folder / "bytecode")

        def ours() -> float:
            port = free_port()
            command = our_web(folder, port)
            start = time.perf_counter()
            with serving(command, port, folder / "log", keeping) as server:
                spent = time.perf_counter() - start
                resident.append(_resident(server.pid))
            return spent

        def sdk() -> float:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import lark_oapi"], env=keeping, check=True)
            return time.perf_counter() - start

        ours()
        sdk()
        found = play(scale.of(1, 3), {"ours": ours, "sdk": sdk})
    what = "start of `qinglian web` to its first answer; `import lark_oapi` = 1"
    yield at_most("G9", what, ratio(found["ours"], found["sdk"]), 0.3)
    yield told("G9", "start of `qinglian web` to its first answer", median(found["ours"]), " s")
    if STATUS.exists():
        whole = float(
            subprocess.run([sys.executable, "-c", EVERYTHING], check=True, capture_output=True).stdout
        )
        what = "memory of the web role; the whole stack in one process = 1"
        yield at_most("G9", what, median(resident) / whole, 0.4)
        yield told("G9", "memory of the web role", median(resident) / 1024, " MiB")


def _keeping_bytecode(folder: Path) -> dict[str, str]:
    """Return the environment of a process that keeps its bytecode in `folder`."""
    told_not_to = "PYTHONDONTWRITEBYTECODE"
    kept = {name: value for name, value in os.environ.items() if name != told_not_to}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


def _resident(pid: int) -> float:
    """Return the resident memory of a process in KiB, 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    return float(
        next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    )
