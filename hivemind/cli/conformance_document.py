"""The JSON document of `hivemind plugins check`."""

from __future__ import annotations

from hivemind.cli.documents import Document
from hivemind.conformance.models import ConformanceReport, RuleResult


class ConformanceDocument(Document):
    """`hivemind plugins check --json`."""

    target: str
    plugins: tuple[str, ...]
    ok: bool
    passed: int
    failed: int
    skipped: int
    duration_s: float
    results: tuple[RuleResult, ...]

    @classmethod
    def of(cls, report: ConformanceReport) -> ConformanceDocument:
        """Take what is shown of a report: all."""
        return cls(
            target=report.target,
            plugins=report.plugins,
            ok=report.ok,
            passed=report.count("passed"),
            failed=report.count("failed"),
            skipped=report.count("skipped"),
            duration_s=report.duration_s,
            results=report.results,
        )
