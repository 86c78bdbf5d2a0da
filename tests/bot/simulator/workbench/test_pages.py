"""The workbench over HTTP: the page, what its script asks for, files, the clock, and starting over."""

from __future__ import annotations

import threading

import pytest

from bot.simulator import SimPerson, Simulator
from bot.simulator.restart import Restart
from tests.bot.simulator.town import APP, PEOPLE, PNG, Hands, Town, button, card


def state(town: Town, panes: str = "lin@feishu", **headers: str) -> dict[str, object]:
    answer = town.raw("GET", f"/_sim/workbench?panes={panes}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_page_has_everybody_and_loads_nothing_from_elsewhere(town: Town) -> None:
    answer = town.raw("GET", "/")
    for person in PEOPLE:
        assert person.name in answer.text
    assert 'data-open="lin@feishu"' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("panes", ["nobody@feishu", "chen@wecom", "lin@elsewhere", "lin@feishu,,x"])
def test_a_chat_that_does_not_exist_is_refused_with_a_sentence(town: Town, panes: str) -> None:
    for path in (f"/?panes={panes}", f"/_sim/workbench?panes={panes}"):
        answer = town.raw("GET", path)
        assert answer.status_code == 404
        assert "没有这个聊天" in answer.json()["error"]


def test_a_pane_holds_the_newest_messages_of_one_person_on_one_platform(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    town.say("lin", "好的")
    shown = state(town)
    (pane,) = shown["panes"].values()  # type: ignore[attr-defined]  # JSON
    assert [("同意" in each["html"], "好的" in each["html"]) for each in pane] == [
        (True, False),
        (False, True),
    ]
    assert shown["heard"]["lin@feishu"] == 1  # type: ignore[index]  # JSON


def test_who_asks_again_is_told_only_that_nothing_has_changed(town: Town) -> None:
    town.say("lin", "好的")
    first = town.raw("GET", "/_sim/workbench?panes=lin@feishu")
    again = {"If-None-Match": first.headers["ETag"]}
    assert town.raw("GET", "/_sim/workbench?panes=lin@feishu", headers=again).status_code == 304
    town.say("lin", "还有")
    assert town.raw("GET", "/_sim/workbench?panes=lin@feishu", headers=again).status_code == 200


def test_a_picture_is_shown_and_anything_else_is_saved(town: Town) -> None:
    for kind, content in (("image", PNG), ("file", b"%PDF-1.7 <script>")):
        files = {"file": ("x.png", content)}
        town.raw("POST", "/_sim/upload", data={"person": "lin", "kind": kind}, files=files)
    picture, file = (town.raw("GET", f"/_sim/files/{each['message_id']}") for each in town.chat("lin"))
    assert (picture.content, picture.headers["Content-Type"]) == (PNG, "image/png")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert town.raw("GET", "/_sim/files/om_nothing").status_code == 404


def test_the_clock_goes_forward_by_its_buttons_and_back_only_to_now(town: Town) -> None:
    town.do("clock", {"now": "2026-02-13T12:00:00+08:00"})
    assert town.do("workbench/clock", {"move": "workday"})["clock"] == "2026年2月14日 周六（班） 09:00"
    assert state(town)["shifted"] is True
    town.do("workbench/clock", {"move": "now"})
    assert state(town)["shifted"] is False
    assert "没有这个按钮" in town.do("workbench/clock", {"move": "back"}, status=400)["error"]
    assert town.raw("POST", "/_sim/workbench/clock", data="no json").status_code == 400


def test_a_fault_in_waiting_is_shown_in_words(town: Town) -> None:
    town.fault("duplicate_callback", times=2)
    label = "同一条消息或点击送两次"
    assert state(town)["faults"] == [{"kind": "duplicate_callback", "label": label, "times": 2}]


def test_a_page_of_another_site_can_neither_read_nor_do_anything(town: Town) -> None:
    for method, path in (("GET", "/"), ("GET", "/_sim/workbench"), ("POST", "/_sim/workbench/clock")):
        assert town.raw(method, path, headers={"Origin": "https://evil.example"}).status_code == 403


# Starting over.


def test_where_nothing_can_start_over_the_page_offers_it_not(town: Town) -> None:
    assert 'id="restart"' not in town.raw("GET", "/").text
    assert "只有 demo" in town.do("restart", status=404)["error"]
    assert town.raw("GET", "/_sim/restart").status_code == 404


def test_starting_over_is_offered_begun_once_and_told_of() -> None:
    going, go_on, runs = threading.Event(), threading.Event(), []
    simulator = Simulator([SimPerson("lin", "林晓", "", "ou_lin")], APP)

    def work(say: object) -> None:
        runs.append(1)
        say("正在清空记录…")  # type: ignore[operator]  # what it is, the type of Restart says
        going.set()
        go_on.wait(10)

    simulator.offer_restart(work)
    simulator.start()
    try:
        town = Town(simulator, None, Hands())  # type: ignore[arg-type]  # nobody listens here
        assert 'id="restart"' in town.raw("GET", "/").text
        town.do("restart", status=202)
        assert going.wait(10)
        assert town.do("restart", status=202) == {"state": "busy", "words": "正在清空记录…"}
        go_on.set()
        while town.raw("GET", "/_sim/restart").json()["state"] == "busy":
            continue
        assert town.raw("GET", "/_sim/restart").json() == {"state": "done", "words": ""}
        assert runs == [1]
    finally:
        go_on.set()
        simulator.stop()


def test_starting_over_that_fails_says_so_and_can_be_tried_again() -> None:
    def work(_say: object) -> None:
        raise RuntimeError("no")

    restart = Restart(work)
    for _ in range(2):
        assert restart.begin()
        while restart.told()["state"] == "busy":
            continue
        assert restart.told()["state"] == "failed"
        assert "没有重新布置成功" in restart.told()["words"]
