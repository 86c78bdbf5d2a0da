"""The plan's clauses that oblige somebody, in its order: what each wants, and what carries it (P3–P83)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """The parts of the plan, in their order."""

    GOALS = "一、主要目标"
    PARTY = "二（一）党建引领"
    GOVERNANCE = "二（二）内部治理"
    MONEY = "二（二）资金与物资"
    PROJECTS = "二（二）项目运作"
    RISK = "二（二）风险防控"
    SUPERVISION = "二（三）监督协同"
    OUTSIDE = "二（三）外部监督"
    CULTURE = "二（四）廉洁文化"
    SAFEGUARDS = "三、四 保障与附则"


class Phase(StrEnum):
    """When the plan wants it (P3; decision 13: the first, second and third year from 2024-04-25)."""

    START = "启动"
    DEEPEN = "深化"
    CONSOLIDATE = "巩固年"
    ALWAYS = "常态"


@dataclass(frozen=True)
class Clause:
    """One obligation: its number, a short title, and what carries it."""

    number: str
    title: str
    part: Part
    mechanism: str
    phase: Phase = Phase.ALWAYS


OUTSIDE = "助手还不管，请线下做"
DUTY = "年度任务：交材料，另一个人确认"
ROSTER = "名册里的岗位；文件请线下留好"
FINDING = "问题与整改"
SHEETS = "每月廉洁风险自查表"
SIGNING = "四级联签"

CLAUSES: tuple[Clause, ...] = (
    Clause("P3", "搭好清廉建设制度体系", Part.GOALS, OUTSIDE, Phase.START),
    Clause("P4", "廉洁风险点排查覆盖率 100%", Part.GOALS, OUTSIDE, Phase.START),
    Clause("P5", "“三重一大”监督规范化率 90% 以上", Part.GOALS, OUTSIDE, Phase.START),
    Clause("P6", "信息公开率 100%", Part.GOALS, DUTY, Phase.DEEPEN),
    Clause("P7", "制度执行率 100%", Part.GOALS, DUTY, Phase.DEEPEN),
    Clause("P8", "问题整改率 100%", Part.GOALS, FINDING, Phase.DEEPEN),
    Clause("P9", "会员及社会公众满意度 90% 以上", Part.GOALS, DUTY, Phase.DEEPEN),
    Clause("P10", "形成长效机制和清廉样本", Part.GOALS, OUTSIDE, Phase.CONSOLIDATE),
    Clause("P11", "清廉建设纳入党组织年度计划", Part.PARTY, DUTY),
    Clause("P12", "第一责任人和“一岗双责”", Part.PARTY, ROSTER),
    Clause("P13", "清廉要求写入《章程》《理事会工作规则》", Part.PARTY, OUTSIDE),
    Clause("P14", "党建与清廉建设委员会", Part.PARTY, ROSTER),
    Clause("P15", "党员廉洁监督岗前置审核", Part.PARTY, ROSTER),
    Clause("P16", "廉洁从业负面清单（附件1）", Part.PARTY, OUTSIDE),
    Clause("P16b", "全员《廉洁承诺书》，每年复核", Part.PARTY, DUTY),
    Clause("P17", "“三重一大”经理事会表决", Part.GOVERNANCE, OUTSIDE),
    Clause("P18", "表决须 2/3 以上成员出席", Part.GOVERNANCE, OUTSIDE),
    Clause("P19", "表决须半数以上同意", Part.GOVERNANCE, OUTSIDE),
    Clause("P20", "表决前经党组织前置研究", Part.GOVERNANCE, OUTSIDE),
    Clause("P21", "表决由监事全程监督", Part.GOVERNANCE, OUTSIDE),
    Clause("P22", "修订理事会决策规则等制度", Part.GOVERNANCE, OUTSIDE),
    Clause("P23", "《分支机构管理办法》和三条严禁", Part.GOVERNANCE, OUTSIDE),
    Clause("P24", "分支机构年度活动报理事会备案", Part.GOVERNANCE, DUTY),
    Clause("P25", "分支机构财务收支统一监管", Part.GOVERNANCE, OUTSIDE),
    Clause("P26", "会员信用档案", Part.GOVERNANCE, OUTSIDE),
    Clause("P27", "违规会员“黑名单”", Part.GOVERNANCE, OUTSIDE),
    Clause("P28", "收支两条线", Part.MONEY, OUTSIDE),
    Clause("P29", "专款专用", Part.MONEY, OUTSIDE),
    Clause("P30", "捐赠收入开具票据", Part.MONEY, OUTSIDE),
    Clause("P31", "项目支出四级联签", Part.MONEY, SIGNING),
    Clause("P32", "财务公开月报", Part.MONEY, DUTY),
    Clause("P33", "每季度向监事提交《财务分析报告》", Part.MONEY, DUTY),
    Clause("P34", "接受第三方审计", Part.MONEY, DUTY),
    Clause("P35", "捐赠物资 2 人以上签字验收", Part.MONEY, OUTSIDE),
    Clause("P36", "物资发放登记受益对象并留影像", Part.MONEY, OUTSIDE),
    Clause("P37", "年度末物资盘点", Part.MONEY, DUTY),
    Clause("P38", "立项：调研、论证、集体决策", Part.PROJECTS, OUTSIDE),
    Clause("P38b", "执行：进度跟踪、受益对象回访", Part.PROJECTS, OUTSIDE),
    Clause("P38c", "结项：第三方评估、绩效公示、归档", Part.PROJECTS, OUTSIDE),
    Clause("P39", "严禁重申报轻执行、虚增服务数量", Part.PROJECTS, OUTSIDE),
    Clause("P40", "执行率低于 80% 书面说明并扣减绩效", Part.PROJECTS, DUTY),
    Clause("P41", "项目评审专家库，监事审核并公示", Part.PROJECTS, OUTSIDE),
    Clause("P41b", "评审全程录音录像", Part.PROJECTS, OUTSIDE),
    Clause("P41c", "避免人情评审和利益关联", Part.PROJECTS, OUTSIDE),
    Clause("P42", "8 类高风险环节排查和防控措施", Part.RISK, OUTSIDE),
    Clause("P43", "每季度更新风险台账", Part.RISK, DUTY),
    Clause("P44", "高风险环节“双岗双责”", Part.RISK, OUTSIDE),
    Clause("P44b", "监事、自查、会员、社会四方监督", Part.SUPERVISION, FINDING),
    Clause("P45", "监事例会", Part.SUPERVISION, DUTY),
    Clause("P46", "每季度“飞行检查”", Part.SUPERVISION, "监事自己安排；季度结束后看做没做"),
    Clause("P47", "《整改通知书》，限期 15 个工作日", Part.SUPERVISION, FINDING),
    Clause("P47b", "每年《清廉建设监督报告》", Part.SUPERVISION, DUTY),
    Clause("P48", "每月《廉洁风险自查表》", Part.SUPERVISION, SHEETS),
    Clause("P49", "自查发现的问题 3 日内整改", Part.SUPERVISION, FINDING),
    Clause("P50", "隐瞒不报的取消评优资格", Part.SUPERVISION, OUTSIDE),
    Clause("P51", "举报邮箱和反映专线，专人受理", Part.OUTSIDE, OUTSIDE),
    Clause("P52", "查实的依规处理并通报", Part.OUTSIDE, OUTSIDE),
    Clause("P53", "清廉观察员 2–3 名", Part.OUTSIDE, DUTY),
    Clause("P54", "每年 2 次开放日", Part.OUTSIDE, DUTY),
    Clause("P55", "每年一次清廉讲堂", Part.CULTURE, DUTY),
    Clause("P56", "知识竞赛、家属座谈、承诺签名", Part.CULTURE, DUTY),
    Clause("P57", "社工日、建党节、反腐败日活动", Part.CULTURE, DUTY),
    Clause("P58", "清廉文化墙", Part.CULTURE, DUTY),
    Clause("P59", "「清廉社会组织」专栏", Part.CULTURE, DUTY),
    Clause("P60", "会员、会员大会等用语的对应", Part.CULTURE, OUTSIDE),
    Clause("P61", "年度廉洁标兵评选", Part.CULTURE, DUTY),
    Clause("P62", "宣传先进事迹", Part.CULTURE, DUTY),
    Clause("P79", "清廉社会组织建设领导小组", Part.SAFEGUARDS, ROSTER),
    Clause("P80", "纳入部门年度考核，占 30%", Part.SAFEGUARDS, DUTY),
    Clause("P81", "考核结果公示；连续两年不合格的调岗", Part.SAFEGUARDS, DUTY),
    Clause("P82", "总结经验，参加清廉社会组织评选", Part.SAFEGUARDS, DUTY),
    Clause("P83", "理事会解释和监督执行", Part.SAFEGUARDS, OUTSIDE),
)
"""Without P1 and P2, which name things and oblige nobody. P63–P78 were never given out."""

BY_NUMBER = {each.number: each for each in CLAUSES}
