"""The HTTP edge: raw bytes in, checked by the platform's inbound, led to the router, answered in time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import IO, Protocol

from flask import Flask, Request, Response, abort, request
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from bot.aside import Unreachable
from bot.logs import traced
from bot.platform import Answer, Inbound, Incoming, Other, Refused, Verifies
from handlers.contract.reply import Reply

log = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
"""Bytes. Feishu's and WeCom's callbacks are far smaller; files never come this way."""


FRONT = "清廉助手在运行。请在飞书或企业微信里和它聊天。"
"""What a notice of WeCom's, which must lead somewhere, leads to for now."""


class InMemory(Request):
    """A request whose files are taken apart in memory: werkzeug would put them into temporary files."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


class Handles(Protocol):
    """What the edge wants of the router."""

    def handle(self, incoming: Incoming) -> Reply | None:
        """Do what was asked, once."""


def create_app(
    inbounds: Mapping[str, Inbound],
    verifiers: Mapping[str, Verifies],
    router: Handles,
    machine: Callable[[], datetime],
    waiting: Callable[[], Mapping[str, int]],
) -> Flask:
    """Return the web application. `waiting` counts the outbox by state; it also proves the database."""
    app = Flask("qinglian")
    app.request_class = InMemory
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    edge = Edge(inbounds, verifiers, router, machine)
    app.add_url_rule("/callbacks/<name>", view_func=edge.callback, methods=["POST"])
    app.add_url_rule("/callbacks/<name>", view_func=edge.verify, methods=["GET"], endpoint="verify")
    app.register_error_handler(Exception, _broken)

    @app.get("/")
    def front() -> Response:
        return Response(FRONT, content_type="text/plain; charset=utf-8")

    @app.get("/healthz")
    def health() -> Response:
        waiting()
        return Response('{"status":"ok"}', content_type="application/json")

    @app.get("/metrics")
    def metrics() -> Response:
        for state, count in waiting().items():
            edge.counters.outbox.labels(state).set(count)
        return Response(generate_latest(edge.counters.registry), content_type=CONTENT_TYPE_LATEST)

    return app


class Edge:
    """What stands between the platforms and the router."""

    def __init__(
        self,
        inbounds: Mapping[str, Inbound],
        verifiers: Mapping[str, Verifies],
        router: Handles,
        machine: Callable[[], datetime],
    ) -> None:
        self._inbounds, self._verifiers = inbounds, verifiers
        self._router, self._machine = router, machine
        self.counters = Counters()

    def callback(self, name: str) -> Response:
        """Take a callback: read it, do what it asks, answer."""
        inbound = self._inbounds.get(name)
        if inbound is None:
            abort(404)
        try:
            incoming = self._read(inbound)
        except Refused as refused:
            return self._refuse(name, refused)
        if isinstance(incoming, Answer):
            return _response(incoming)
        try:
            reply = self._router.handle(incoming)
        except Unreachable:
            # Said to nobody but the platform: a line here would tell when somebody spoke in confidence.
            return Response('{"error":"later"}', status=503, content_type="application/json")
        if reply is None or reply.keep:
            self._count(name, incoming)
        return _response(inbound.answer(incoming, reply))

    def verify(self, name: str) -> Response:
        """Answer a platform's check of our address."""
        verifier = self._verifiers.get(name)
        if verifier is None:
            abort(404)
        try:
            return _response(verifier.verify(request.args.to_dict(), self._machine()))
        except Refused as refused:
            return self._refuse(name, refused)

    def _read(self, inbound: Inbound) -> Incoming | Answer:
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            raise Refused(413, "too large") from None
        except ClientDisconnected:
            raise Refused(400, "truncated") from None
        headers = {key.lower(): value for key, value in request.headers.items()}
        return inbound.read(headers, request.args.to_dict(), body, self._machine())

    def _count(self, name: str, incoming: Incoming) -> None:
        if isinstance(incoming.body, Other):
            self.counters.unused.labels(name, incoming.body.kind[:64]).inc()
        else:
            self.counters.callbacks.labels(name, type(incoming.body).__name__.lower()).inc()

    def _refuse(self, name: str, refused: Refused) -> Response:
        self.counters.refused.labels(name, str(refused.status)).inc()
        log.warning("callback refused: %s %s %s", name, refused.status, refused.why)
        return Response('{"error":"refused"}', status=refused.status, content_type="application/json")


class Counters:
    """What /metrics shows. Labels never hold anything that a person typed."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.callbacks = Counter(
            "qinglian_callbacks", "Callbacks taken", ["platform", "kind"], registry=self.registry
        )
        self.unused = Counter(
            "qinglian_unused_events",
            "Authentic events without use",
            ["platform", "kind"],
            registry=self.registry,
        )
        self.refused = Counter(
            "qinglian_refused", "Callbacks refused", ["platform", "status"], registry=self.registry
        )
        self.outbox = Gauge("qinglian_outbox", "Messages by state", ["state"], registry=self.registry)


def _broken(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException):
        log.warning("request refused: %s", error.code)
        return error
    log.error("a request failed: %s", traced(error))
    return Response('{"error":"internal"}', status=500, content_type="application/json")


def _response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.status, content_type=answer.content_type)
