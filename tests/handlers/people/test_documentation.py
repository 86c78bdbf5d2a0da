"""docs/imports.md tells the truth: its examples import cleanly, its columns and roles are the code's."""

from __future__ import annotations

import re
from pathlib import Path

from handlers.calendar.forms import CALENDAR
from handlers.contract.roles import Role
from handlers.people import forms, service
from tests.handlers.people.office import Office, told

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "imports.md").read_text(encoding="utf-8")
EXAMPLES = [each.encode() for each in re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)]


def test_the_examples_can_be_imported_as_they_stand(office: Office) -> None:
    people, projects, deputies = EXAMPLES

    with office.context() as ctx:
        assert told(service.import_people(ctx, people)) == []
        assert told(service.import_projects(ctx, projects)) == []
        assert told(service.import_deputies(ctx, deputies)) == []


def test_every_column_and_every_role_is_explained() -> None:
    named = {
        name
        for cell in re.findall(r"^\| ([^|]+) \|", PAGE, re.MULTILINE)
        for name in re.split("[、（]", cell)
    }

    for layout in (forms.PEOPLE, forms.PROJECTS, forms.DEPUTIES, CALENDAR):
        assert {*layout.needed, *layout.optional} <= named
    assert [role for role in Role if role not in PAGE] == []
