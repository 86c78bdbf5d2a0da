"""The floor of a callback over HTTP, served as we serve: verify, decrypt, one durable transaction, JSON."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import waitress
from flask import Flask, Response, request

from tests.bench import edges, raw
from tests.bot.feishu.sealing import Webhook

ANSWER = json.dumps({"toast": {"type": "success", "content": "好"}})


def create_app(database: Path) -> Flask:
    """Return the application; a click signs the step that its `claim` names."""
    app = Flask("floor")
    own, writing = threading.local(), threading.Lock()

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    @app.post("/callbacks/feishu")
    def callback() -> Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        event = edges.plain(Webhook(headers, request.get_data()), json.loads)["event"]
        if not hasattr(own, "connection"):
            own.connection = raw.connect(database, "FULL")
        with writing:
            raw.sign(own.connection, event["action"]["value"]["args"]["claim"])
        return Response(ANSWER, content_type="application/json")

    return app


if __name__ == "__main__":
    port, file, threads = sys.argv[1:]
    waitress.serve(
        create_app(Path(file)),
        host="127.0.0.1",
        port=int(port),
        threads=int(threads),
        ident=None,
        _quiet=True,
    )
