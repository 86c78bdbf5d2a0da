"""The table of contents of the capability: which words, clicks and forms it answers."""

from __future__ import annotations

from handlers.contract.capability import Ask, Capability, Word
from handlers.expense import checks, covering, ledger, talk, views, watching
from handlers.expense.jobs import JOBS
from handlers.expense.rules import CHAIN_DEFAULT, CHAIN_SETTING

CAPABILITY = Capability(
    name=talk.NAME,
    words={
        "报销": Word(talk.new, "填一张报销单，四个人依次签字"),
        "我的": Word(talk.mine, "我提交的单子到哪一步了"),
        "查询": Word(talk.query, "看一张单子", "查询 BX-2026-0001"),
        "看附件": Word(talk.say_files, "把附件发给我", "看附件 BX-2026-0001"),
        "联签单": Word(talk.say_sheet, "把签齐的单子做成 PDF 发给我", "联签单 BX-2026-0001"),
        "同意": Word(talk.say_approve, "签字同意", "同意 BX-2026-0001"),
        "驳回": Word(talk.say_reject, "不同意，写明原因", "驳回 BX-2026-0001 原因"),
        "退回修改": Word(talk.say_send_back, "请经办人改了再交", "退回修改 BX-2026-0001 原因"),
        "撤回": Word(talk.say_withdraw, "收回自己刚交的单子", "撤回 BX-2026-0001"),
        "修改": Word(talk.say_edit, "改一改退回或撤回的单子", "修改 BX-2026-0001"),
        "重新检查": Word(talk.say_recheck, "签字人凑齐后让单子继续", "重新检查 BX-2026-0001"),
        "改派": Word(talk.reassign, "管理员：签字人变动后按规则重排", "改派 BX-2026-0001"),
    },
    clicks={
        "approve": talk.approve,
        "withdraw": talk.withdraw,
        "recheck": talk.recheck,
        "edit": talk.edit,
        "files": talk.files,
        "sheet": talk.sheet,
        "show": talk.show,
    },
    forms={
        "submit": Ask(talk.claim_form, talk.submit, talk.keep, talk.enclose, word="报销"),
        "reject": Ask(talk.reject_form, talk.reject),
        "return": Ask(talk.return_form, talk.send_back),
    },
    takes_files=talk.on_file,
    cancel=talk.cancel,
    check=checks.remarks,
    waiting=watching.waiting,
    watch=watching.watch,
    news=watching.news,
    figures=watching.figures,
    facts=ledger.facts,
    sample=ledger.sample,
    covers=covering.covers,
    views={"claims": views.claims, "trail": views.trail},
    jobs=JOBS,
    settings={CHAIN_SETTING: CHAIN_DEFAULT},
)
