"""The plan's dated duties as data: what, who, by when, on what evidence, and who confirms it (P3–P82)."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.contract.roles import Role
from handlers.duty.due import After, Monthly, Quarterly, Yearly, YearlyWeekday
from handlers.duty.rules import Duty, Group

_LEAD = (Role.SECRETARY_GENERAL,)
_FINANCE = (Role.FINANCE_HEAD, Role.ACCOUNTANT)
_PARTY = (Role.PARTY_SECRETARY, Role.SECRETARY_GENERAL)
_WATCH = (Role.SUPERVISOR, Role.CHAIR)
_CHAIR = (Role.CHAIR, Role.VICE_CHAIR)
_SUPERVISOR = (Role.SUPERVISOR,)
TUESDAY = 1

DUTIES: tuple[Duty, ...] = (
    Duty("P32", "财务公开月报", Group.MONEY, _FINANCE, _WATCH, Monthly(10), 5,
         "公开的渠道、日期和截图", on=True),
    Duty("P33", "向监事提交《财务分析报告》", Group.MONEY, _FINANCE, _SUPERVISOR, Quarterly(15), 10,
         "报告文件", on=True),
    Duty("P34", "接受第三方审计", Group.MONEY, _FINANCE, _WATCH, Yearly(4, 30), 40,
         "审计报告和管理建议书", on=True),
    Duty("P37", "年末物资盘点", Group.MONEY, _FINANCE, _WATCH, Yearly(12, 31), 15,
         "盘点表，保管人不单独点", on=True),
    Duty("NJ1", "年度检查材料报业务主管单位", Group.INSPECTION, _LEAD, _CHAIR, Yearly(3, 31), 30,
         "报送回执", on=True, provisional=True),
    Duty("NJ2", "年度检查报登记管理机关", Group.INSPECTION, _LEAD, _CHAIR, Yearly(5, 31), 30,
         "报送回执和审计报告", on=True, provisional=True),
    Duty("P43", "更新廉政风险台账", Group.SUPERVISION, _LEAD, _WATCH, Quarterly(15), 10,
         "台账；没有变化的写明经复核无变化和理由"),
    Duty("P45", "监事例会", Group.SUPERVISION, _SUPERVISOR, _CHAIR, Quarterly(15), 10,
         "纪要：理事会决议执行、财务收支、项目实施"),
    Duty("P46", "飞行检查", Group.SUPERVISION, _SUPERVISOR, _WATCH, Quarterly(5), 25,
         "现场记录", secret=True),
    Duty("P47b", "《清廉建设监督报告》", Group.SUPERVISION, _SUPERVISOR, _CHAIR, Yearly(12, 31), 20,
         "报告和公开的渠道"),
    Duty("P53", "聘请清廉观察员 2–3 名", Group.SUPERVISION, _LEAD, _WATCH, Yearly(3, 31), 20, "聘书和名单"),
    Duty("P54a", "开放日（上半年）", Group.SUPERVISION, _LEAD, _WATCH, Yearly(6, 30), 30, "签到和照片"),
    Duty("P54b", "开放日（下半年）", Group.SUPERVISION, _LEAD, _WATCH, Yearly(11, 30), 30, "签到和照片"),
    Duty("P11", "清廉建设纳入党组织年度计划", Group.GOVERNANCE, _PARTY, _CHAIR, Yearly(3, 31), 20,
         "计划文本：同部署、同落实、同考核"),
    Duty("P16b", "《廉洁承诺书》年度复核", Group.GOVERNANCE, _LEAD, _WATCH, Yearly(3, 31), 20,
         "签订名单和没签的人"),
    Duty("P24", "分支机构年度活动备案", Group.GOVERNANCE, _LEAD, _CHAIR, Yearly(1, 31), 15, "备案表"),
    Duty("P80", "部门年度考核（清廉占 30%）", Group.GOVERNANCE, _LEAD, _CHAIR, Yearly(1, 31), 20, "考核表"),
    Duty("P81", "考核结果公示", Group.GOVERNANCE, _LEAD, _WATCH, Yearly(2, 28), 10, "公示的渠道和日期"),
    Duty("P82", "准备清廉社会组织评选材料", Group.GOVERNANCE, _LEAD, _CHAIR, Yearly(10, 31), 20,
         "材料清单", provisional=True),
    Duty("P40", "项目执行率年中复核", Group.PROJECTS, _FINANCE, _WATCH, Yearly(7, 15), 10,
         "各项目执行率；低于 80% 的附书面说明"),
    Duty("P9", "会员及社会公众满意度调查", Group.PROJECTS, _LEAD, _WATCH, Yearly(11, 30), 20,
         "方法、人数和结果"),
    Duty("P55", "清廉讲堂", Group.CULTURE, _LEAD, _WATCH, Yearly(10, 31), 20, "题目、签到和照片"),
    Duty("P56a", "廉洁知识竞赛", Group.CULTURE, _LEAD, _WATCH, Yearly(9, 30), 20, "名单和照片"),
    Duty("P56b", "家属助廉座谈会", Group.CULTURE, _LEAD, _WATCH, Yearly(11, 30), 20, "签到和照片"),
    Duty("P56c", "廉洁承诺签名", Group.CULTURE, _LEAD, _WATCH, Yearly(3, 31), 15, "照片"),
    Duty("P57a", "社工日活动", Group.CULTURE, _PARTY, _WATCH, YearlyWeekday(3, 3, TUESDAY), 10, "活动记录"),
    Duty("P57b", "建党节活动", Group.CULTURE, _PARTY, _WATCH, Yearly(7, 1), 10, "活动记录"),
    Duty("P57c", "国际反腐败日活动", Group.CULTURE, _PARTY, _WATCH, Yearly(12, 9), 10, "活动记录"),
    Duty("P58", "清廉文化墙", Group.CULTURE, _LEAD, _WATCH, Yearly(12, 31), 10, "照片"),
    Duty("P59", "「清廉社会组织」专栏", Group.CULTURE, _LEAD, _WATCH, Quarterly(15), 5, "发布的链接"),
    Duty("P61", "年度廉洁标兵评选", Group.CULTURE, _LEAD, _WATCH, Yearly(12, 31), 30, "提名、前置审核和公示"),
    Duty("P62", "宣传先进事迹", Group.CULTURE, _LEAD, _WATCH, Yearly(12, 31), 10, "发布的链接"),
)  # fmt: skip
"""In the order in which they are listed. What the product itself sees to is not here: P31 by claims, P47 by
findings, P48 by self-checks. What has no date (P13, P22, P42) is not here either."""

COUNCIL, LEGAL, HEAD, CASH, BRANCH = "换届", "法定代表人变更", "负责人变更", "财务交接", "分支机构变动"
_ROSTER = (Role.ADMINISTRATOR, Role.SECRETARY_GENERAL)


def _after(
    code: str, title: str, owners: tuple[Role, ...], confirms: tuple[Role, ...], due: After, evidence: str
) -> Duty:
    return Duty(code, title, Group.CHANGE, owners, confirms, due, 0, evidence, on=True)


EVENTS: tuple[Duty, ...] = (
    _after("HJ1", "换届审计", _FINANCE, _WATCH, After(COUNCIL, 20), "审计报告"),
    _after("HJ2", "新一届名单报登记管理机关备案", _LEAD, _CHAIR, After(COUNCIL, 15), "备案回执"),
    _after("HJ3", "调整领导小组和党组织分工", _PARTY, _CHAIR, After(COUNCIL, 15), "文件"),
    _after("HJ4", "新任人员签《廉洁承诺书》", _LEAD, _WATCH, After(COUNCIL, 10), "签好的承诺书"),
    _after("HJ5", "在助手里改好职务", _ROSTER, _WATCH, After(COUNCIL, 3), "导入后的名单"),
    _after("FR1", "法定代表人离任审计", _FINANCE, _WATCH, After(LEGAL, 30), "审计报告"),
    _after("FR2", "办理登记、银行、税务变更", _LEAD, _CHAIR, After(LEGAL, 30), "变更回执"),
    _after("FR3", "移交公章、法人章和证书", _LEAD, _WATCH, After(LEGAL, 5), "双方签字的移交清单"),
    _after("FR4", "在助手里改好职务", _ROSTER, _WATCH, After(LEGAL, 3), "导入后的名单"),
    _after("FZ1", "清理借款和没报完的单子", _FINANCE, _WATCH, After(HEAD, 10), "清单"),
    _after("FZ2", "移交资料、物资和合同", _LEAD, _WATCH, After(HEAD, 10), "双方签字的移交清单"),
    _after("FZ3", "没销号的问题换责任人", _SUPERVISOR, _CHAIR, After(HEAD, 5), "换好的编号"),
    _after("FZ4", "改好名单、项目负责人和授权代签", _ROSTER, _WATCH, After(HEAD, 3), "导入后的名单"),
    _after("CW1", "移交账目、凭证和票据", _FINANCE, _WATCH, After(CASH, 10), "双方和监交人签字的清册"),
    _after("CW2", "核对银行余额、盘点现金", _FINANCE, _WATCH, After(CASH, 5), "对账单和盘点表"),
    _after("CW3", "移交网银盾、口令和印鉴，换新口令", _FINANCE, _WATCH, After(CASH, 3), "移交清单"),
    _after("CW4", "清理借款和往来款", _FINANCE, _WATCH, After(CASH, 10), "清单"),
    _after("CW5", "财务负责人离任审计", _FINANCE, _WATCH, After(CASH, 30), "审计报告"),
    _after("CW6", "在助手里改好职务", _ROSTER, _WATCH, After(CASH, 3), "导入后的名单"),
    _after("FZJG", "分支机构设立、变更报备案", _LEAD, _CHAIR, After(BRANCH, 15), "备案回执"),
)
"""What has to be done when something happens, all of it at once."""

BY_CODE: Mapping[str, Duty] = {each.code: each for each in (*DUTIES, *EVENTS)}
