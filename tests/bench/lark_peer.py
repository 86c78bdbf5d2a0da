"""Runs in a process of its own, because of what the SDK costs to import: our way to a function and lark's.

Prints the rounds as JSON: {"ours": [seconds, ...], "lark": [...]}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from lark_oapi import EventDispatcherHandler
from lark_oapi.core.enum import LogLevel
from lark_oapi.core.model import RawRequest
from lark_oapi.event.callback.model.p2_card_action_trigger import P2CardActionTriggerResponse

from bot.platform import Answer, Clicked, Incoming
from handlers.contract.incoming import Click
from handlers.contract.reply import Reply
from tests.bench import callbacks
from tests.bench.measure import cpu, play
from tests.bot.feishu import sealing
from tests.bot.feishu.sealing import Webhook

TOAST = "好"


def ours(webhook: Webhook) -> Callable[[], Answer]:
    """Return our way of a click: edge, the capability's function by name, answer."""
    edge, now = callbacks.feishu_edge(), datetime.now(UTC)
    clicks = {callbacks.ACT: lambda click: Reply(toast=TOAST)}

    def way() -> Answer:
        found = edge.read(webhook.headers, {}, webhook.body, now)
        if not (isinstance(found, Incoming) and isinstance(found.body, Clicked)):
            raise TypeError("the click was not read as one")
        return edge.answer(found, clicks[found.body.act](Click(found.body.act, found.body.args)))

    return way


def lark(webhook: Webhook) -> Callable[[], object]:
    """Return the SDK's way of the same click."""
    builder = EventDispatcherHandler.builder(sealing.KEY, sealing.TOKEN, LogLevel.ERROR)
    answer = {"toast": {"type": "success", "content": TOAST}}
    handler = builder.register_p2_card_action_trigger(lambda _: P2CardActionTriggerResponse(answer)).build()
    request = RawRequest()
    request.uri, request.body = "/callbacks/feishu", webhook.body
    request.headers = {key.title(): value for key, value in webhook.headers.items()}

    def way() -> object:
        response = handler.do(request)
        if response.status_code != 200:
            raise ValueError(response.content)
        return response

    return way


def main(rounds: int, times: int) -> None:
    """Print what a click costs on either way."""
    webhook = callbacks.feishu_click()
    sys.stdout.write(
        json.dumps(play(rounds, {"ours": cpu(times, ours(webhook)), "lark": cpu(times, lark(webhook))}))
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
