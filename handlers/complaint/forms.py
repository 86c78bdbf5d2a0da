"""What each act on a case asks for; pure."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.complaint.rules import PASSED, SENT_BACK, SHORT_LIMIT, TEXT_LIMIT, Act, Nature, Outcome
from handlers.contract.card import Button, Form, Kind, Option, Question

HEARD, REFUSED = "听取了陈述和申辩", "本人拒绝，有两位见证人"
NEWS, CLEARED = "情况通报", "澄清说明"

_FILES = Question("files", "附件", Kind.FILES, required=False, hint="图片、PDF、Word、Excel、录音")


def _text(label: str, *, required: bool = True, hint: str = "", limit: int = TEXT_LIMIT) -> Question:
    return Question("text", label, Kind.LONG_TEXT, required=required, hint=hint, limit=limit)


def _short(name: str, label: str, *, required: bool = False, hint: str = "") -> Question:
    return Question(name, label, required=required, hint=hint, limit=SHORT_LIMIT)


def _choice(name: str, label: str, values: Sequence[str], hint: str = "") -> Question:
    return Question(name, label, Kind.CHOICE, options=tuple(Option(each, each) for each in values), hint=hint)


_AUTHORITY = _short(
    "authority", "认定诬告的机关和文号", hint="只有写到诬告陷害时才填：诬告陷害只由有权机关认定"
)

_ASKED: dict[Act, tuple[Question, ...]] = {
    Act.REGISTER: (_text("登记说明", required=False, hint="例如：与哪类问题有关、急不急"),),
    Act.JUDGE: (
        _choice("nature", "判断", list(Nature)),
        _text("理由", hint="涉嫌犯罪、涉及党纪的只移送，不自己查"),
    ),
    Act.PLAN: (_text("初核方案", hint="查什么、怎么查、谁来查、到哪天"),),
    Act.COLLECT: (_text("调阅了什么", hint="材料名称、从哪里来、谁经手"), _FILES),
    Act.TALK: (
        _short("talked_to", "和谁谈", required=True),
        _text("谈话要点", hint="笔录写在纸上，谈话人和被谈话人签字后拍照传上来"),
        Question("files", "谈话笔录的照片", Kind.FILES),
    ),
    Act.HEAR: (
        _choice("way", "怎样听取的", (HEARD, REFUSED)),
        _short("witnesses", "两位见证人", hint="本人拒绝时填两个姓名"),
        _text("陈述和申辩", hint="写本人的说法和理由；拒绝的写经过"),
        Question("files", "签字的材料", Kind.FILES, required=False),
    ),
    Act.REPORT: (_text("初核报告", hint="查了什么、事实是什么、依据哪条、建议怎么办"), _FILES),
    Act.STUDY: (
        _short("people", "参加研究的人", required=True, hint="至少两人；被反映人和回避的人不参加"),
        _choice("outcome", "结论", list(Outcome)),
        _text("理由和依据"),
        _short("number", "会议或决议编号"),
        _AUTHORITY,
    ),
    Act.DISPOSE: (_text("处置", hint="依据哪条规定、作出什么处理、由谁决定"), _short("number", "决定文号")),
    Act.HAND_OVER: (
        _short("to", "移送给", required=True, hint="例如：公安机关、纪检监察机关、业务主管单位"),
        _short("number", "移送函文号"),
        _text("移送内容", hint="列清材料；默认不写反映人的任何信息"),
        _FILES,
    ),
    Act.FEEDBACK: (_text("给反映人的反馈", hint="查了什么、结论是什么、怎么处理；不写他人隐私"),),
    Act.REOPEN: (_text("为什么重新办理", hint="有什么新情况、新材料；反映人会看到这句"),),
    Act.REPLY: (_text("写给反映人", hint="不问姓名、部门、怎么知道的"),),
    Act.NOTE: (_text("备注", hint="只有这一件的受理人看得到"), _FILES),
    Act.EXTEND: (
        Question("days", "延长几个工作日", limit=3, decimal=True),
        _text("为什么要延期", hint="反映人会看到延期和这句理由"),
    ),
    Act.DRAFT: (
        _choice("kind", "写哪一种", (NEWS, CLEARED)),
        _text("正文", hint="用自己的话写。不写反映人说过的原话，不写能让人猜到是谁反映的细节"),
        _choice(
            "agreed",
            "被反映人同意公开澄清吗",
            ("同意", "没有同意", "不涉及"),
            hint="澄清说明要本人同意；情况通报选「不涉及」",
        ),
        _AUTHORITY,
    ),
    Act.REVIEW: (
        _choice("verdict", "隐私复核", (PASSED, SENT_BACK)),
        _text("复核意见", hint="看三样：像不像反映人的话；能不能猜到是谁；有没有无关的人的信息"),
    ),
    Act.RECUSE: (_text("为什么回避", hint="回避后您再也打不开这一件"),),
    Act.HOLD: (
        _text("为什么封存", hint="封存后到期也不清除"),
        _short("order", "机关的书面要求文号", hint="有书面要求的马上生效；没有的要另一位受理人确认"),
    ),
    Act.RELEASE: (_text("为什么解除"), _short("order", "机关的书面要求文号")),
    Act.HOLD_TOO: (_text("意见", required=False),),
    Act.RELEASE_TOO: (_text("意见", required=False),),
}

HELP: dict[Act, str] = {
    Act.HEAR: "认定属实之前必须做这一步：让被反映人知道问题是什么，听他说。不透露是谁、怎样反映的。",
    Act.TALK: "谈话由两个人进行。笔录当场写、当场看、当场签，拍照传上来，纸质的锁好。",
    Act.HAND_OVER: "移送后仍然可以收到反映人的补充，也要把「已移送到哪里」反馈给反映人。",
    Act.REOPEN: "从「初步判断」重新办起。以前的结论不再算数，认定属实之前要再听一次陈述申辩。",
    Act.RECUSE: "如果您是这一件唯一的受理人，会自动交给外部受理人。",
    Act.ADMIT: "请来的人能看这一件从头到尾的全部内容。被反映人和他的上下级不会出现在名单里。",
    Act.MERGE: "两件说的是同一件事时并到一件里办。两位反映人都会在查询页看到结果，互相看不到对方写的。",
    Act.RECTIFY: "提交后马上发给所选的负责人，所以请隔几天再发。通知上写的是「监督检查」，内容用自己的话写。",
}


BUTTONS: dict[Act, str] = {
    Act.REPLY: "发给反映人",
    Act.FEEDBACK: "反馈并办结",
    Act.MERGE: "并案，不能收回",
    Act.RECUSE: "回避，不能收回",
}
"""What the button of a form says where the act's own name would not say enough."""


def form(act: Act, choices: Sequence[Option] = ()) -> Form:
    """Return the questions of an act; `choices` are the cases, receivers or teams to choose from."""
    if act is Act.MERGE:
        asked: tuple[Question, ...] = (
            Question("other", "并到哪一件", Kind.CHOICE, options=tuple(choices)),
            _text("为什么是同一件事", required=False),
        )
    elif act is Act.ADMIT:
        asked = (Question("receiver", "请谁参加", Kind.CHOICE, options=tuple(choices)), _text("为什么"))
    elif act is Act.RECTIFY:
        asked = (
            Question("unit", "给哪个部门或项目组", Kind.CHOICE, options=tuple(choices)),
            Question("what", "问题", Kind.LONG_TEXT, limit=500, hint="用自己的话写，不写反映人说过的原话"),
            Question("clause", "依据", limit=100, hint="方案或制度的哪一条"),
            Question("asked", "整改要求", Kind.LONG_TEXT, limit=500),
        )
    else:
        asked = _ASKED[act]
    return Form(act.name.lower(), asked, (Button(str(act), f"complaint.{act.name.lower()}"),), title=str(act))
