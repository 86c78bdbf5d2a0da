"""The control API around the chats: what everybody sees, the clock, the log, beginning again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.simulator import SimPerson, Simulator
from tests.bot.simulator.town import APP, PEOPLE, Hands, Json, Town, button, card, form, plain, submit


def test_everybody_and_where_they_have_an_account(town: Town) -> None:
    people = town.raw("GET", "/_sim/people").json()["people"]
    assert [person["key"] for person in people] == ["lin", "wang", "chen", "he"]
    assert people[0] == {
        "key": "lin",
        "name": "林晓",
        "department": "项目部",
        "platforms": ["feishu"],
        "left": False,
    }
    assert people[3]["platforms"] == []


def test_a_card_is_shown_with_all_that_its_reader_can_use(town: Town) -> None:
    reason = {"tag": "input", "name": "reason", "label": plain("意见"), "required": True, "max_length": 50}
    options = [{"text": plain("示范项目"), "value": "p-1"}]
    label = {"tag": "div", "text": plain("项目")}
    project = {"tag": "select_static", "name": "project", "placeholder": plain("请选择"), "options": options}
    confirm = {"title": plain("确认？"), "text": plain("不可撤销")}
    shown = card(
        button("撤回", disabled=True, type="danger", confirm=confirm),
        form(reason, label, project | {"initial_option": "p-1"}, submit("提交")),
    )
    message_id = town.sent("lin", "interactive", shown)
    (message,) = town.chat("lin")
    sent_at = message.pop("sent_at")
    assert message.pop("updated_at") == sent_at
    assert datetime.fromisoformat(sent_at).utcoffset() is not None
    assert message == {
        "message_id": message_id,
        "platform": "feishu",
        "chat": "p2p",
        "from": "bot",
        "sender": "bot",
        "type": "card",
        "text": "",
        "card": shown,
        "words": "【费用报销】\n[撤回·不可点]\n意见（必填）：________\n项目：◉ 示范项目\n[提交]",
        "buttons": [
            {
                "label": "撤回",
                "enabled": False,
                "form_submit": False,
                "type": "danger",
                "confirm": "不可撤销",
                "url": "",
            },
            {
                "label": "提交",
                "enabled": True,
                "form_submit": True,
                "type": "default",
                "confirm": "",
                "url": "",
            },
        ],
        "form": [
            {
                "name": "reason",
                "label": "意见",
                "kind": "text",
                "required": True,
                "options": [],
                "default": "",
                "max_length": 50,
            },
            {
                "name": "project",
                "label": "项目",
                "kind": "choice",
                "required": False,
                "options": [{"value": "p-1", "text": "示范项目"}],
                "default": "p-1",
                "max_length": None,
            },
        ],
        "recalled": False,
        "pinged_all": False,
        "reply_to": None,
        "file": None,
    }


def test_what_a_person_said_stands_in_the_chat(town: Town) -> None:
    said = town.say("lin", "报销")
    (message,) = town.chat("lin")
    assert message["message_id"] == said["message_id"]
    assert (message["from"], message["sender"], message["words"]) == ("person", "lin", "报销")


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("say", {"text": "报销"}, 400),
        ("say", {"person": "nobody", "text": "报销"}, 404),
        ("say", {"person": "lin"}, 400),
        ("say", {"person": "he", "text": "报销"}, 409),
        ("say", {"person": "lin", "text": "报销", "platform": "wecom"}, 404),
        ("say", {"person": "lin", "text": "报销", "chat": "street"}, 400),
        ("say", {"person": "lin", "text": "报销", "type": "song"}, 400),
        ("click", {"person": "lin"}, 400),
        ("click", {"person": "lin", "label": "同意"}, 409),
        ("click", {"person": "lin", "label": "同意", "values": ["x"]}, 400),
        ("event", {"person": "lin"}, 400),
        ("event", {"person": "lin", "type": "x.y", "event": "z"}, 400),
        ("clock", {}, 400),
        ("clock", {"now": "tomorrow"}, 400),
        ("clock", {"now": "2026-03-03T09:00:00"}, 400),
        ("clock", {"shift_seconds": "1"}, 400),
    ],
)
def test_a_request_that_makes_no_sense_says_why(town: Town, what: str, body: Json, status: int) -> None:
    assert town.do(what, body, status)["error"]
    assert town.bot.received == []


def test_only_json_is_taken(town: Town) -> None:
    answer = town.raw("POST", "/_sim/say", data='{"person": "lin", "text": "报销"}'.encode())
    assert answer.status_code == 400
    assert town.raw("GET", "/_sim/chats/nobody").status_code == 404


def test_the_log_names_paths_and_codes_but_no_secret_and_no_word(town: Town) -> None:
    town.say("lin", "机密的话")
    token = town.token
    town.create("lin", "text", {"text": "另一句机密"})
    town.create("lin", "text", {"text": ""})
    log = town.log()
    assert [entry["direction"] for entry in log[:2]] == ["callback", "api"]
    assert log[0]["event"] == "im.message.receive_v1"
    assert log[0]["status"] == 200
    codes = [(e["path"], e["status"], e["code"]) for e in log if e["path"].endswith("/messages")]
    assert codes == [("/open-apis/im/v1/messages", 200, 0), ("/open-apis/im/v1/messages", 400, 230001)]
    written = json.dumps(log, ensure_ascii=False)
    for secret in (token, APP.app_secret, APP.encrypt_key, APP.verification_token, "机密", "receive_id"):
        assert secret not in written


def test_the_apps_secrets_are_not_in_its_repr() -> None:
    for secret in (APP.app_secret, APP.encrypt_key, APP.verification_token):
        assert secret not in repr(APP)


# The clock.


def test_the_clock_is_shifted_set_and_reset(town: Town) -> None:
    assert town.do("clock", {"shift_seconds": 60})["offset_seconds"] == 60
    assert town.do("clock", {"shift_seconds": -90})["offset_seconds"] == -30
    moved = town.do("clock", {"now": "2026-03-03T09:00:00+08:00"})
    assert moved["now"] == "2026-03-03T01:00:00+00:00"
    town.hands.forward(5)
    assert town.raw("GET", "/_sim/clock").json()["now"] == "2026-03-03T01:00:05+00:00"
    assert town.do("clock", {"reset": True})["offset_seconds"] == 0


def test_the_shift_is_written_where_the_bots_processes_read_it(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "data" / "clock"
    file.parent.mkdir()
    simulator = Simulator(PEOPLE, APP, "", file)
    simulator.start()
    try:
        assert float(file.read_text()) == 0
        Town(simulator, town.bot, Hands()).do("clock", {"shift_seconds": 86400.5})
        assert float(file.read_text()) == 86400.5
    finally:
        simulator.stop()
    assert [path.name for path in file.parent.iterdir()] == ["clock"]


def test_a_restarted_simulator_goes_on_with_the_shifted_clock(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("3600")
    simulator = Simulator(PEOPLE, APP, "", file)
    simulator.start()
    try:
        assert Town(simulator, town.bot, Hands()).raw("GET", "/_sim/clock").json()["offset_seconds"] == 3600
    finally:
        simulator.stop()


# Beginning again.


def test_reset_forgets_everything_but_the_people(town: Town) -> None:
    town.say("lin", "报销")
    town.create("lin", "text", {"text": "你好"}, uuid="u-1")
    town.fault("server_error")
    town.do("clock", {"shift_seconds": 60})
    old = {"Authorization": f"Bearer {town.token}"} if town.raw("DELETE", "/_sim/fault") else {}
    town.do("event", {"person": "wang", "type": "deleted"})
    town.do("reset")
    assert town.chat("lin") == []
    assert town.log() == []
    assert town.raw("GET", "/_sim/clock").json()["offset_seconds"] == 0
    assert town.raw("GET", "/open-apis/bot/v3/info", headers=old).json()["code"] == 99991663
    assert town.do("redeliver")["results"] == []
    assert [person["left"] for person in town.raw("GET", "/_sim/people").json()["people"]] == [False] * 4
    town.create("lin", "text", {"text": "你好"}, uuid="u-1")
    assert len(town.chat("lin")) == 1


def test_reset_can_bring_other_people(town: Town) -> None:
    town.simulator.reset([SimPerson("guan", "管宁", "", "ou_guan")])
    assert [person["key"] for person in town.raw("GET", "/_sim/people").json()["people"]] == ["guan"]


LIN = SimPerson("a", "林晓", feishu_open_id="ou_a", wecom_userid="a")
WANG = SimPerson("b", "王芳", feishu_open_id="ou_b", wecom_userid="b")


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("key", replace(WANG, key="a")),
        ("feishu_open_id", replace(WANG, feishu_open_id="ou_a")),
        ("wecom_userid", replace(WANG, wecom_userid="a")),
    ],
)
def test_two_people_cannot_share_an_id(field: str, other: SimPerson) -> None:
    with pytest.raises(ValueError, match=field):
        Simulator([LIN, other], APP)


def test_many_at_once_lose_nothing(town: Town) -> None:
    def one(number: int) -> int:
        town.hands.forward(1)
        town.say("lin", f"第 {number} 句")
        return int(town.create("wang", "text", {"text": f"{number}"}, uuid=f"u-{number % 10}").json()["code"])

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(one, range(40)))
    assert set(codes) == {0}
    assert len(town.chat("lin")) == len(town.bot.received) == 40
    assert len(town.chat("wang")) == 10
    assert len({received.plain["header"]["event_id"] for received in town.bot.received}) == 40


def test_names_on_the_front_page_are_escaped(town: Town) -> None:
    simulator = Simulator([SimPerson("a", "<script>", "", "ou_a")], APP)
    simulator.start()
    try:
        assert "<script>" not in Town(simulator, town.bot, Hands()).raw("GET", "/").text
    finally:
        simulator.stop()


@pytest.mark.parametrize(
    "moved", ['{"shift_seconds": 1e300}', '{"shift_seconds": NaN}', '{"now": "9999-12-31T23:59:59+00:00"}']
)
def test_the_clock_is_not_moved_beyond_what_its_readers_can_hold(town: Town, moved: str) -> None:
    before = town.raw("GET", "/_sim/clock").json()["offset_seconds"]
    headers = {"Content-Type": "application/json"}
    assert town.raw("POST", "/_sim/clock", data=moved, headers=headers).status_code == 400
    assert town.raw("GET", "/_sim/clock").json()["offset_seconds"] == before


@pytest.mark.parametrize("platform", [[], {}, 7])
def test_a_platform_that_is_no_name_is_refused(town: Town, platform: object) -> None:
    asked = {"person": "lin", "text": "报销", "platform": platform}
    assert town.raw("POST", "/_sim/say", json=asked).status_code == 404
