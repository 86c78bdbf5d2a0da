"""WeCom's refusals: codes and messages as the page of global error codes lists them (path/90313)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, jsonify

from bot.simulator.chats import Json
from bot.simulator.refusal import ApiRefused

CODES: dict[int, str] = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40056: "invalid agentid",
    40058: "invalid parameter",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "secret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41016: "title missing",
    42001: "access_token expired",
    42014: "taskid has existed",
    42018: "invalid button key",
    42019: "button key missing",
    42020: "button name missing",
    42022: "code has been used",
    42045: "Template_Card.card_action missing or invalid",
    44001: "empty media data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    47001: "data format error",
    48002: "api forbidden",
    50001: "redirect_url no trusted domain",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81013: "user & party & tag all invalid",
    82001: "touser & toparty & totag all empty",
    301002: "not allow operate another agent with this accesstoken",
}


@dataclass(eq=False)
class Refused(ApiRefused):
    """One refusal. `detail` is the hint after the message; the platform sends all of them with HTTP 200."""

    code: int
    detail: str = ""

    def body(self) -> Json:
        """The answer's JSON."""
        message = CODES.get(self.code, "error")
        return {"errcode": self.code, "errmsg": f"{message}, hint: {self.detail}" if self.detail else message}

    def response(self) -> Response:
        """The answer as it goes out."""
        return jsonify(self.body())
