"""Databases for tests, of both kinds: each a copy of one that is built once."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psycopg
import pytest

from storage.database import Database
from storage.migrations import upgrade

KINDS = ("sqlite", "postgresql")

on_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""For tests of what no database can change."""

Filling = Callable[[Database], None]
"""What is done to an empty database."""


class Databases(ABC):
    """Makes databases of one kind, named by their URLs."""

    def __init__(self) -> None:
        self._templates: dict[Filling, str] = {}
        self._numbers = count(1)

    def new(self, filling: Filling = upgrade) -> str:
        """Make a database as `filling` leaves an empty one: by itself, with the newest schema."""
        if filling not in self._templates:
            template = self.empty()
            database = self.open(template)
            filling(database)
            database.close()
            self._templates[filling] = template
        return self._copied(self._templates[filling], f"t{next(self._numbers)}")

    def empty(self) -> str:
        """Make a database without any table."""
        return self._created(f"t{next(self._numbers)}")

    @abstractmethod
    def open(self, url: str) -> Database:
        """Open a database as the tests want it."""

    @abstractmethod
    def drop(self, url: str) -> None:
        """Throw a database away; it must be closed."""

    @abstractmethod
    def _created(self, name: str) -> str: ...

    @abstractmethod
    def _copied(self, url: str, name: str) -> str: ...


class SqliteDatabases(Databases):
    """Files in a folder. They need not survive a power cut."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def open(self, url: str) -> Database:
        """Open a file, without waiting for the disk."""
        return Database(url, synchronous="OFF")

    def drop(self, url: str) -> None:
        """Delete a file and what SQLite keeps beside it."""
        for each in self._folder.glob(f"{_path(url).name}*"):
            each.unlink()

    def _created(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def _copied(self, url: str, name: str) -> str:
        copy = self._created(name)
        shutil.copy(_path(url), _path(copy))
        return copy


class PostgresDatabases(Databases):
    """Databases of one server; `url` is to be formatted with a name."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def open(self, url: str) -> Database:
        """Open a database."""
        return Database(url)

    def drop(self, url: str) -> None:
        """Drop a database."""
        self._do(f"DROP DATABASE {_name(url)}")

    def _created(self, name: str) -> str:
        self._do(f"CREATE DATABASE {name}")
        return self._url.format(name)

    def _copied(self, url: str, name: str) -> str:
        self._do(f"CREATE DATABASE {name} TEMPLATE {_name(url)}")
        return self._url.format(name)

    def _do(self, statement: str) -> None:
        url = self._url.format("postgres").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
