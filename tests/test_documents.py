"""What the documents name is there: a promise that cites a test cites one that runs."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
TESTS = frozenset(
    chain.from_iterable(
        re.findall(r"^ *def (test_\w+)", each.read_text(encoding="utf-8"), re.MULTILINE)
        for each in ROOT.glob("tests/**/*.py")
    )
)


def ids(path: Path) -> str:
    """Return what a document is called in a report."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_test_that_a_document_names_is_there(document: Path) -> None:
    named = re.findall(r"`(test_\w+)(…?)(\.py)?`", document.read_text(encoding="utf-8"))
    gone = [
        name
        for name, more, file in named
        if not (
            any(ROOT.glob(f"tests/**/{name}.py"))
            if file
            else any(each.startswith(name) if more else each == name for each in TESTS)
        )
    ]
    assert gone == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_file_that_a_document_links_to_is_there(document: Path) -> None:
    linked = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    here = [each for each in linked if "://" not in each and not each.startswith("mailto:")]
    assert [each for each in here if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_path_of_ours_that_a_document_names_is_there(document: Path) -> None:
    folders = "bot|handlers|storage|scheduler|tests|deploy|docs"
    named = re.findall(rf"`((?:{folders})/[\w./-]+)`", document.read_text(encoding="utf-8"))
    paths = [each for each in named if "NNNN" not in each]
    assert [each for each in paths if not (ROOT / each).exists()] == []
