"""What a check says: one result for each rule."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["passed", "failed", "skipped"]


class RuleResult(BaseModel):
    """How a plugin stands to one rule."""

    model_config = ConfigDict(frozen=True)

    rule: str
    title: str
    status: Status
    detail: str = Field(default="", description="what happened where; why a rule was skipped")
    remedy: str = Field(default="", description="what to do; only of a failed rule")


class ConformanceReport(BaseModel):
    """How a plugin stands to all rules."""

    model_config = ConfigDict(frozen=True)

    target: str
    plugins: tuple[str, ...] = ()
    results: tuple[RuleResult, ...] = ()
    duration_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether no rule failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that failed."""
        return tuple(one for one in self.results if one.status == "failed")

    def result(self, rule: str) -> RuleResult:
        """Find the result of a rule; KeyError if there is no such rule."""
        for one in self.results:
            if one.rule == rule:
                return one
        raise KeyError(rule)

    def count(self, status: Status) -> int:
        """Count the rules that stand so."""
        return sum(one.status == status for one in self.results)
