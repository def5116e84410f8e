"""The text of a wrapper: headings, command and steps, filled from a worker's spec and its output model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hivemind.agent_files.outputs import outputs_of, titled
from hivemind.models import WorkerSpec


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A worker, and what its wrapper says beside its spec."""

    spec: WorkerSpec
    command: str
    """What runs it, with `{session_id}` and `{task_description}` to be filled in."""
    by_module: bool
    """Whether the command names the module of its runner."""
    place: str
    """The package that brings it, or the file that defines it."""
    sessions: str
    notes: str
    output: str
    """Where sessions are, and where in one its notes and its typed output are."""
    waited_for: tuple[str, ...] = ()
    """The workers that come after it."""
    model: str = ""
    """What the command asks for, where that is not left to the settings."""
    private: tuple[str, str] = ("", "")
    """The name that a local plugin is imported under, which changes with its content, and the one to say for it."""

    def shown(self, path: str) -> str:
        """An import path as a reader knows it."""
        module, name = self.private
        return path.replace(module, name, 1) if module and path.startswith(module) else path

    @property
    def label(self) -> str:
        """Its role in words."""
        return self.spec.role.replace("_", " ").replace("-", " ")

    @property
    def title(self) -> str:
        """Its name as a heading."""
        return f"{titled(self.spec.name.removesuffix('-worker'))} Worker"

    @property
    def about(self) -> str:
        """What it does, in a line: examples of when to call it are left to the front matter."""
        text = self.spec.description.split("<example>")[0]
        return " ".join(text.split()) or " ".join(self.spec.description.split())


def top(one: Wrapped) -> str:
    """The heading, and what the worker is for."""
    lines = [
        f"# {one.title} - Claude Agent Wrapper",
        "",
        (
            f"This Claude agent serves as a wrapper that spawns and manages the Pydantic AI {one.label} worker. "
            f"{one.about}"
        ),
        "",
        "## Task Specialization",
        "",
        f"**Primary Focus**: {one.about}",
        "",
    ]
    if one.spec.capabilities:
        lines += ["**Core Capabilities**:", "", *(f"- {titled(name)}" for name in one.spec.capabilities), ""]
    return "\n".join(lines) + "\n"


def integration(one: Wrapped) -> str:
    """The heading under which the command stands, up to it."""
    how = "using the proper module execution" if one.by_module else "by its name"
    return (
        "## Pydantic AI Integration\n\n### Spawn Command\n\n"
        f"This agent must spawn the Pydantic AI {one.label} worker {how}:\n\n"
    )


def command_block(one: Wrapped) -> str:
    """The command, as a block of a shell."""
    return f"```bash\n{one.command}\n```\n"


def bottom(one: Wrapped) -> str:
    """All that follows the command."""
    return "\n".join(
        line for part in (_filling(), _steps(one), _outputs(one), _places(one), _others(one)) for line in part
    )


def _filling() -> Iterator[str]:
    yield ""
    yield (
        "`{session_id}` is an existing session: its id, or `last` for the newest one (`hivemind sessions list` shows "
        "them). `{task_description}` is what to do; a text with quotes, `$` or backticks goes into a file, given as "
        '`--task "@FILE"`.'
    )
    yield ""


def _steps(one: Wrapped) -> Iterator[str]:
    spawned = "module command" if one.by_module else "command"
    yield "### Task Execution Pattern"
    yield ""
    yield "1. **Load session context** from active session directory"
    yield "2. **Execute startup protocols** (handled by Pydantic AI framework)"
    yield f"3. **Spawn Pydantic AI {one.label}** using {spawned} above"
    yield "4. **Monitor and log** implementation progress and results"
    yield "5. **Update session state** with completion status"
    yield ""


def _outputs(one: Wrapped) -> Iterator[str]:
    yield "## Expected Outputs"
    yield ""
    yield f"The Pydantic AI {one.label} will generate:"
    yield ""
    for title, about in outputs_of(one.spec):
        yield f"- **{title}**" + (f" - {about}" if about else "")
    yield ""


def _places(one: Wrapped) -> Iterator[str]:
    yield "## Integration Points"
    yield ""
    yield f"**Pydantic AI Location**: `{one.place}`"
    yield ""
    spec = one.spec
    found = [
        (spec.agent, f"Core {one.label} agent definition"),
        (one.command.split()[2] if one.by_module else None, "Command-line execution interface"),
        (spec.output_type, f"Pydantic schema definitions for {one.label} outputs"),
        (spec.rules, "What runs where no model is asked"),
    ]
    parts = [f"- `{one.shown(path)}` - {about}" for path, about in found if path]
    yield from [*parts, ""] if parts else ()
    yield "**Session Integration**:"
    yield ""
    yield f"- Reads session context from `{one.sessions}/{{session_id}}/`"
    yield "- Logs implementation events to `EVENTS.jsonl`"
    yield f"- Outputs its notes to `{one.notes}`, and its typed output to `{one.output}`"
    yield "- Updates `SESSION.json` with completion status"
    yield ""


def _others(one: Wrapped) -> Iterator[str]:
    spec = one.spec
    said = [
        *_said("**Dependencies**: Requires", spec.requires),
        *_said("**Dependencies**: Comes after" if not spec.requires else "**Order**: Comes after", spec.after),
        *_said("**Integration**: Is checked for alignment with", spec.aligns_with),
        *_said("**Foundation**: Is waited for by", one.waited_for),
    ]
    yield "## Coordination with Other Workers"
    yield ""
    yield from said or ["**Dependencies**: None; no other worker waits for it"]
    yield ""


def _said(start: str, names: Sequence[str]) -> list[str]:
    return [f"{start} {', '.join(names)}"] if names else []
