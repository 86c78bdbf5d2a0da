"""Views as web pages, drawn alike whatever they show. They ask nobody who they are: for the demo only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request

from bot.config import is_this_machine
from bot.web import drawing
from handlers.contract.capability import OnView
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal

OpenContext = Callable[[], AbstractContextManager[Context]]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
    "frame-ancestors http://127.0.0.1:* http://localhost:*",
    "X-Content-Type-Options": "nosniff",
}


def view_pages(views: Mapping[str, OnView], read: OpenContext) -> Blueprint:
    """Return `/views/<capability>.<view>` and `/views/<capability>.<view>/<argument>`; `read` opens a
    transaction that only reads. Requests from other machines, or under a name of another, are refused."""
    room = Blueprint(
        "views", __name__, template_folder="templates", static_folder="static", static_url_path="/looks"
    )

    def show(name: str, argument: str = "") -> Response:
        view = views.get(name)
        if view is None:
            abort(404)
        try:
            with read() as ctx:
                return _page(200, "view.html", view=view(ctx, argument))
        except Refusal as refusal:
            return _page(404, "view_missing.html", sentence=refusal.sentence)

    room.before_request(_from_this_machine)
    drawing.teach(room)
    room.add_url_rule("/views/<name>", view_func=show, endpoint="list")
    room.add_url_rule("/views/<name>/<argument>", view_func=show)
    return room


def _page(status: int, template: str, **shown: object) -> Response:
    return Response(render_template(template, **shown), status=status, headers=HEADERS)


def _from_this_machine() -> None:
    asked_as = urlsplit(f"//{request.host}").hostname
    if not all(is_this_machine(each or "") for each in (request.remote_addr, asked_as)):
        abort(403)
