"""One worker's fragment: the facts of its field, ranked by the task's words, within a budget."""

from __future__ import annotations

from collections.abc import Sequence

from hivemind import ContextFragment
from hivemind_facts.models import Facts
from hivemind_facts.sections import Section, sections, stack_lines
from hivemind_facts.sessions import REASON as SESSIONS
from hivemind_facts.words import words_of

MAX_TOKENS = 6000
CHARS_PER_TOKEN = 4
MAX_LINE = 600
_NOTHING = "No endpoint, table or call was found in this repository."


def fragment(facts: Facts, role: str, task: str, max_tokens: int = MAX_TOKENS) -> ContextFragment:
    """The facts for one worker.

    Args:
        facts: All of them; they are the fragment's data.
        role: The worker's role, which decides what it is told.
        task: The task's words, which decide what comes first.
        max_tokens: What the text may take, estimated.
    """
    text, omitted = compose(facts, role, task, max_tokens * CHARS_PER_TOKEN)
    return ContextFragment(name="facts", title="Repository facts", text=text, order=10, omitted=omitted, data=facts)


def compose(facts: Facts, role: str, task: str, room: int) -> tuple[str, int]:
    """The text within so many characters, and how many facts it leaves out."""
    made = sections(facts, role, words_of(task))
    head = ["Read from the code without a model. Places are file:line."]
    head += [f"- {line[:MAX_LINE]}" for line in stack_lines(facts.stack)]
    if not (facts.endpoints or facts.tables or facts.calls or facts.graphql):
        head.append(f"- {_NOTHING}")
    # sessions are not counted: writing one must not change what the next one is told
    skipped = sum(one.reason != SESSIONS for one in facts.skipped)
    if skipped:
        head.append(f"- {_many(skipped, 'file or folder', 'files and folders')} not read (see `hivemind facts`)")
    parts = ["\n".join(head)]
    left = room - len(parts[0])
    # a heading and a line that counts what was left out are spent in any case
    shares = _shares(made, left - sum(len(one.title) + 120 for one in made))
    omitted = 0
    for section, share in zip(made, shares, strict=True):
        text, left_out = _render(section, share)
        omitted += left_out
        parts.append(text)
    return "\n\n".join(parts)[:room], omitted


def _many(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"


def _length(section: Section) -> int:
    return sum(min(len(line), MAX_LINE) + 3 for _, line in section.items)


def _shares(made: Sequence[Section], room: int) -> list[int]:
    """Room by weight; what a section does not need goes to the others."""
    shares = [0] * len(made)
    waiting = set(range(len(made)))
    room = max(room, 0)
    while waiting:
        weights = sum(made[number].weight for number in waiting)
        small = [number for number in waiting if _length(made[number]) <= room * made[number].weight // weights]
        if not small:
            for number in waiting:
                shares[number] = room * made[number].weight // weights
            break
        for number in sorted(small):
            shares[number] = _length(made[number])
            room -= shares[number]
            waiting.discard(number)
    return shares


def _render(section: Section, room: int) -> tuple[str, int]:
    ranked = sorted(section.items, key=lambda item: -item[0])  # stable: the facts' own order within a rank
    kept: list[str] = []
    for _, line in ranked:
        line = line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"
        if len(line) + 3 > room:
            break
        kept.append(f"- {line}")
        room -= len(line) + 3
    left_out = len(ranked) - len(kept)
    if left_out:
        kept.append(f"- {left_out} more left out; ask with `{section.ask}`")
    return "\n".join([f"### {section.title} ({len(ranked)})", "", *kept]), left_out
