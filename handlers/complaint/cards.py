"""What the chat says of complaints: the choice, the receipt, the same reminder for ever; pure."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.complaint import receipts
from handlers.complaint.rules import TEXT_LIMIT
from handlers.contract.card import (
    Button,
    Card,
    Confirm,
    Form,
    Kind,
    Link,
    Option,
    Question,
    Section,
    Style,
    Tone,
)

PAGE, STATUS = "/report", "/report/status"
FILE = "complaint.file"
NONE, UNSURE = "none", "unsure"

PROMISES = (
    "① 网页（建议）：用自己手机的浏览器和流量打开；在聊天软件里点开，平台可能知道是您。"
    "不登录，不要账号，不留网络地址和设备信息。",
    "② 在这里发：我们不保存是谁发的；但这段聊天留在您的手机和平台上，平台管理员可能看得到。",
    "③ 防不住的：从事情本身、措辞、声音、材料的来处，别人可能猜到您。",
    "④ 打听、追查、报复反映人，本身就是违规。",
)
"""What protects and what does not, on every way in (decision 28)."""

ON_PAGE = (
    "① 这个网页：不登录，不要账号，不留网络地址和设备信息。"
    "请用自己手机的浏览器和流量打开；从聊天软件里点开的，请换成浏览器。",
    "② 防不住的：从事情本身、措辞、声音、材料的来处，别人可能猜到您。",
    "③ 打听、追查、报复反映人，本身就是违规。",
)
"""The same, for who is on the page already."""

IN_GROUP = "群里大家都看得到。请马上撤回刚才那条；要反映问题，请用网页，或者单独和我聊。"
RECEIPT_TYPED = "查询号不要发在聊天里。请到网页查询，并删掉刚才那条消息。"
DELETE = "抄好以后，请删掉聊天里您发的那一条和这一条。"
DELETE_CARD = "抄好以后，请把聊天里的这张卡片删掉。"
NOT_TAKEN = "刚才那句没有收下，也没有保存，建议您删掉。要反映请选一种方式："
REMINDER = "定期提醒：请打开受理台看一看。不管有没有新内容，每周一和周四都会收到这一条。"


def choice(names: Sequence[tuple[str, str]], first: str = "") -> Card:
    """Return the choice between the ways in. `names` are the receivers, by key and name; `first` is said
    before all else."""
    options = (
        Option(NONE, "没有"),
        *(Option(key, name) for key, name in names),
        Option(UNSURE, "拿不准，只给外部受理人"),
    )
    questions = (
        Question(
            "avoid",
            "哪位受理人可能涉及、或您信不过",
            Kind.CHOICE,
            options=options,
            hint="请选择",
        ),
        Question("others", "还有谁不能看到（姓名）", required=False, limit=200),
        Question("what", "什么事", Kind.LONG_TEXT, limit=TEXT_LIMIT),
    )
    send = Button(
        "在这里提交",
        FILE,
        style=Style.PRIMARY,
        confirm=Confirm("在聊天里提交？", "平台和平台管理员可能看得到这段聊天。网页更稳妥。"),
    )
    typed = (
        "在这里发：用「举报：」开头，把事情写在一条消息里；下面有表的，也可以填表。",
        "不想让谁看到，把他的姓名也写进去：文中写到的人和他的上下级，都看不到这一件。",
        "照片和文件不要发在聊天里：聊天里的文件会连同发送人一起存下，请用网页传。",
    )
    return Card(
        title="反映廉洁问题",
        subject="complaint:choice",
        preview="廉洁助手",
        tone=Tone.INFO,
        sections=(*([Section((first,))] if first else []), Section(PROMISES), Section(typed)),
        form=Form("complaint", questions, (send,)),
        link=Link("打开网页（建议）", PAGE),
    )


def receipt(number: str, *, typed: bool = False) -> Card:
    """Return the answer to a complaint made in chat; what was `typed` still stands there."""
    advice = "凭它到网页看答复、补充内容。不要截图，不要存在单位的电脑里。"
    return Card(
        title="收到了",
        subject="complaint:receipt",
        preview="廉洁助手",
        tone=Tone.GOOD,
        sections=(
            Section(("没有记下是谁发的。查询号只给这一次，我们也找不回，请抄在纸上：",)),
            Section((receipts.written(number),), title="查询号"),
            Section((advice, DELETE if typed else DELETE_CARD)),
        ),
        link=Link("打开查询页", STATUS),
    )


def reminder() -> Card:
    """Return the reminder: the same in a week with a case and in one without (decision 30)."""
    return Card(
        title="受理台提醒",
        subject="complaint:reminder",
        preview="定期提醒",
        tone=Tone.MUTED,
        sections=(Section((REMINDER,)),),
        buttons=(Button("打开受理台", "complaint.desk", style=Style.PRIMARY, say="受理"),),
    )


def door(path: str) -> Card:
    """Return the way to the desk."""
    return Card(
        title="受理台",
        subject="complaint:desk",
        preview="受理台",
        tone=Tone.INFO,
        sections=(Section(("链接 30 分钟内有效，只给您本人；打开后还要输口令。请不要转发。",)),),
        link=Link("打开受理台", path),
    )
