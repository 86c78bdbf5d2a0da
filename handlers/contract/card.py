"""What a person is shown: a card with facts, a trail and buttons, and the questions it may ask."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from handlers.contract.chart import Chart
from handlers.contract.refusal import Refusal

Args = Mapping[str, str | int]


def number_in(args: Args, name: str) -> int:
    """Return a number that a button carried. Raises Refusal when the button is not one of ours."""
    value = args.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Refusal("这个按钮已经失效，请发「待办」或「我的」重新打开")
    return value


class Tone(StrEnum):
    """The mood of a card; each platform has its own colour or word for it."""

    INFO = "info"
    PENDING = "pending"
    GOOD = "good"
    BAD = "bad"
    MUTED = "muted"


class Style(StrEnum):
    """How much a button stands out."""

    PRIMARY = "primary"
    DANGER = "danger"
    PLAIN = "plain"


class Field(Struct, frozen=True):
    """One fact: a short label and its value, both plain text."""

    label: str
    value: str
    wide: bool = False


class Section(Struct, frozen=True, tag="section"):
    """A few lines of plain text under a heading; `folded` ones open on a tap where the platform can."""

    lines: tuple[str, ...]
    title: str = ""
    folded: bool = False


class Confirm(Struct, frozen=True):
    """What a person is asked once more before a button counts."""

    title: str
    text: str


class Button(Struct, frozen=True):
    """A request that a person can make. `act` is `<capability>.<act>`; `args` are ids and versions only;
    `say` is what can be typed instead, for a client that cannot show the card."""

    label: str
    act: str
    args: Args = {}
    style: Style = Style.PLAIN
    confirm: Confirm | None = None
    say: str = ""


class Kind(StrEnum):
    """How a question is answered. Files are sent in the chat, never inside a card."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    FILES = "files"


class Option(Struct, frozen=True):
    """One answer to choose."""

    value: str
    label: str


class Enclosed(Struct, frozen=True):
    """A file that answers a question already: `key` names it among the others, `size` in bytes."""

    key: str
    name: str
    size: int


class Question(Struct, frozen=True):
    """One question of a form. `default` is shown as already answered; `limit` counts characters. `decimal`:
    a number is wanted, for clients that have keys of their own for it."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = True
    options: tuple[Option, ...] = ()
    default: str = ""
    hint: str = ""
    limit: int = 200
    decimal: bool = False
    enclosed: tuple[Enclosed, ...] = ()


class Form(Struct, frozen=True):
    """Questions and the buttons that hand their answers in. `name` is unique within the card.

    `at_once`: filling it in is what the card is for; where cards take no input the asking begins by itself.
    `page`: it may also be filled in on a web page, under `title`. `problems`: the questions whose answers
    cannot be used, each with one sentence.
    """

    name: str
    questions: tuple[Question, ...]
    buttons: tuple[Button, ...]
    at_once: bool = False
    problems: Mapping[str, str] = {}
    page: bool = False
    title: str = ""


class Link(Struct, frozen=True):
    """A way to a web page: an address, or the path of a page of ours."""

    label: str
    url: str


class Board(Struct, frozen=True):
    """A page to read, `<capability>.<board>`, behind a button called `label`; `argument` says which one."""

    name: str
    argument: str = ""
    label: str = "打开页面"


class Card(Struct, frozen=True, kw_only=True):
    """One message that shows a matter and what can be done about it.

    `subject` (`expense:123:step:2`) is how copies already sent are found and replaced. `preview` is what
    the chat list and a locked phone show, so it names no amount and no person. `calls`: something waits for
    the reader, so that a new card is sent where the old one can no longer be replaced. `board`: a page that
    its reader can open for half an hour, in answers alone; nothing where there are no pages.
    """

    title: str
    subject: str
    tone: Tone = Tone.INFO
    tag: str = ""
    subtitle: str = ""
    preview: str = ""
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()
    form: Form | None = None
    link: Link | None = None
    board: Board | None = None
    calls: bool = False
    chart: Chart | None = None
