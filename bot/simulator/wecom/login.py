"""The page that a web login passes through. WeCom's client knows who holds it; here one is asked."""

from __future__ import annotations

import re
import secrets
from html import escape
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Found

from bot.simulator.clock import MachineTime
from bot.simulator.loopback import is_loopback
from bot.simulator.wecom.app import Members, WecomApp
from bot.simulator.wecom.errors import Refused

# Source: path/96442 and path/91022: a code is good once and for five minutes; what `state` may hold.
CODE_SECONDS = 300
BAD_CODE = 40029
_STATE = re.compile("[a-zA-Z0-9]{0,128}")


class Codes:
    """Codes given out, each for one member. Real machine time."""

    def __init__(self, machine: MachineTime) -> None:
        self._machine = machine
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, userid: str) -> str:
        """A new code."""
        code = secrets.token_urlsafe(32)
        self._issued[code] = (userid, self._machine() + CODE_SECONDS)
        return code

    def redeem(self, code: str) -> str:
        """The member behind a code, which is spent by it."""
        userid, end = self._issued.pop(code, ("", 0.0))
        if end <= self._machine():
            raise Refused(BAD_CODE)
        return userid

    def clear(self) -> None:
        """No code is good any more."""
        self._issued.clear()


class LoginPage:
    """`/connect/oauth2/authorize`, with a question in the place of the client's own knowledge."""

    def __init__(self, app: WecomApp, members: Members, codes: Codes) -> None:
        self._app, self._members, self._codes = app, members, codes

    def blueprint(self) -> Blueprint:
        """The page, and the choice made on it."""
        door = Blueprint("wecom_login", __name__, url_prefix="/connect/oauth2")
        door.add_url_rule("/authorize", view_func=self.ask, methods=["GET"])
        door.add_url_rule("/as", view_func=self.choose, methods=["GET"])
        return door

    def ask(self) -> str:
        """以谁的身份打开？"""
        back, _ = self._asked()
        links = "".join(
            f'<li><a href="as?{escape(urlencode({**request.args.to_dict(), "userid": each.wecom_userid}))}">'
            f"{escape(each.name)}</a></li>"
            for each in self._members.visible()
        )
        return (
            '<!doctype html><html lang="zh"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>模拟企业微信登录</title>'
            f"<h1>以谁的身份打开？</h1><p>真实的企业微信不问，直接打开 {escape(urlsplit(back).netloc)}。</p>"
            f"<ul>{links}</ul>"
        )

    def choose(self) -> Found | Response:
        """Go on as that member."""
        back, state = self._asked()
        member = self._members.find(request.args.get("userid", ""))
        if member is None:
            abort(400)
        brought = {"code": self._codes.issue(member.wecom_userid), "state": state}
        return redirect(f"{back}?{urlencode(brought)}")

    def _asked(self) -> tuple[str, str]:
        """Where to go on, and with what: 400 for what the platform shows a page of errors for."""
        asked = request.args
        back, state = asked.get("redirect_uri", ""), asked.get("state", "")
        fits = asked.get("appid") == self._app.corp_id and asked.get("response_type") == "code"
        # A real app has its 可信域名; here it is this machine.
        ours = is_loopback(urlsplit(back).hostname or "")
        if not (fits and ours and asked.get("scope") == "snsapi_base" and _STATE.fullmatch(state)):
            abort(400)
        return back, state
