"""Uploads as the official client sends them: its parts have no file name, so Flask takes them for text."""

from __future__ import annotations

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData


def parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts of a multipart/form-data body by name, bytes as they came; empty when it is none."""
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or "boundary" not in options:
        return {}
    decoder = MultipartDecoder(options["boundary"].encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    found: dict[str, bytes] = {}
    name = ""
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                name = event.name
                found[name] = b""
            elif isinstance(event, Data):
                found[name] += event.data
    except ValueError:
        return {}
    return found
