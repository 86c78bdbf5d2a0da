"""Feishu's refusals: code, HTTP status and message, as its pages on the message API list them."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Response, jsonify

from bot.simulator.chats import Json, fresh
from bot.simulator.refusal import ApiRefused

# code -> (HTTP status, message). Source: the error tables of im/v1/message create, reply, patch and
# delete, message-resource/get, image/create, file/create, contact/v3, and the general error page; for the
# long connection, what its official clients report.
CODES: dict[int, tuple[int, str]] = {
    10003: (200, "invalid param"),
    10014: (200, "app secret invalid"),
    41050: (400, "no user authority error"),
    1000040345: (200, "app_id or app_secret is invalid"),
    1000040346: (200, "app_id is invalid"),
    99991400: (429, "request trigger frequency limit"),
    99991661: (400, "Missing access token for authorization. Please make a request with token attached."),
    99991663: (400, "Invalid access token for authorization. Please make a request with token attached."),
    99991664: (400, "Invalid app access token."),
    99991672: (400, "Access denied. One of the required scopes is missing."),
    99992402: (400, "field validation failed"),
    230001: (400, "Your request contains an invalid request parameter."),
    230002: (400, "The bot can not be outside the group."),
    230006: (400, "Bot ability is not activated."),
    230011: (400, "The message is recalled."),
    230013: (400, "Bot has NO availability to this user."),
    230017: (400, "Bot is NOT the owner of the resource."),
    230018: (400, "These operations are NOT allowed at current group settings."),
    230020: (400, "This operation triggers the frequency limit."),
    230022: (400, "The content of the message contains sensitive information."),
    230025: (400, "The length of the message content reaches its limit."),
    230027: (400, "Lack of necessary permissions."),
    230028: (400, "The messages do NOT pass the audit."),
    230029: (400, "The user has resigned."),
    230031: (400, "Message can only be modified within 14 days after sending."),
    230035: (400, "Send Message Permission deny."),
    230038: (400, "Cross tenant p2p chat operate forbid."),
    230049: (400, "The message is being sent."),
    230053: (400, "The user has stopped the bot from sending messages."),
    230054: (400, "This operation is not supported for this message type."),
    230055: (400, "The type of file upload does not match the type of message being sent."),
    230099: (400, "Failed to create card content"),
    230110: (400, "Action unavailable as the message has been deleted."),
    232009: (400, "Your request specifies a chat which has already been dissolved."),
    234001: (400, "Invalid request param."),
    234003: (400, "File not in message."),
    234005: (400, "Image has been deleted"),
    234006: (400, "The file size exceed the max value."),
    234008: (400, "The app is not the resource sender"),
    234010: (400, "File's size can't be 0."),
    234011: (400, "Can't recognize the image format."),
    234039: (400, "Image resolution exceeds limit."),
    234043: (400, "Unsupported message type."),
}

# Any other code that a test asks for by the fault api_error.
UNKNOWN = (400, "error")


@dataclass(eq=False)
class Refused(ApiRefused):
    """One refusal. `detail` is what the platform adds after the message (its `ext=`)."""

    code: int
    detail: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return CODES.get(self.code, UNKNOWN)[0]

    def body(self) -> Json:
        """The answer's JSON."""
        message = CODES.get(self.code, UNKNOWN)[1]
        if self.detail:
            message += f", ext={self.detail}"
        return {"code": self.code, "msg": message, "error": {"log_id": fresh("")}}

    def response(self) -> Response:
        """The answer as it goes out."""
        response = jsonify(self.body())
        response.status_code = self.status
        response.headers.update(self.headers)
        return response


def too_often(wait: float, limit: int) -> Refused:
    """The gateway's refusal with the seconds to wait, rounded up, in the header that clients read."""
    return Refused(
        99991400,
        headers={
            "x-ogw-ratelimit-limit": str(limit),
            "x-ogw-ratelimit-reset": str(max(1, -int(-wait // 1))),
        },
    )
