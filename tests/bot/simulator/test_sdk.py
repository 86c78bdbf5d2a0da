"""The real SDK, in a process of its own, finds the simulator no different from the platform."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.simulator import Simulator
from tests.bot.simulator.fake_bot import FakeBot
from tests.bot.simulator.town import APP, PEOPLE, PNG, Hands, Town, button, card

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def sdk() -> Iterator[dict[str, Any]]:
    bot = FakeBot(APP.encrypt_key)
    bot.start()
    simulator = Simulator(PEOPLE, APP, bot.url, machine=Hands())
    simulator.start()
    town = Town(simulator, bot, Hands())
    try:
        yield json.loads(_run(_asked(town)))
    finally:
        simulator.stop()
        bot.stop()


def _asked(town: Town) -> dict[str, Any]:
    shown = card(button("同意"))
    town.say("chen", "报销")
    town.sent("chen", "interactive", shown)
    town.click("chen", "同意")
    callbacks = [
        {"headers": received.headers, "body": received.body.decode()} for received in town.bot.received
    ]
    sent = town.do("upload", {"person": "chen", "name": "发票 1.pdf", "content_base64": "JVBERg=="})
    key = json.loads(town.bot.last.plain["event"]["message"]["content"])["file_key"]
    return {
        "base_url": town.simulator.base_url,
        "app": {
            "id": APP.app_id,
            "secret": APP.app_secret,
            "encrypt_key": APP.encrypt_key,
            "verification_token": APP.verification_token,
        },
        "card": shown,
        "png": PNG.decode("latin1"),
        "file": {"message_id": sent["message_id"], "key": key},
        "callbacks": callbacks,
    }


def _run(asked: dict[str, Any]) -> str:
    command = [sys.executable, "-m", "tests.bot.simulator.sdk_session", json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_call_succeeds(sdk: dict[str, Any]) -> None:
    assert set(sdk["codes"]) == {0}


def test_the_uuid_gives_the_first_message_back(sdk: dict[str, Any]) -> None:
    assert sdk["ids"][0] == sdk["ids"][1]
    assert sdk["sender"] == APP.app_id


def test_refusals_are_returned_with_their_codes(sdk: dict[str, Any]) -> None:
    assert sdk["wrong"][0] == 230099
    assert "ErrCode: 200861" in sdk["wrong"][1]
    assert sdk["outside"] == 230013
    assert sdk["limited"] == [0, 0, 0, 0, 0, 230020]


def test_a_dead_token_is_refused_and_a_new_one_works(sdk: dict[str, Any]) -> None:
    assert sdk["revoked"] == [99991663, 99991663, 0]


def test_files_go_up_and_come_down_with_their_names(sdk: dict[str, Any]) -> None:
    assert sdk["own_image"].encode("latin1") == PNG
    assert sdk["own_file"] == ["发票.pdf", "%PDF-1.7"]
    assert sdk["downloaded"] == ["发票 1.pdf", "%PDF"]


def test_people_and_the_bot_are_found(sdk: dict[str, Any]) -> None:
    assert (sdk["found"], sdk["user"], sdk["bot"]) == ("ou_lin", "林晓", APP.bot_open_id)


def test_the_sdks_dispatcher_accepts_our_callbacks(sdk: dict[str, Any]) -> None:
    message, click = sdk["events"]
    assert message == [200, '{"text": "报销"}']
    assert click == [200, {"act": "expense.approve", "args": {"id": 1}}]
