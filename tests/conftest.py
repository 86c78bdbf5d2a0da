"""What all tests share: databases of both kinds, and how hypothesis is to behave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from storage.database import Database
from tests.databases import KINDS, Databases, PostgresDatabases, SqliteDatabases
from tests.house import House, furnished
from tests.postgres import serving

# No test measures time: how long an example takes says nothing.
settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """SQLite files."""
    return SqliteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """Databases of a PostgreSQL server that runs as long as the tests."""
    with serving() as url:
        yield PostgresDatabases(url)


@pytest.fixture(scope="session", params=KINDS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both kinds: whoever takes this runs twice."""
    made: Databases = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """An empty database with the newest schema."""
    yield from _opened(databases, databases.new())


@pytest.fixture
def house(databases: Databases) -> Iterator[House]:
    """A house into which the cast has moved."""
    yield from map(House, _opened(databases, databases.new(furnished)))


@pytest.fixture
def another_house(databases: Databases) -> Iterator[House]:
    """A second one, just the same."""
    yield from map(House, _opened(databases, databases.new(furnished)))


def _opened(databases: Databases, url: str) -> Iterator[Database]:
    database = databases.open(url)
    yield database
    database.close()
    databases.drop(url)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests want to be read when they pass, too: their property `said`."""
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, value in report.user_properties:
            if name == "said" and report.when == "call":
                terminalreporter.write_line(str(value))
