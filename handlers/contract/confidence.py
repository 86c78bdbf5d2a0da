"""What is said without a name: taken before anything is known or noted of who says it (decision 28)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from handlers.contract.context import Context
from handlers.contract.reply import Reply


class Unsigned(Struct, frozen=True):
    """Words, or a form's answers, without their sender. `group`: others could read them too; `act` is the
    button that handed a form in; `flood`: much has come in within the last hour."""

    text: str = ""
    act: str = ""
    values: Mapping[str, str] = {}
    group: bool = False
    flood: bool = False


class Confidence(Struct, frozen=True):
    """What a capability takes without its sender. `hears` tells whether words are for it, and is asked of all
    that is typed, before anything else; `acts` are its buttons. `overhears` answers words that nobody
    understood and that should leave no trace either; None where they are harmless."""

    hears: Callable[[str], bool]
    acts: frozenset[str]
    take: Callable[[Context, Unsigned], Reply]
    overhears: Callable[[Context, Unsigned], Reply | None]
