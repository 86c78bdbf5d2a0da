"""What a capability offers: its words, clicks, forms and jobs. The catalogue lists capabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from handlers.contract.card import Args, Form
from handlers.contract.confidence import Confidence
from handlers.contract.context import Asked, Context
from handlers.contract.coverage import OnCovers
from handlers.contract.figures import OnFigures
from handlers.contract.incoming import (
    Click,
    FileGiven,
    FileLost,
    FileOffered,
    FileStored,
    FileTaken,
    Message,
    Submission,
)
from handlers.contract.ledger import OnFacts, OnSample
from handlers.contract.remark import Remark
from handlers.contract.reminder import Ladder, OnWaiting
from handlers.contract.reply import Reply
from handlers.contract.view import View
from handlers.contract.watch import OnNews, OnWatch
from scheduler.job import Job

OnMessage = Callable[[Asked, Message], Reply]
OnClick = Callable[[Asked, Click], Reply]
OnSubmission = Callable[[Asked, Submission], Reply]
OnView = Callable[[Context, str], View]
OnBoard = Callable[[Asked, str], View]
Check = Callable[[Context], Sequence[Remark]]
OnCancel = Callable[[Asked], Reply | None]
OnKeep = Callable[[Asked, Submission], None]
OnEnclosed = Callable[[Asked, FileGiven | FileTaken], None]
OnFile = Callable[[Asked, FileOffered | FileStored | FileLost], Reply]


class Word(Struct, frozen=True):
    """A chat word: what it does, and its line in 帮助 (empty: not listed). `usage` shows how it is typed."""

    run: OnMessage
    help: str = ""
    usage: str = ""


class Ask(Struct, frozen=True):
    """A form that can be handed in: `form` gives its questions anew, `run` takes the answers.

    For its page: `keep` remembers what was typed so far, `enclose` takes files; `word` begins it again.
    """

    form: Callable[[Asked, Args], Form]
    run: OnSubmission
    keep: OnKeep | None = None
    enclose: OnEnclosed | None = None
    word: str = ""


class Capability(Struct, frozen=True, kw_only=True):
    """One thing that the assistant can do. Clicks and forms are keyed by the act without the name; `settings`
    are the defaults of what the council fixes; `check` says what stands in the way of the work today;
    `waiting` what waits for a person; `watch` what those who supervise should see, `news` what they have not
    heard yet, `figures` the numbers of a month; `facts` and `sample` what
    the ledger tells a team that checks itself; `covers` which clauses of the plan it shows to be kept;
    `ladders` when people hear of its deadlines, by their kind.
    `confidence`: what it takes without knowing from whom.
    `views` ask nobody who they are and are for the demo; `boards` are read by one person, whom they refuse
    what is not theirs."""

    name: str
    words: Mapping[str, Word] = {}
    clicks: Mapping[str, OnClick] = {}
    forms: Mapping[str, Ask] = {}
    takes_files: OnFile | None = None
    cancel: OnCancel | None = None
    views: Mapping[str, OnView] = {}
    boards: Mapping[str, OnBoard] = {}
    check: Check | None = None
    waiting: OnWaiting | None = None
    watch: OnWatch | None = None
    news: OnNews | None = None
    figures: OnFigures | None = None
    facts: OnFacts | None = None
    sample: OnSample | None = None
    covers: OnCovers | None = None
    ladders: Mapping[str, Ladder] = {}
    jobs: Sequence[Job[Context]] = ()
    settings: Mapping[str, object] = {}
    confidence: Confidence | None = None
