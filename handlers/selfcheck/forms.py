"""What a sheet asks, with what was answered before; pure."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.contract.card import Args, Button, Form, Kind, Option, Question, Style
from handlers.mechanisms.evidence import forms as evidence_forms
from handlers.mechanisms.evidence.forms import Evidence
from handlers.selfcheck import rules
from handlers.selfcheck.rules import Draft

REASON_LIMIT = 200


def sheet_form(
    args: Args,
    draft: Draft,
    problems: Mapping[str, str],
    typed: Mapping[str, str],
    correcting: bool,
    proofs: Evidence | None = None,
) -> Form:
    """Return the questions of a sheet; a correction asks for its reason as well."""
    return Form(
        name="sheet",
        questions=(
            *(_fact(place, draft, typed) for place in range(len(draft.facts))),
            *_sample(draft, typed),
            Question(
                "verdict",
                "结论",
                Kind.CHOICE,
                options=(Option(rules.ZERO, rules.ZERO_WORDS), Option(rules.FOUND, rules.FOUND_WORDS)),
                default=typed.get("verdict", ""),
            ),
            Question(
                "issues",
                f"自己发现的问题（{'、'.join(draft.sections)}）",
                Kind.LONG_TEXT,
                required=False,
                default=typed.get("issues", ""),
                hint=f"一行一件，写成「{draft.sections[0]}：什么事」，最多三件；自己发现、按时改好，不扣分",
                limit=1000,
            ),
            Question(
                "doubt",
                "本月最拿不准的一件事",
                Kind.LONG_TEXT,
                required=False,
                default=typed.get("doubt", ""),
                hint="只是请教监事，不算问题。没有就空着",
                limit=rules.TEXT_LIMIT,
            ),
            *(_reason(typed) if correcting else ()),
            evidence_forms.question(proofs),
        ),
        buttons=(Button("提交", "selfcheck.submit", args, Style.PRIMARY),),
        at_once=True,
        problems=dict(problems),
        page=True,
        title="廉洁风险自查表",
    )


def _fact(place: int, draft: Draft, typed: Mapping[str, str]) -> Question:
    return Question(
        f"fact{place}",
        f"{draft.facts[place].section}：{draft.facts[place].text}",
        Kind.CHOICE,
        options=tuple(Option(each, each) for each in rules.FACT_ANSWERS),
        default=typed.get(f"fact{place}", ""),
    )


def _sample(draft: Draft, typed: Mapping[str, str]) -> tuple[Question, ...]:
    if draft.sample is None:
        return ()
    options = tuple(Option(each, each) for each in (rules.SAME, rules.DIFFERENT, rules.NOTHING))
    label, known = f"翻出来对一遍：{draft.sample.number}", typed.get("sample", "")
    return (Question("sample", label, Kind.CHOICE, options=options, default=known),)


def _reason(typed: Mapping[str, str]) -> tuple[Question, ...]:
    return (
        Question(
            "reason",
            "为什么更正",
            default=typed.get("reason", ""),
            hint="原来的一版会留着",
            limit=REASON_LIMIT,
        ),
    )


def advice_form(args: Args) -> Form:
    """Return the one question behind 回复意见."""
    question = Question("text", "回复意见", Kind.LONG_TEXT, hint="对方和监事看得到", limit=rules.TEXT_LIMIT)
    return Form(name="advice", questions=(question,), buttons=(Button("回复意见", "selfcheck.advise", args),))
