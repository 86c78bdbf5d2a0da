"""What was sent so far, and the question that shows it on a form; pure."""

from __future__ import annotations

from msgspec import Struct

from handlers.contract.card import Enclosed, Kind, Question
from handlers.contract.incoming import StoredFile


class Evidence(Struct):
    """Files that came and files on their way; `matter` is the capability's own row number, `shelf` holds what
    was sent for matters that were opened before and not handed in."""

    matter: int
    files: list[StoredFile] = []
    fetching: dict[int, str] = {}
    shelf: list[Evidence] = []


def question(evidence: Evidence | None) -> Question:
    """Return the question that files answer, with those that are there already."""
    files = evidence.files if evidence else []
    return Question(
        "files",
        "证据",
        Kind.FILES,
        required=False,
        default="、".join(each.name for each in files) or "无附件",
        hint="照片直接发在聊天里，会自动加进来（飞书里也可以发文件）",
        enclosed=tuple(Enclosed(each.sha256, each.name, each.size) for each in files),
    )
