"""The roles that the plan knows, by the names that people and the import files use."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """A post in the organisation; a person may hold several."""

    HANDLER = "经办人"
    PROJECT_LEAD = "项目负责人"
    FINANCE_HEAD = "财务负责人"
    ACCOUNTANT = "会计"
    CASHIER = "出纳"
    SECRETARY_GENERAL = "秘书长"
    SUPERVISOR = "监事"
    CHAIR = "理事长"
    VICE_CHAIR = "副理事长"
    COUNCIL_MEMBER = "理事"
    LEGAL_REPRESENTATIVE = "法定代表人"
    PARTY_SECRETARY = "党支部书记"
    INTEGRITY_POST = "党员廉洁监督岗"
    DEPARTMENT_HEAD = "部门负责人"
    COMPLAINT_OFFICER = "举报受理人"
    OUTSIDE_OFFICER = "外部受理人"
    ADMINISTRATOR = "管理员"


NOT_FOR_OUTSIDERS = tuple(each for each in Role if each not in (Role.OUTSIDE_OFFICER, Role.SUPERVISOR))
"""What an outside receiver may not be: whoever works or decides here is nobody from outside (decision 29). A
supervisor watches from beside and may be one."""


def from_outside(roles: Collection[str]) -> bool:
    """Tell whether somebody receives complaints from outside, by all their posts."""
    return Role.OUTSIDE_OFFICER in roles and not any(each in roles for each in NOT_FOR_OUTSIDERS)
