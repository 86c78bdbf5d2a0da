"""The one exception that a person reads."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is not carried out: one clear Chinese sentence with the way out.

    `rule` is the plan's rule that stands against it (`P31`), empty for mere input; `grave`: those who
    supervise should hear of the attempt at once.
    """

    def __init__(self, sentence: str, *, rule: str = "", grave: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.rule = rule
        self.grave = grave
