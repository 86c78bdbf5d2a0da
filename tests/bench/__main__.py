"""The command line of the benchmarks: `make bench`, the same as `python -m tests.bench`."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path

import click

from tests.bench.measure import Row, Scale, surroundings, table, told

SUBJECTS = {
    "edges": ("G1", "G3"),
    "dispatch": ("G2",),
    "decisions": ("G4",),
    "over_http": ("G5",),
    "growing": ("G6",),
    "ticking": ("G7",),
    "mornings": ("G7",),
    "draining": ("G8",),
    "starting": ("G9",),
    "chain": ("G10",),
}
"""Each module of this folder that measures, with the goals that it measures."""

LEFT_OUT = told("G11", "1, 2, 4 web processes on PostgreSQL", "left out, see below")
BEGIN, END = "<!-- measured by make bench -->", "<!-- end -->"


@click.command()
@click.option("--quick", is_flag=True, help="A smoke run of seconds; its numbers mean little.")
@click.option("--long", is_flag=True, help="A million rows where otherwise there are a hundred thousand.")
@click.option("--only", "goals", multiple=True, help="Measure one goal, e.g. G4; may be given again.")
@click.option(
    "--write", "document", type=click.Path(path_type=Path, exists=True), help="Put the table into it."
)
def main(quick: bool, long: bool, goals: tuple[str, ...], document: Path | None) -> None:
    """Measure the assistant beside floors and peers, in alternating rounds, and print the table."""
    known = {goal for some in SUBJECTS.values() for goal in some}
    if unknown := [each for each in goals if each not in known]:
        raise click.UsageError(f"{unknown[0]} is not measured; there are {', '.join(sorted(known))}")
    place = surroundings()
    rows = [row for row in _measured(Scale(quick, long), goals) if not goals or row.goal in goals]
    if not goals:
        rows.append(LEFT_OUT)
    found = f"{place}\n\n{table(sorted(rows, key=lambda row: int(row.goal[1:])))}"
    click.echo(found)
    if document:
        _write(document, found)


def _measured(scale: Scale, goals: tuple[str, ...]) -> list[Row]:
    rows: list[Row] = []
    for module, measured in SUBJECTS.items():
        if goals and not set(goals) & set(measured):
            continue
        start = time.monotonic()
        rows += import_module(f"tests.bench.{module}").measure(scale)
        click.echo(f"{', '.join(measured)}: {time.monotonic() - start:.0f} s", err=True)
    return rows


def _write(document: Path, found: str) -> None:
    """Put what was found between the two marks of a document."""
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise click.ClickException(f"{document} lacks the marks {BEGIN} and {END}")
    document.write_text(f"{before}{begin}\n\n{found}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
