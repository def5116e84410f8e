"""Numbers with their units, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

from hivemind.models import Usage


def seconds(value: float | None) -> str:
    """`0.31 s`, `12.4 s`, `3 min 05 s`, `2 h 10 min`; a dash for none."""
    if value is None:
        return "-"
    if value < 10:
        return f"{value:.2f} s"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def tokens(usage: Usage) -> str:
    """`12,400 in, 800 out`; a dash where no model was asked."""
    if not (usage.requests or usage.input_tokens or usage.output_tokens):
        return "-"
    return f"{usage.input_tokens:,} in, {usage.output_tokens:,} out"


def cost(usage: Usage) -> str:
    """`$0.0123`; `unknown` where a price is not known, a dash where no model was asked."""
    if usage.cost_usd is None:
        return "unknown"
    if not usage.requests and not usage.cost_usd:
        return "-"
    return f"${usage.cost_usd:.4f}" if usage.cost_usd < 1 else f"${usage.cost_usd:.2f}"


def size(number: int) -> str:
    """`812 B`, `12.3 kB`, `4.0 MB`."""
    if number < 1000:
        return f"{number} B"
    if number < 1_000_000:
        return f"{number / 1000:.1f} kB"
    return f"{number / 1_000_000:,.1f} MB"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 finding`, `3 findings`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def ago(timestamp: str, now: datetime | None = None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`; the timestamp itself where it is none."""
    try:
        then = datetime.fromisoformat(timestamp)
    except ValueError:
        return timestamp
    passed = ((now or datetime.now(UTC)) - then).total_seconds()
    if passed < 60:
        return "just now"
    if passed < 3600:
        return f"{int(passed // 60)} min ago"
    if passed < 86400:
        return f"{int(passed // 3600)} h ago"
    days = int(passed // 86400)
    return f"{counted(days, 'day')} ago"


def columns(rows: list[tuple[str, ...]], head: tuple[str, ...] | None = None) -> list[str]:
    """Align rows under each other; the last column is as wide as it is."""
    shown = [head, *rows] if head else rows
    if not shown:
        return []
    widths = [max(len(row[number]) for row in shown) for number in range(len(shown[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
