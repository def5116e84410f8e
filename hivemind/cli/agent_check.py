"""`hivemind agents check`: lints agent files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.agent_documents import AgentFinding, AgentsCheckDocument
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr, tell
from hivemind.errors import UsageError

if TYPE_CHECKING:
    from hivemind.agent_files.loading import Loaded
    from hivemind.agent_files.reading import AgentFile
    from hivemind.cli.opening import Opened
    from hivemind.registry import Registry

_PLACE = re.compile(r"^(?P<file>.*?):(?P<line>\d+): (?P<said>.*)$", re.DOTALL)
_FOLDER = re.compile(r"--plugins-dir ('[^'\n]*'|\S+)")


@click.command(
    "check",
    short_help="Check agent files; exit code 1 on an error.",
    epilog=options.example("hivemind agents check", "hivemind agents check ./reviewer.md --json"),
)
@click.argument("path", type=click.Path(path_type=Path), required=False)
@options.repo_option
@options.json_option
@options.everywhere
def check(path: Path | None, repo: Path | None, as_json: bool) -> int:
    """Check the agent files that are found, or those of PATH: what does not load, what can't be enforced, names given
    twice, dependencies that nobody provides, circles, wrappers out of date."""
    from hivemind.cli.opening import configure, open_plugins, open_workers

    if path is not None and not path.exists():
        raise UsageError(f"no such file or folder: {path}")
    configuration = configure(repo)
    manager = open_plugins(configuration)
    registry = open_workers(configuration, manager)
    from hivemind.cli.opening import Opened

    with stray_output_to_stderr():
        document = document_of(Opened(configuration, manager, registry), path)
    if as_json:
        emit(document)
    else:
        _show(document, path)
    return 0 if document.ok else 1


def _show(document: AgentsCheckDocument, path: Path | None) -> None:
    for one in document.findings:
        remedy = f" ({one_line(one.remedy)})" if one.remedy else ""
        say(f"{one_line(one.file)}:{one.line}: {one.level}: {one_line(one.message)}{remedy}")
    if not document.files and not document.findings:
        where = str(path) if path else ".hivemind/workers and .claude/agents"
        tell(f"no agent files in {one_line(where)}")
        return
    notes = len(document.findings) - document.errors - document.warnings
    counts = ", ".join(
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((document.errors, "error"), (document.warnings, "warning"), (notes, "note"))
    )
    say(f"{document.files} agent file{'' if document.files == 1 else 's'}: {counts}")


def document_of(opened: Opened, path: Path | None) -> AgentsCheckDocument:
    """Check the agent files that are found, or those of a path."""
    checked = _checked(opened, path)
    findings = [*_of_loading(checked.loaded)]
    for file in checked.loaded.files:
        findings += [_found(file, one.line, one.message, one.remedy, one.level) for one in file.remarks]
        findings += _of_name(file)
    findings += _of_wrappers(opened, checked)
    findings += _of_commands(opened, checked)
    from hivemind.cli.agent_relations import of_relations

    findings += of_relations(checked.registry, checked.workers)
    ordered = tuple(sorted({one.model_dump_json(): one for one in findings}.values(), key=lambda one: one.key))
    errors = sum(one.level == "error" for one in ordered)
    return AgentsCheckDocument(
        ok=not errors,
        files=len(checked.loaded.files) + len(checked.loaded.failed),
        workers=len(checked.workers),
        errors=errors,
        warnings=sum(one.level == "warning" for one in ordered),
        findings=ordered,
    )


@dataclass
class _Checked:
    loaded: Loaded
    registry: Registry
    """All workers, those of the checked files among them."""
    workers: list[AgentFile]
    wrappers: list[tuple[AgentFile, str]]


def _checked(opened: Opened, path: Path | None) -> _Checked:
    from hivemind.agent_files.discovery import Found, find_in
    from hivemind.agent_files.loading import load_agent_files, load_files
    from hivemind.registry import FILES, Registry, WorkerEntry, runners

    settings = opened.configuration.settings
    known = load_agent_files(opened.configuration.repo, user_agents=settings.user_agents)
    loaded = known
    registry = opened.registry
    if path is not None:
        inside = {(opened.configuration.repo / file.where).resolve(): file.where for file in known.files}
        given = list(find_in(path)) if path.is_dir() else [Found(path, path.as_posix())]
        loaded = load_files(replace(one, source=inside.get(one.path.resolve(), one.source)) for one in given)
        registry = Registry(dict(registry.workers), {name: [*all_] for name, all_ in registry.duplicates.items()})
    modules = runners(opened.manager)
    workers, wrappers = [], []
    for file in loaded.files:
        wrapped = file.wraps(modules)
        if wrapped is not None:
            wrappers.append((file, wrapped))
            continue
        workers.append(file)
        if path is not None and file.where not in inside.values():
            registry.add(WorkerEntry(file.spec, FILES, file.where, default=False), settings.prefer)
    if path is not None:
        registry.settle(settings.prefer)
    return _Checked(loaded, registry, workers, wrappers)


def _of_loading(loaded: Loaded) -> Iterator[AgentFinding]:
    for problem in loaded.problems:
        if not any(problem == str(error) for error in loaded.failed):
            yield _placed(problem, "")
    for error in loaded.failed:
        yield _placed(error.message, error.hint or "")
    for name in loaded.passed_over:
        said = "passed over: a page without front matter is no agent, neither for Claude Code"
        yield AgentFinding(level="note", file=name, line=1, message=said)


def _placed(message: str, remedy: str) -> AgentFinding:
    match = _PLACE.match(message)
    if match is None:
        return AgentFinding(level="error", file=message.rpartition(" ")[2], line=1, message=message, remedy=remedy)
    line = int(match["line"])
    return AgentFinding(level="error", file=match["file"], line=line, message=match["said"], remedy=remedy)


def _found(file: AgentFile, line: int, message: str, remedy: str = "", level: str = "error") -> AgentFinding:
    return AgentFinding.model_validate(
        {"level": level, "file": file.where, "line": line, "message": message, "remedy": remedy}
    )


def _of_name(file: AgentFile) -> Iterator[AgentFinding]:
    stem = Path(file.where).stem
    if stem != file.name and stem != file.spec.name:
        said = f"the file is called {stem!r}, its worker {file.spec.name!r}"
        yield _found(file, file.front.line("name"), said, level="note")


def _of_wrappers(opened: Opened, checked: _Checked) -> Iterable[AgentFinding]:
    from hivemind.agent_files.exporting import untouched
    from hivemind.cli.agent_export import Exporter
    from hivemind.errors import HivemindError

    for file, wrapped in checked.wrappers:
        line = file.body_line
        try:
            entry = opened.registry.get(wrapped)
        except HivemindError as error:
            remedy = error.hint or "install its plugin"
            if (folder := _FOLDER.search(file.body)) is not None:
                remedy = f"its command names a folder of plugins: check again with {folder[0]}"
            yield _found(file, line, f"wraps worker {wrapped!r}: {error.message}", remedy)
            continue
        if file.marker is None:
            said = f"wraps worker {entry.spec.name!r}, by the command in it"
            yield _found(file, line, said, level="note")
            continue
        exporter = Exporter(opened, file.marker.model or None)
        fresh = exporter.marker(entry)
        if fresh is not None and fresh.digest != file.marker.digest:
            said = f"the wrapper of worker {entry.spec.name!r} is out of date"
            yield _found(file, line, said, f"hivemind agents export {entry.spec.name}", "warning")
        elif not untouched(exporter.text_at(file.where)):
            said = (
                f"the wrapper of worker {entry.spec.name!r} was edited; 'agents export' leaves it alone without --force"
            )
            yield _found(file, line, said, level="note")


def _of_commands(opened: Opened, checked: _Checked) -> Iterator[AgentFinding]:
    """Files that have a wrapper's form, and a command that runs nothing that is installed."""
    from hivemind.registry import runners

    modules = {worker: module for module, worker in runners(opened.manager).items()}
    for file in checked.workers:
        for spawn in file.spawns:
            if spawn.under_heading and spawn.module is not None:
                line = file.body_line + file.body.count("\n", 0, spawn.offset)
                own = modules.get(file.spec.name)
                said = f"{spawn.module} runs no worker that is installed: the file is taken as a worker of its own"
                remedy = f"run {own} to make it a wrapper" if own else "take the command out"
                yield _found(file, line, said, remedy, "warning")
