"""The shape of the house: what may import what, where things lie, and what no file may say."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "handlers", "scheduler", "storage")
FOLDERS = {*PACKAGES, "tests", "docs", "deploy"}
LOCKS = ("requirements.lock", "requirements-dev.lock")
LONGEST_FUNCTION = 60
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|^\s*-(i|f|e)\b|^\s*--(?!hash=)", re.IGNORECASE | re.MULTILINE)
# Put together here, so that this file does not itself say what it forbids.
PLACES_OF_ONE_MACHINE = tuple(
    "/".join(parts) for parts in (("..", "shared"), ("", "work", ""), ("", "root", ""))
)


def test_every_import_contract_holds() -> None:
    assert _lint_imports(ROOT) == (0, "")


def test_importing_the_composition_root_does_not_load_the_feishu_sdk() -> None:
    answer = _python("-c", "import bot.app, sys; print(*sys.modules)")

    assert answer.returncode == 0, answer.stderr
    assert "bot.app" in answer.stdout.split()
    assert [name for name in answer.stdout.split() if name.split(".")[0] == "lark_oapi"] == []


def test_only_the_relay_loads_what_makes_papers_and_pictures() -> None:
    everybody = (
        "import bot.__main__, bot.app, bot.web.views, bot.web.server, bot.web.pages, scheduler.runner, sys"
    )
    answer = _python("-c", f"{everybody}; print(*sys.modules)")

    assert answer.returncode == 0, answer.stderr
    loaded = {name.split(".")[0] for name in answer.stdout.split()}
    assert loaded & {"reportlab", "PIL", "fontTools", "pylopdf_fonts_zh_cn"} == set()


def test_a_folder_at_the_top_is_one_of_the_agreed_ones() -> None:
    assert {path.split("/")[0] for path in _project_files() if "/" in path} - FOLDERS <= {".ci", ".github"}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_in_a_lock_file_has_a_version_and_a_hash(lock: str) -> None:
    text = _without_comments(ROOT / lock)
    packages = re.split(r"\n(?=\S)", text.strip())

    assert len(packages) > 10
    assert [package for package in packages if not re.match(r"\S+==\S+", package)] == []
    assert [package for package in packages if "--hash=sha256:" not in package] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_address_and_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert ADDRESS.findall(re.sub(r"\s--hash=\S+", "", text)) == []


def test_what_runs_is_pinned_the_same_in_both_lock_files() -> None:
    runtime, everything = (_pins(ROOT / lock) for lock in LOCKS)

    assert runtime.items() <= everything.items()


@pytest.mark.parametrize("place", PLACES_OF_ONE_MACHINE)
def test_no_file_names_a_place_on_the_machine_it_was_written_on(place: str) -> None:
    assert [path for path in _project_files() if place.encode() in (ROOT / path).read_bytes()] == []


def test_a_module_says_in_its_first_line_what_the_room_is_for() -> None:
    assert [
        str(path) for path, tree in _modules(*PACKAGES, "tests") if not _opens_with_a_sentence(tree)
    ] == []


def test_a_folder_of_code_is_a_package_so_that_the_contracts_see_it() -> None:
    folders = {ROOT / path.parent for path, _ in _modules(*PACKAGES)}

    assert [
        str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()
    ] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {length} lines"
        for path, tree in _modules(*PACKAGES)
        if path.parent.name != "versions"  # a migration is a list of tables, however long
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]

    assert long == []


def test_the_code_is_synchronous() -> None:
    assert [
        f"{path}:{node.lineno}"
        for path, tree in _modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncWith | ast.AsyncFor)
    ] == []


# Contracts that nothing can break are worth nothing, so each is broken once, in a copy.
VIOLATIONS = {
    "bot > handlers > scheduler > storage": ("storage/numbers.py", "import scheduler.job"),
    "Inside handlers: contract < mechanisms": ("handlers/contract/card.py", "import handlers.mechanisms"),
    "Capabilities know nothing of each other": ("handlers/expense/odd.py", "import handlers.people.odd"),
    "nothing below knows a capability": ("handlers/mechanisms/odd.py", "import handlers.people.odd"),
    "Inside a capability or mechanism": ("handlers/people/rules.py", "import handlers.people.service"),
    "The pure files do no I/O": ("handlers/people/cards.py", "import handlers.people.odd"),
    "lark_oapi only in bot.feishu": ("bot/odd.py", "import lark_oapi.api.im.v1"),
    "wechatpy only in bot.wecom": ("bot/odd.py", "from wechatpy.work import crypto"),
    "flask only in bot.web and bot.simulator": ("bot/odd.py", "def late():\n    import flask"),
    "apscheduler only in scheduler.runner": ("scheduler/odd.py", "import apscheduler.schedulers.background"),
    "sqlalchemy only in storage": ("handlers/people/service.py", "import sqlalchemy.orm"),
    "bot.app only from bot.__main__": ("bot/odd.py", "import bot.app"),
    "The simulator is the outside world": ("bot/simulator/odd.py", "import bot.odd"),
    "Only bot.simulator.launch starts processes": ("bot/simulator/odd.py", "import subprocess"),
    "nacl only in handlers.complaint.sealing": ("handlers/people/service.py", "import nacl.public"),
    "What lies here of complaints": ("storage/complaint.py", "import storage.people"),
}
ABOUT_PEOPLE = ("attempts", "dialogue", "inbox", "journal", "outbox", "pages", "people", "receivers", "sent")


@pytest.mark.parametrize(("contract", "violation"), VIOLATIONS.items(), ids=VIOLATIONS)
def test_a_contract_of_the_imports_is_broken_by_what_it_forbids(
    contract: str, violation: tuple[str, str], tmp_path: Path
) -> None:
    house = _empty_house(tmp_path)
    assert _lint_imports(house) == (0, "")

    path, line = violation
    _write(house / path, line)
    status, broken = _lint_imports(house)

    assert status == 1
    assert contract in broken


def _empty_house(folder: Path) -> Path:
    """A house of the same contracts with next to nothing in its rooms."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in (
        *PACKAGES,
        "bot/simulator",
        "handlers/contract",
        "handlers/mechanisms",
        "handlers/expense",
        "handlers/people",
    ):
        _write(folder / package / "__init__.py", "")
    for module in (
        "bot/app.py",
        "bot/__main__.py",
        "scheduler/job.py",
        "scheduler/workdays.py",
        "scheduler/runner.py",
        "storage/complaint.py",
        *(f"storage/{each}.py" for each in ABOUT_PEOPLE),
    ):
        _write(folder / module, "")
    _write(folder / "handlers/people/odd.py", "import storage")
    _write(folder / "handlers/people/service.py", "")
    _write(folder / "bot/odd.py", "import handlers.people.odd")
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def _lint_imports(folder: Path) -> tuple[int, str]:
    """The exit code, and what import-linter says of broken contracts ("" when all are kept), on one line."""
    code = "import sys; from importlinter.cli import lint_imports_command as main; sys.exit(main())"
    answer = _python("-c", code, "--no-logo", "--no-cache", folder=folder)
    said = " ".join(answer.stdout.split())
    return answer.returncode, "" if answer.returncode == 0 else said.partition("Broken contracts")[2] or said


def _python(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def _project_files() -> list[str]:
    """What git keeps or would keep, as paths from the top."""
    git = shutil.which("git")
    assert git, "git lists the files of the project"
    answer = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in answer.stdout.split("\0") if path and (ROOT / path).is_file()]


def _modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def _opens_with_a_sentence(tree: ast.Module) -> bool:
    first = tree.body[0] if tree.body else None
    says = (ast.get_docstring(tree, clean=False) or "").split("\n")[0]
    return first is not None and first.lineno == 1 and len(says.split()) >= 3


def _without_comments(path: Path) -> str:
    return "\n".join(
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )


def _pins(path: Path) -> dict[str, str]:
    return dict(
        re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
