"""The router: whose word it is, which capability it means, and what is kept when the answer is no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.platform import Clicked, Entered, Incoming, Other, Said, Sent, Unread
from handlers.catalogue import CAPABILITIES
from handlers.contract.capability import Ask, Capability, Word
from handlers.contract.card import Args, Button, Card, Form, Question
from handlers.contract.context import Asked
from handlers.contract.incoming import Click, FileLost, FileOffered, FileStored, Message, Submission
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from storage import attempts, dialogue, files, journal, people
from storage.files import Blob
from storage.people import Address, NewPerson
from tests.bot.rooms import refitted, rows, state, words_of
from tests.house import House

BLOB = Blob("ab" * 32, 100, "application/pdf")
calm = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


# A capability that says what it was asked.


def echo(ctx: Asked, message: Message) -> Reply:
    return Reply(text=f"{message.word}|{message.rest}")


def write_and_refuse(ctx: Asked, message: Message) -> Reply:
    dialogue.begin(ctx.tx, ctx.person.id, "echo", "{}", ctx.now + timedelta(hours=1))
    ctx.send_text(ctx.person, "到一半")
    ctx.record(ctx.person, "echo.half", "echo:1", 1, {})
    raise Refusal("这一步要别人来做。", rule="P31")


def crash(ctx: Asked, message: Message) -> Reply:
    dialogue.begin(ctx.tx, ctx.person.id, "echo", "{}", ctx.now + timedelta(hours=1))
    raise RuntimeError(message.rest)


def pressed(ctx: Asked, click: Click) -> Reply:
    return Reply(text=f"{click.act} {dict(click.args)}")


def reasons(ctx: Asked, args: Args) -> Form:
    return Form("why", (Question("why", "原因"),), (Button("交", "echo.why", args),))


def reasoned(ctx: Asked, submission: Submission) -> Reply:
    if submission.values["why"] in ("无", "no"):
        raise Refusal("请写明原因。")
    return Reply(text=f"{dict(submission.args)} {dict(submission.values)}")


def on_file(ctx: Asked, event: FileOffered | FileStored | FileLost) -> Reply:
    if isinstance(event, FileStored) and event.file.name == "太晚.pdf":
        raise Refusal("已经不收了。")
    return Reply(text=f"{type(event).__name__} {event.ticket}")


ECHO = Capability(
    name="echo",
    words={
        "我的": Word(echo, "我的单子"),
        "我的单子": Word(echo),
        "查询": Word(echo, "看一张", "查询 编号"),
        "查询全部": Word(echo, "看全部"),
        "同意": Word(echo, "签字", "同意 编号"),
        "拒绝": Word(write_and_refuse),
        "出错": Word(crash),
        "导出": Word(echo),
        "导出A": Word(echo),
    },
    clicks={"press": pressed},
    forms={"why": Ask(reasons, reasoned)},
    takes_files=on_file,
)


@pytest.fixture
def echoing(house: House) -> House:
    """A house whose only capability says what it was asked."""
    return refitted(house, (ECHO,))


# Words.


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("我的", "我的|"),
        ("我的单子", "我的单子|"),
        ("我的 单子", "我的|单子"),
        ("我的！", "我的|！"),
        ("我的A", "我的|A"),
        ("查询 BX-2026-0001", "查询|BX-2026-0001"),
        ("查询BX-2026-0001", "查询|BX-2026-0001"),
        ("查询2026", "查询|2026"),
        ("查询　BX-2026-0001", "查询|BX-2026-0001"),
        ("　查询　　BX-2026-0001　", "查询|BX-2026-0001"),
        ("\n查询\tBX-2026-0001\n", "查询|BX-2026-0001"),
        ("查询全部", "查询全部|"),
        ("导出A 去年", "导出A|去年"),
        ("导出B", "导出|B"),
        ("查询全部 去年", "查询全部|去年"),
        ("同意 BX-2026-0001 没有问题", "同意|BX-2026-0001 没有问题"),
    ],
)
def test_a_word_is_known_by_its_beginning_and_the_longest_one_counts(
    echoing: House, typed: str, understood: str
) -> None:
    assert echoing.say("lin", typed).text == understood


@pytest.mark.parametrize(
    "typed", ["我的天啊", "同意书", "查询全部人", "请查询 BX-2026-0001", "谢谢", "", "？", "举报：某人收礼"]
)
def test_words_that_only_look_like_a_command_are_not_one_and_stay_private(echoing: House, typed: str) -> None:
    reply = echoing.say("lin", typed)
    assert reply.refused
    assert reply.text == "没看懂这句话。发「帮助」看看我能做什么。"
    assert rows(echoing.database, "select count(*) from attempt") == [(0,)]
    assert rows(echoing.database, "select count(*) from journal") == [(0,)]
    kept = rows(echoing.database, "select answer from inbox union all select body from outbox")
    assert [each for each in kept if typed and typed in str(each)] == []


def test_help_lists_every_word_that_has_help_as_it_is_typed(house: House) -> None:
    reply = house.say("lin", "帮助")
    assert reply.card is not None
    lines = "\n".join(line for section in reply.card.sections for line in section.lines)
    offered = [(word, run) for each in CAPABILITIES for word, run in each.words.items() if run.help]
    assert len(offered) > 8
    assert [word for word, run in offered if f"「{run.usage or word}」 {run.help}" not in lines] == []
    assert "「取消」" in lines


@pytest.mark.parametrize("typed", ["帮助", " 帮助 ", "帮助！", "帮助 报销"])
def test_help_is_given_however_it_is_asked_for(echoing: House, typed: str) -> None:
    reply = echoing.say("lin", typed)
    assert reply.card is not None
    assert reply.card.title == "我能帮您做这些"


def test_cancelling_nothing_says_so(echoing: House) -> None:
    assert echoing.say("lin", "取消").text == "现在没有正在填的内容。"


def test_whoever_sees_no_cards_is_asked_in_words_until_they_want_cards_again(house: House) -> None:
    refitted(house, inputs=True)
    assert "卡片版" in house.say("lin", "文字版").text
    assert "（1/5）项目" in words_of(house.say("lin", "报销"))
    house.say("lin", "取消")
    assert "文字版" in house.say("lin", "卡片版").text
    card = house.say("lin", "报销").card
    assert card is not None
    assert card.form is not None


# Groups.


@pytest.mark.parametrize(
    "body", [Said("查询 BX-2026-0001"), Said("闲聊"), Sent("om_1", "key", "发票.pdf", False)]
)
def test_in_a_group_nothing_is_done_and_the_answer_comes_in_private(
    echoing: House, body: Said | Sent
) -> None:
    before = state(echoing.database)
    reply = echoing.router.handle(Incoming("feishu:m:1", Address("feishu", "ou_lin"), body, group=True))
    assert reply is not None
    assert "群里不谈单子" in reply.text
    assert echoing.texts("lin") == [reply.text]
    assert state(echoing.database) == before | {"inbox": 1, "outbox": 1}


# Strangers, and people who left.


EVERYTHING = [
    Said("报销"),
    Said("同意 BX-2026-0001"),
    Clicked("expense.approve", {"claim": 1, "version": 1, "level": 2}, None, "om_1", "om_1"),
    Clicked("expense.submit", {"draft": 1}, {"amount": "1"}, "om_1", "om_1"),
    Clicked("asking.choose", {"question": 0, "choice": 0}, None, "om_1", "om_1"),
    Sent("om_1", "key", "发票.pdf", False),
    Entered(),
]


@pytest.mark.parametrize("body", EVERYTHING, ids=lambda body: type(body).__name__)
def test_a_stranger_is_told_how_to_get_in_and_leaves_nothing_behind(
    house: House, body: Said | Clicked | Sent | Entered
) -> None:
    refitted(house)
    before = state(house.database)
    incoming = Incoming("feishu:e:1", Address("feishu", "ou_stranger"), body)
    reply = house.router.handle(incoming)
    assert reply is not None
    assert reply.refused
    assert reply.text.startswith("您好，我是清廉助手。我还不认识您的账号")
    assert house.router.handle(incoming) == reply
    assert rows(house.database, "select person_id, platform, user_id, body from outbox") == [
        (None, "feishu", "ou_stranger", reply.text)
    ]
    assert state(house.database) == before | {"inbox": 1, "outbox": 1}


@pytest.mark.parametrize("body", EVERYTHING, ids=lambda body: type(body).__name__)
def test_somebody_who_left_is_told_so_and_can_do_nothing_more(
    house: House, body: Said | Clicked | Sent | Entered
) -> None:
    house.submit("lin")
    house.give_roles("li", "项目负责人", active=False)
    before = state(house.database)
    reply = house.router.handle(Incoming("feishu:e:left", Address("feishu", "ou_li"), body))
    assert reply is not None
    assert reply.refused
    assert "您已不在名单里" in reply.text
    after = state(house.database)
    assert {table for table in after if after[table] != before.get(table, 0)} <= {"inbox", "outbox"}


def test_the_platform_that_somebody_wrote_from_last_is_where_cards_go(house: House) -> None:
    refitted(house)
    with house.database.write() as tx:
        accounts = {"feishu": "ou_li", "other": "li2"}
        people.save(tx, NewPerson("li", "李青", "办公室", frozenset({"项目负责人"}), accounts))

    def reads_on() -> str:
        with house.database.read() as tx:
            found = people.home_of(tx, house.person("li").id, ["feishu", "other"])
        assert found is not None
        return found.address.platform

    assert reads_on() == "feishu"
    house.router.handle(Incoming("other:1", Address("other", "li2"), Entered()))
    assert reads_on() == "feishu"
    house.router.handle(Incoming("other:2", Address("other", "li2"), Said("待办")))
    assert reads_on() == "other"
    house.say("li", "待办")
    assert reads_on() == "feishu"


def test_what_comes_from_no_person_is_not_handled_at_all(house: House) -> None:
    before = state(house.database)
    lin = Address("feishu", "ou_lin")
    assert house.router.handle(Incoming("feishu:e:1", lin, Other("message:audio"))) is None
    assert house.router.handle(Incoming("feishu:e:2", None, Said("报销"))) is None
    assert state(house.database) == before


def test_a_voice_message_is_answered_with_what_can_be_read_and_in_a_group_with_silence(house: House) -> None:
    lin, voice = Address("feishu", "ou_lin"), Unread("message:audio")
    reply = house.router.handle(Incoming("feishu:m:1", lin, voice))
    assert reply is not None
    assert "请发文字、图片或文件" in reply.text
    assert house.router.handle(Incoming("feishu:m:2", lin, voice, group=True)) is None
    assert house.attempts() == []


def test_somebody_known_who_opens_the_chat_is_not_spoken_to(house: House) -> None:
    reply = house.router.handle(Incoming("feishu:e:1", Address("feishu", "ou_lin"), Entered()))
    assert reply == Reply()
    assert house.texts("lin") == []


# Refusals, and what breaks.


def test_a_refusal_undoes_the_work_and_keeps_the_attempt_the_entry_and_the_answer(echoing: House) -> None:
    before = state(echoing.database)
    reply = echoing.say("lin", "拒绝 BX-2026-0001 因为王芳不在")
    assert reply == Reply(text="这一步要别人来做。", toast="这一步要别人来做。", refused=True)
    with echoing.database.read() as tx:
        (kept,) = attempts.since(tx, echoing.clock.now())
        (entry,) = journal.entries(tx, "BX-2026-0001")
        assert journal.verify(tx) is None
    assert (kept.person_id, kept.act, kept.about) == (echoing.person("lin").id, "拒绝", "BX-2026-0001")
    assert (kept.rule, kept.answer) == ("P31", "这一步要别人来做。")
    assert (entry.actor, entry.act) == ("lin", "refused")
    assert entry.facts == '{"act":"拒绝","answer":"这一步要别人来做。","rule":"P31"}'
    assert echoing.texts("lin") == ["这一步要别人来做。"]
    added = {"attempt": 1, "journal": 1, "inbox": 1, "outbox": 1}
    assert state(echoing.database) == before | added


def test_what_was_typed_into_a_form_is_in_no_record_of_a_refusal(echoing: House) -> None:
    echoing.act("lin", "echo.why", {"claim": 7}, {"why": "无"})
    assert rows(echoing.database, "select act, about, answer from attempt") == [
        ("echo.why", "claim=7", "请写明原因。")
    ]
    for answer in ("无", "no"):
        echoing.act("lin", "echo.why", {"claim": 7})
        echoing.say("lin", answer)
    assert rows(echoing.database, "select act, about, answer from attempt")[1:] == [
        ("say", "", "请写明原因。"),
        ("say", "", "请写明原因。"),
    ]


def test_what_breaks_leaves_nothing_so_that_the_platforms_repeat_is_carried_out(echoing: House) -> None:
    before = state(echoing.database)
    sender = Address("feishu", "ou_lin")
    with pytest.raises(RuntimeError):
        echoing.router.handle(Incoming("feishu:m:1", sender, Said("出错")))
    assert state(echoing.database) == before
    reply = echoing.router.handle(Incoming("feishu:m:1", sender, Said("我的")))
    assert reply == Reply(text="我的|")


# Clicks.


@pytest.mark.parametrize(
    "act", ["", ".", "echo", "echo.", "echo.nothing", "nobody.press", "press", ".press", "echo.press.more"]
)
@pytest.mark.parametrize("values", [None, {}, {"why": "x"}])
def test_a_button_that_nobody_knows_is_refused_with_the_way_out(
    echoing: House, act: str, values: dict[str, str] | None
) -> None:
    reply = echoing.act("lin", act, {"claim": 1}, values)
    assert reply.refused
    assert reply.toast == "这个按钮已经失效，请发「待办」或「我的」重新打开"


def test_a_click_and_a_filled_form_reach_the_capability(echoing: House) -> None:
    assert echoing.act("lin", "echo.press", {"claim": 1}).text == "echo.press {'claim': 1}"
    filled = echoing.act("lin", "echo.why", {"claim": 1}, {"why": "太贵"})
    assert filled.text == "{'claim': 1} {'why': '太贵'}"


def test_a_button_of_a_form_that_came_without_its_answers_is_asked_in_the_chat(echoing: House) -> None:
    assert "原因" in echoing.act("lin", "echo.why", {"claim": 1}).text
    assert echoing.say("lin", "太贵").text == "{'claim': 1} {'why': '太贵'}"


known_acts = [f"{each.name}.{act}" for each in CAPABILITIES for act in (*each.clicks, *each.forms)] + [
    "asking.choose",
    "asking.",
    "expense.",
    "odd.odd",
    "asking",
]
printable = st.text(st.characters(exclude_categories=("C", "Z")), max_size=30)
arg_names = st.sampled_from(["claim", "version", "level", "shown", "draft", "question", "choice"]) | printable
arg_values = (
    st.sampled_from([0, 1, 2, 3, -1, 2**53 - 1, "1", ""]) | st.integers(-(2**53) + 1, 2**53 - 1) | printable
)


@calm
@given(
    act=st.sampled_from(known_acts) | printable,
    args=st.dictionaries(arg_names, arg_values, max_size=5),
    values=st.none()
    | st.dictionaries(
        st.sampled_from(["project", "amount", "purpose", "payee", "reason"]) | printable, printable
    ),
    who=st.sampled_from(["lin", "li", "jian", "guan"]),
)
def test_no_button_whatever_its_arguments_ends_in_anything_but_an_answer(
    busy: House, act: str, args: dict[str, str | int], values: dict[str, str] | None, who: str
) -> None:
    reply = busy.act(who, act, args, values)
    assert reply.toast or reply.text or reply.card


@calm
@given(words=st.sampled_from([each for one in CAPABILITIES for each in one.words]), rest=printable)
def test_no_words_whatever_follow_a_command_end_in_anything_but_an_answer(
    busy: House, words: str, rest: str
) -> None:
    reply = busy.say("lin", f"{words} {rest}")
    assert reply.toast or reply.text or reply.card


@pytest.fixture
def busy(house: House) -> House:
    """A house with a claim under way, a draft, and an open question."""
    refitted(house, inputs=True)
    house.submit("lin")
    house.say("lin", "报销")
    house.act("li", "expense.reject", {"claim": 1, "version": 1, "level": 2})
    return house


# What goes by the outbox.


def test_what_the_answer_carries_is_not_sent_once_more(house: House) -> None:
    carried = Reply(text="说过了")
    refitted(house, (ECHO,), left_over=lambda incoming, reply: Reply() if reply == carried else reply)
    said = house.act("lin", "echo.press", {})
    assert house.texts("lin") == [said.text]


def test_a_reply_of_which_nothing_is_left_over_posts_nothing(house: House) -> None:
    refitted(house, (ECHO,), left_over=lambda _incoming, _reply: Reply())
    house.say("lin", "我的")
    house.say("lin", "帮助")
    assert rows(house.database, "select count(*) from outbox") == [(0,)]


def test_a_card_and_words_are_both_posted_and_a_toast_where_there_are_no_words(house: House) -> None:
    def both(ctx: Asked, click: Click) -> Reply:
        return Reply(card=Card(title="卡片", subject="echo:1"), text="话", toast="过眼")

    def toast(ctx: Asked, click: Click) -> Reply:
        return Reply(toast="过眼")

    refitted(house, (Capability(name="echo", clicks={"both": both, "toast": toast}),))
    house.act("lin", "echo.both", {})
    house.act("lin", "echo.toast", {})
    assert [each.title for each in house.cards("lin")] == ["卡片"]
    assert house.texts("lin") == ["话", "过眼"]


def test_a_click_that_overtakes_the_relays_note_leaves_word_of_the_card_that_now_stands_there(
    house: House,
) -> None:
    house.submit("lin")
    claim_card = ("expense:1", house.person("lin").id, "feishu", "ou_lin", f"om_{house.person('lin').id}")
    found = rows(house.database, "select subject, person_id, platform, user_id, message_id from sent")
    assert found == [claim_card]


def test_a_refused_click_does_not_change_what_is_known_of_the_card(house: House) -> None:
    house.submit("lin")
    before = rows(house.database, "select subject, message_id from sent")
    assert house.act("lin", "expense.withdraw", {"claim": 99, "version": 1}).refused
    assert rows(house.database, "select subject, message_id from sent") == before


# Files.


def fetch_of(house: House, name: str = "发票.pdf") -> files.Fetch:
    """Let 林晓 send a file; return the fetch as the relay has it."""
    sent = Sent(f"om_{name}", "key", name, image=False)
    house.router.handle(Incoming(f"feishu:m:{name}", Address("feishu", "ou_lin"), sent))
    with house.database.write() as tx:
        (fetch,) = files.claim(tx, datetime.now(UTC), 10)
    return fetch


def test_a_file_that_arrived_is_handed_over_once(echoing: House) -> None:
    fetch = fetch_of(echoing)
    echoing.router.file_arrived(fetch, BLOB)
    echoing.router.file_arrived(fetch, BLOB)
    echoing.router.file_arrived(fetch, "平台上没有了")
    assert echoing.texts("lin") == [f"FileOffered {fetch.id}", f"FileStored {fetch.id}"]
    assert rows(echoing.database, "select sha256, size from file") == [(BLOB.sha256, BLOB.size)]


def test_a_file_that_is_lost_is_handed_over_once(echoing: House) -> None:
    fetch = fetch_of(echoing)
    echoing.router.file_arrived(fetch, "平台上没有了")
    echoing.router.file_arrived(fetch, BLOB)
    assert echoing.texts("lin") == [f"FileOffered {fetch.id}", f"FileLost {fetch.id}"]
    assert rows(echoing.database, "select count(*) from file") == [(0,)]


def test_a_file_that_is_refused_on_arrival_is_answered_with_the_refusal(echoing: House) -> None:
    fetch = fetch_of(echoing, "太晚.pdf")
    echoing.router.file_arrived(fetch, BLOB)
    assert echoing.texts("lin")[-1] == "已经不收了。"
    assert rows(echoing.database, "select state from fetch") == [("done",)]


def test_where_no_capability_takes_files_they_are_refused(house: House) -> None:
    refitted(house, (Capability(name="echo"),))
    house.router.handle(
        Incoming("feishu:m:1", Address("feishu", "ou_lin"), Sent("om_1", "key", "发票.pdf", image=False))
    )
    assert house.texts("lin") == ["现在不收文件。"]
    assert rows(house.database, "select count(*) from fetch") == [(0,)]
