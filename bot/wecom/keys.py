"""What a button of a card carries to the platform and back: the act and its arguments, in one short key."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from handlers.contract.card import Args

# Source: path/90236, button_list.key, in bytes of UTF-8.
MAX_KEY = 1024

_Text = Annotated[str, Meta(max_length=200)]
_Number = Annotated[int, Meta(gt=-(2**53), lt=2**53)]


class _Packed(Struct, omit_defaults=True):
    """`n` tells keys apart that would be the same, for a card must not hold one twice."""

    act: Annotated[str, Meta(min_length=1, max_length=200)]
    args: dict[_Text, _Text | _Number]
    n: int = 0


_decoder = msgspec.json.Decoder(_Packed)


def packed(act: str, args: Args, n: int = 0) -> str:
    """Return the key for a button: the same for the same request, whatever the order of its arguments."""
    return msgspec.json.encode(_Packed(act, dict(args), n), order="sorted").decode()


def unpacked(key: str) -> tuple[str, Args] | None:
    """Return act and args of a key of ours; None for anybody else's."""
    try:
        found = _decoder.decode(key)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    words = [found.act, *found.args, *(each for each in found.args.values() if isinstance(each, str))]
    return (found.act, found.args) if all(each.isprintable() for each in words) else None
