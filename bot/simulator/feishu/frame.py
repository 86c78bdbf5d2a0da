"""The frames of the long connection: one small protobuf message, written and read without the SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

CONTROL, DATA = 0, 1

# Field numbers of pbbp2.Frame and pbbp2.Header, as the platform's SDKs carry them.
_SEQ_ID, _LOG_ID, _SERVICE, _METHOD, _HEADERS, _PAYLOAD = 1, 2, 3, 4, 5, 8
_KEY, _VALUE = 1, 2
_NUMBER, _BYTES = 0, 2


@dataclass(frozen=True)
class Frame:
    """`method` is CONTROL for pings and pongs, DATA for events and what is answered to them."""

    method: int
    headers: Mapping[str, str]
    payload: bytes = b""
    service: int = 0


def encode(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    numbers = ((_SEQ_ID, 0), (_LOG_ID, 0), (_SERVICE, frame.service), (_METHOD, frame.method))
    head = b"".join(_varint(field << 3 | _NUMBER) + _varint(value) for field, value in numbers)
    headers = b"".join(
        _field(_HEADERS, _field(_KEY, key.encode()) + _field(_VALUE, value.encode()))
        for key, value in frame.headers.items()
    )
    return head + headers + _field(_PAYLOAD, frame.payload)


def decode(data: bytes) -> Frame:
    """Return the frame in `data`; fields that we do not know are passed over. Raises ValueError."""
    numbers: dict[int, int] = {}
    headers: dict[str, str] = {}
    payload = b""
    for field, value in _fields(data):
        if isinstance(value, int):
            numbers[field] = value
        elif field == _HEADERS:
            header = {part: text for part, text in _fields(value) if isinstance(text, bytes)}
            headers[header.get(_KEY, b"").decode()] = header.get(_VALUE, b"").decode()
        elif field == _PAYLOAD:
            payload = value
    if _METHOD not in numbers:
        raise ValueError("no method")
    return Frame(numbers[_METHOD], headers, payload, numbers.get(_SERVICE, 0))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        tag, position = _read_varint(data, position)
        value, position = _read_varint(data, position)
        kind = tag & 0b111
        if kind == _NUMBER:
            yield tag >> 3, value
        elif kind == _BYTES and position + value <= len(data):
            yield tag >> 3, data[position : position + value]
            position += value
        else:
            raise ValueError("not a frame")


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte, position = data[position], position + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("not a frame")
