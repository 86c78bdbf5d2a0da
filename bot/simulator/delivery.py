"""Callbacks on their way to the bot: sent, lost, doubled, held back, sent again, and what came of each."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import requests

from bot.simulator.clock import ShiftedClock
from bot.simulator.faults import CALLBACK_FAULTS, Faults
from bot.simulator.loopback import loopback_url
from bot.simulator.traffic import Traffic

CONNECT_SECONDS = 2.0
KEPT = 200


@dataclass(frozen=True)
class Callback:
    """One signed request, ready to go. `repushed`: whether the platform tries again when it fails, and then
    `retries` times at most; `later` hears what came of every try after the first. `path` may have a query.
    `carry` takes the callback to the bot, within so many seconds, where that is not by HTTP."""

    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    event: str
    event_id: str
    person: str = ""
    repushed: bool = True
    deadline: float = 3.0
    method: str = "POST"
    retries: int | None = None
    later: Callable[[Outcome], object] | None = None
    carry: Carry | None = None


@dataclass(frozen=True)
class Outcome:
    """The bot's answer. `status` None: none in time, and `error` says timeout, unreachable, lost or held."""

    status: int | None
    body: bytes = b""
    error: str = ""


Carry = Callable[[Callback, float], Outcome]


class Delivery:
    """Posts callbacks to `url`, the bot's base address, and remembers the newest ones byte for byte.

    `deadline` replaces each callback's own when given (seconds). `repush` lists the seconds after
    which a failed, repushable callback is sent again by itself; empty: only on request.
    """

    def __init__(
        self,
        url: str,
        faults: Faults,
        traffic: Traffic,
        clock: ShiftedClock,
        lock: threading.RLock,
        deadline: float | None,
        repush: Sequence[float],
    ) -> None:
        self.url = url
        self._faults = faults
        self._traffic = traffic
        self._clock = clock
        self._lock = lock
        self._deadline = deadline
        self._repush = tuple(repush)
        self._sent: deque[Callback] = deque(maxlen=KEPT)
        self._held: list[Callback] = []
        self._timers: set[threading.Timer] = set()

    @property
    def url(self) -> str:
        """The bot's base address; only loopback is accepted."""
        return self._url

    @url.setter
    def url(self, url: str) -> None:
        self._url = loopback_url(url)

    def late_by(self, person: str) -> float:
        """Seconds by which the callback about to be signed shall be dated back."""
        with self._lock:
            fault = self._faults.take("late_callback", person=person)
        if fault is None:
            return 0.0
        return 3600.0 if fault.seconds is None else fault.seconds

    def send(self, callback: Callback) -> Outcome:
        """Deliver as the faults in waiting allow, then whatever was held back for this moment."""
        kinds = tuple(kind for kind in CALLBACK_FAULTS if kind != "late_callback")
        with self._lock:
            self._sent.append(callback)
            fault = self._faults.take(*kinds, person=callback.person)
            if fault is not None and fault.kind == "out_of_order":
                self._held.append(callback)
                return Outcome(None, error="held")
            behind, self._held = self._held, []
        if fault is not None and fault.kind == "lost_callback":
            outcome = self._note(callback, Outcome(None, error="lost"))
        else:
            outcome = self._post(callback)
        if fault is not None and fault.kind == "duplicate_callback":
            self._post_again(callback)
        for held in behind:
            self._post_again(held)
        if outcome.status != 200 and callback.repushed:
            self._plan(callback, 0)
        return outcome

    def again(self, count: int, event: str = "") -> list[tuple[Callback, Outcome]]:
        """Send the newest `count` callbacks (of one event type) once more, oldest first, same bytes."""
        with self._lock:
            chosen = [sent for sent in self._sent if event in ("", sent.event)][-count:]
        return [(callback, self._post_again(callback)) for callback in chosen]

    def forget(self) -> None:
        """Drop what is remembered, held back or planned."""
        with self._lock:
            for timer in self._timers:
                timer.cancel()
            self._timers.clear()
            self._sent.clear()
            self._held.clear()

    def _plan(self, callback: Callback, tried: int) -> None:
        waits = self._repush[: callback.retries]
        if tried >= len(waits):
            return
        timer = threading.Timer(waits[tried], self._retry, (callback, tried))
        timer.daemon = True
        with self._lock:
            self._timers = {waiting for waiting in self._timers if waiting.is_alive()} | {timer}
            timer.start()

    def _retry(self, callback: Callback, tried: int) -> None:
        if self._post_again(callback).status != 200:
            self._plan(callback, tried + 1)

    def _post_again(self, callback: Callback) -> Outcome:
        outcome = self._post(callback)
        if callback.later is not None:
            callback.later(outcome)
        return outcome

    def _post(self, callback: Callback) -> Outcome:
        return self._note(callback, self._request(callback))

    def _request(self, callback: Callback) -> Outcome:
        deadline = callback.deadline if self._deadline is None else self._deadline
        if callback.carry is not None:
            return callback.carry(callback, deadline)
        if not self._url:
            return Outcome(None, error="unreachable")
        started = time.monotonic()
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.request(
                    callback.method,
                    self._url + callback.path,
                    data=callback.body,
                    headers=dict(callback.headers),
                    timeout=(min(CONNECT_SECONDS, deadline), deadline),
                    allow_redirects=False,
                )
        except requests.Timeout:
            return Outcome(None, error="timeout")
        except requests.RequestException:
            return Outcome(None, error="unreachable")
        if time.monotonic() - started > deadline:
            return Outcome(None, error="timeout")
        return Outcome(answer.status_code, answer.content)

    def _note(self, callback: Callback, outcome: Outcome) -> Outcome:
        with self._lock:
            self._traffic.callback(
                self._clock.now(),
                callback.method,
                callback.path,
                outcome.status,
                callback.event,
                callback.event_id,
            )
        return outcome
