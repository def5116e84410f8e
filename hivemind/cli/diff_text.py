"""A comparison of two sessions as lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hivemind.cli.figures import columns, counted, seconds, size
from hivemind.cli.output import one_line, printable
from hivemind.comparison_models import Amount, Comparison, FieldChange, FileDiff, ItemChange, Side, WorkerDiff

_MARKS = {"added": "+", "removed": "-", "changed": "~"}


def comparison_lines(comparison: Comparison, limit: int | None) -> Iterator[str]:
    """Describe a comparison: both sessions, then each worker that differs, then those that do not.

    Args:
        comparison: What was found.
        limit: At most so many items and files of each worker; None for all.
    """
    rows = [_side("a", comparison.a), _side("b", comparison.b)]
    yield from columns(rows, ("", "session", "status", "workers", "cost", "took", "task"))
    if comparison.a.session_id == comparison.b.session_id and comparison.a.path == comparison.b.path:
        yield "both are the same session"
    yield ""
    differing = [worker for worker in comparison.workers if not worker.same]
    for worker in differing:
        yield from _worker(worker, limit)
        yield ""
    alike = [worker for worker in comparison.workers if worker.same]
    if alike:
        yield f"the same: {', '.join(_with_figures(worker) for worker in alike)}"
    if not comparison.workers:
        yield "neither session has a worker"
    elif not differing:
        yield "no worker differs" if comparison.same else "no worker differs; the sessions' status or task does"
    else:
        yield f"{len(differing):,} of {counted(len(comparison.workers), 'worker')} differ"


def _side(name: str, side: Side) -> tuple[str, ...]:
    return (
        name,
        side.session_id,
        side.status,
        f"{side.succeeded}/{side.workers}",
        _money(side.cost_usd),
        seconds(side.duration_s),
        one_line(side.task, 60),
    )


def _with_figures(worker: WorkerDiff) -> str:
    return f"{worker.name} ({seconds(worker.duration_s.before)} -> {seconds(worker.duration_s.after)})"


def _worker(worker: WorkerDiff, limit: int | None) -> Iterator[str]:
    if worker.presence != "both":
        where = "a" if worker.presence == "only_a" else "b"
        yield f"{worker.name}  only in {where}: {worker.status_now}"
        return
    status = f"{worker.status.before} -> {worker.status.after}" if worker.status else worker.status_now
    yield f"{worker.name}  {status}"
    if worker.model:
        yield f"  model        {worker.model.before or 'none'} -> {worker.model.after or 'none'}"
    if worker.error:
        yield f"  error        {_value(worker.error.before)} -> {_value(worker.error.after)}"
    yield from _fingerprint(worker)
    yield f"  time         {_amount(worker.duration_s, seconds)}"
    if worker.tokens.before or worker.tokens.after or worker.cost_usd.before or worker.cost_usd.after:
        yield f"  cost         {_amount(worker.cost_usd, _money)}; tokens {_amount(worker.tokens, _whole)}"
    if worker.output:
        yield f"  output       {_counts(worker.output)}"
        yield from _capped([line for item in worker.output for line in _item(item)], limit)
    findings = (*worker.findings.added, *worker.findings.removed, *worker.findings.changed)
    if findings:
        yield f"  findings     {worker.findings.before} -> {worker.findings.after}: {_counts(findings)}"
        yield from _capped([line for item in findings for line in _item(item, named=False)], limit)
    if worker.files:
        yield f"  files        {_counts(worker.files)}"
        yield from _capped([_file(file) for file in worker.files], limit)
        for file in worker.files:
            yield from _diff(file)
    for problem in worker.problems:
        yield f"  not compared: {one_line(problem)}"


def _fingerprint(worker: WorkerDiff) -> Iterator[str]:
    found = worker.fingerprint
    if found.by == "parts" and found.parts:
        said = ", ".join(f"{_MARKS[part.change]} {part.part}" for part in found.parts)
        yield f"  depends on   {one_line(said, 400)}"
    elif found.by == "whole" and not found.same:
        yield f"  depends on   something else: {found.before[:12]} -> {found.after[:12]} (its parts are not on record)"


def _counts(changes: Sequence[ItemChange | FileDiff]) -> str:
    kinds = [change.change for change in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in _MARKS if kind in kinds)


def _capped(lines: list[str], limit: int | None) -> Iterator[str]:
    shown = lines if limit is None else lines[:limit]
    yield from shown
    if len(lines) > len(shown):
        yield f"    and {len(lines) - len(shown):,} more lines: --all shows them, --json has everything"


def _item(item: ItemChange, *, named: bool = True) -> Iterator[str]:
    name = " ".join(part for part in (item.field if named else "", item.key) if part)
    mark = _MARKS[item.change]
    if item.fields:
        for change in item.fields:
            yield f"    {mark} {one_line(name, 120)}: {_field(change)}"
    elif item.key:
        severity = item.after or item.before
        level = severity.get("severity", "") if isinstance(severity, dict) else ""
        yield f"    {mark} {f'{level}: ' if level else ''}{one_line(name, 160)}"
    else:
        yield f"    {mark} {one_line(name, 120)}: {_value(item.before)} -> {_value(item.after)}"


def _field(change: FieldChange) -> str:
    if change.change == "changed":
        return f"{change.path} {_value(change.before)} -> {_value(change.after)}"
    value = change.after if change.change == "added" else change.before
    return f"{change.path} {change.change}: {_value(value)}"


def _value(value: Any) -> str:
    """A value on one line; long ones are cut, since the document has them whole."""
    if value is None or value == "":
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return one_line(text, 80)


def _file(file: FileDiff) -> str:
    sizes = " -> ".join(size(number) for number in (file.before_size, file.after_size) if number is not None)
    return f"    {_MARKS[file.change]} {one_line(file.path, 200)} ({sizes})"


def _diff(file: FileDiff) -> Iterator[str]:
    if file.note:
        yield f"    no diff: {one_line(file.note)}"
    if file.diff:
        yield from (printable(line) for line in file.diff.rstrip("\n").split("\n"))


def _amount(amount: Amount, shown: Any) -> str:
    if amount.before == amount.after:
        return str(shown(amount.before))
    told = f"{shown(amount.before)} -> {shown(amount.after)}"
    if amount.difference is None:
        return told
    return f"{told} ({'+' if amount.difference > 0 else '-'}{shown(abs(amount.difference))})"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _money(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"${value:.4f}" if value else "$0"
