"""What reaches a capability: words, a click, a filled form, a file; already authenticated and attributed."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from handlers.contract.card import Args


class Message(Struct, frozen=True):
    """Words typed to the assistant: `word` is the command, `rest` what follows it, both trimmed."""

    word: str
    rest: str = ""


class Click(Struct, frozen=True):
    """A button pressed. A request, not a truth: the service reloads and checks everything."""

    act: str
    args: Args


class Submission(Struct, frozen=True):
    """A filled form, however it was asked; `values` by question name, as typed."""

    act: str
    args: Args
    values: Mapping[str, str]


class StoredFile(Struct, frozen=True):
    """A file that we keep, named by its content: `sha256` in hex, `size` in bytes, `mime` by content."""

    sha256: str
    name: str
    size: int
    mime: str


class FileOffered(Struct, frozen=True):
    """A file was sent in chat and is being fetched; `ticket` names the fetch."""

    ticket: int
    name: str


class FileStored(Struct, frozen=True):
    """The fetch `ticket` ended well."""

    ticket: int
    file: StoredFile


class FileLost(Struct, frozen=True):
    """The fetch `ticket` ended without a file; `why` is a Chinese clause for the sender."""

    ticket: int
    name: str
    why: str


class FileGiven(Struct, frozen=True):
    """A file that somebody adds to a form on its page; `args` are those of the form."""

    args: Args
    file: StoredFile


class FileTaken(Struct, frozen=True):
    """A file that somebody takes out of a form again; `key` as the form's question names it."""

    args: Args
    key: str
