"""What stands in the way of complaints today, for `qinglian check`: nothing of cases stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.complaint import filing
from handlers.complaint.jobs import day_digest
from handlers.contract.context import Context
from handlers.contract.remark import Remark
from handlers.contract.roles import Role
from storage import complaint, people, receivers


def remarks(ctx: Context) -> Sequence[Remark]:
    """Return what is missing: above all an outside receiver with a key (decision 29)."""
    return [*_receivers(ctx), *_days(ctx)]


def _receivers(ctx: Context) -> Iterator[Remark]:
    here = filing.seated(ctx)
    if not filing.is_open(here):
        yield Remark(
            "还没有一位外部受理人设好口令：牵涉内部受理人的反映没有人能收，海报也印不了。"
            "请在人员表里写上外部受理人，再运行 qinglian receivers invite 编号，把链接当面交给本人"
        )
    if not any(not each.receiver.outside for each in here):
        yield Remark(
            "还没有一位举报受理人设好口令：现在所有反映都只到外部受理人。请举报受理人在聊天里发「受理」",
            grave=False,
        )
    if not filing.can_be_reached(ctx):
        yield Remark(
            "外部渠道还没有写电话或地址，反映页和海报上只有名称。请运行 qinglian settings confirm "
            "complaint.authority --text 业务主管单位的名称和电话 --resolution 决议编号 --date 决议日期；"
            "complaint.civil_affairs（民政部门）也一样",
            grave=False,
        )
    asked = [each.key for each in people.holders(ctx.tx, (Role.OUTSIDE_OFFICER,))]
    ready = {each.person.key for each in here}
    invited = {each.holder for each in receivers.current(ctx.tx)}
    for key in asked:
        if key in invited and key not in ready:
            yield Remark(f"外部受理人 {key} 收到了邀请，还没有设口令", grave=False)


def _days(ctx: Context) -> Iterator[Remark]:
    for day, salt, digest in complaint.days(ctx.tx):
        if day_digest(salt, complaint.digests_of(ctx.tx, day)) != digest:
            yield Remark(f"反映件在 {day} 的记录和流水账对不上，可能被人动过。请保留现场，联系外部受理人")
            return
