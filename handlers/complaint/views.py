"""What lies on the disk of complaints, as somebody sees it who holds the database: for the demo."""

from __future__ import annotations

from handlers.contract.card import Field, Section
from handlers.contract.context import Context
from handlers.contract.view import Cell, Row, Table, View, row
from storage import complaint

SHOWN = 24
"""Bytes of a seal, in hex; there are many more, and they read alike."""


def disk(ctx: Context, _argument: str) -> View:
    """Return everything that is kept of complaints: no name, no hour, nothing readable."""
    cases = complaint.everything(ctx.tx)
    return View(
        title="磁盘上有什么",
        subtitle="这一页照实列出数据库里关于反映件的每一张表。没有姓名、账号、网络地址、设备信息和钟点；内容都是密文。",
        fields=(Field("反映件", str(len(cases))),),
        parts=(
            Table(
                "反映件",
                ("编号（随机）", "收到日期", "公钥", "反映人一方的公钥", "最后一次动过", "办结"),
                tuple(
                    row(
                        each.number,
                        str(each.received_on),
                        _hex(each.public_key),
                        _hex(each.reporter_key or b""),
                        str(each.last_on),
                        str(each.closed_on or "—"),
                    )
                    for each in cases
                ),
            ),
            Table(
                "谁能打开（8 个盒子，有真有假，分不出来）",
                ("编号", "盒子"),
                tuple(
                    row(number, Cell("；".join(_hex(one, 6) for one in boxes)))
                    for number, boxes in complaint.all_boxes(ctx.tx).items()
                ),
            ),
            Table(
                "内容（密文，补齐到固定长度）",
                ("编号", "日期", "长度", "密文的开头"),
                tuple(_parts(ctx, cases)),
            ),
            Section(
                (
                    "收件箱、待发消息、流水账、日志里都没有反映件的痕迹：聊天里的举报在打开数据库之前就去掉了发送人。",
                    "受理人输入口令后，内容才在内存里解开；管理员和数据库里都没有口令。",
                ),
                title="别处呢",
            ),
        ),
    )


def _parts(ctx: Context, cases: list[complaint.Case]) -> list[Row]:
    return [
        row(each.number, str(part.on), f"{len(part.sealed)} 字节", _hex(part.sealed))
        for each in cases
        for part in complaint.parts(ctx.tx, each.number)
    ]


def _hex(content: bytes, size: int = SHOWN) -> str:
    return content[:size].hex(" ") + ("…" if len(content) > size else "")
