"""`hivemind agents export`: writes workers as agent files that run them by their command."""

from __future__ import annotations

import importlib.util
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.agent_documents import AgentsWrittenDocument, AgentWritten
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr, tell
from hivemind.errors import UsageError

if TYPE_CHECKING:
    from hivemind.agent_files.reading import AgentFile
    from hivemind.agent_files.wrapper import Marker
    from hivemind.agent_files.wrapper_text import Wrapped
    from hivemind.cli.opening import Opened
    from hivemind.plugin_info import PluginInfo
    from hivemind.registry import WorkerEntry


@click.command(
    "export",
    short_help="Write workers as agent files for Claude Code.",
    epilog=options.example("hivemind agents export", "hivemind agents export backend --to .claude/agents"),
)
@click.argument("workers", nargs=-1, metavar="[WORKER]...", shell_complete=options.worker_complete)
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="DIR", help="Where.  [default: the repository's .claude/agents]"
)
@click.option(
    "--model", metavar="M", help="The model that the commands ask for.  [default: what the settings say at each run]"
)
@click.option("--force", is_flag=True, help="Also overwrite files that were not written by this command.")
@options.repo_option
@options.json_option
@options.everywhere
def export(
    workers: tuple[str, ...], to: Path | None, model: str | None, force: bool, repo: Path | None, as_json: bool
) -> None:
    """Write workers as agent files, each telling Claude Code to run the worker by its command: all of plugins, or those
    that are named. Such a file is known again, and is no second worker."""
    from hivemind.cli.opening import open_all
    from hivemind.cli.run import check_model_text

    opened = open_all(repo)
    exporter = Exporter(opened, check_model_text(model, "--model"))
    entries = exporter.chosen(workers)
    with stray_output_to_stderr():
        written = exporter.write(entries, to or opened.configuration.repo / ".claude" / "agents", force=force)
    if as_json:
        emit(AgentsWrittenDocument(files=tuple(written)))
        return
    for one in written:
        say(f"{one.state:<9}  {one_line(one.file)}")
    tell("Claude Code reads them when it starts; after a change of a worker, export again")


@dataclass
class Exporter:
    """Writes workers as agent files.

    Args:
        opened: Settings, plugins, workers.
        model: What the commands ask for; None leaves it to the settings.
    """

    opened: Opened
    model: str | None = None

    def chosen(self, names: Sequence[str]) -> list[WorkerEntry]:
        """The workers that were named, or all that plugins bring.

        Raises:
            UsageError: There is none, or one is no worker's name.
            DuplicateWorkerError: One is given more than once.
        """
        registry = self.opened.registry
        if names:
            entries = [self._of_file(name) if name.lower().endswith(".md") else registry.get(name) for name in names]
            return list({entry.spec.name: entry for entry in entries}.values())
        for name in sorted(registry.duplicates):
            if any(entry.default for entry in registry.duplicates[name]):
                registry.refuse_duplicate(name)
        found = [entry for _, entry in sorted(registry.workers.items()) if entry.default]
        if not found:
            raise UsageError("no worker to export: no plugin brings one", "name one of 'hivemind workers list'")
        return found

    def _of_file(self, name: str) -> WorkerEntry:
        """The worker of a file that is found, also where another one has its name."""
        from hivemind.registry import FILES

        registry = self.opened.registry
        every = [*registry.workers.values(), *(one for given in registry.duplicates.values() for one in given)]
        for entry in every:
            if entry.plugin == FILES and Path(name).exists() and self.path_of(entry.source).samefile(name):
                return entry
        raise UsageError(f"{name!r} defines no worker that can be chosen", f"import it: hivemind agents import {name}")

    def text(self, entry: WorkerEntry) -> str:
        """The agent file of a worker."""
        from hivemind.agent_files.exporting import wrapper_of, wrapper_of_file

        file = self._definition(entry)
        return wrapper_of(self._wrapped(entry)) if file is None else wrapper_of_file(self._wrapped(entry), file)

    def marker(self, entry: WorkerEntry) -> Marker | None:
        """What the marker of a worker's file would say now."""
        from hivemind.agent_files.wrapper import find_marker

        found = find_marker(self.text(entry))
        return found[0] if found else None

    def path_of(self, where: str) -> Path:
        """Where a file is that is named relative to the repository."""
        return self.opened.configuration.repo / where

    def text_at(self, where: str) -> str:
        """The text of a file; '' where it can't be read."""
        return _text(self.path_of(where))

    def write(self, entries: Sequence[WorkerEntry], folder: Path, *, force: bool) -> list[AgentWritten]:
        """Write the files, or none where one may not be overwritten.

        Raises:
            UsageError: A file is somebody else's, or defines the worker itself.
        """
        from hivemind.session.files import write_atomic
        from hivemind.session.layout import file_name

        planned = []
        for entry in entries:
            path = folder / f"{file_name(entry.spec.name)}.md"
            text = self.text(entry)
            planned.append((path, text, self._written(entry, path, text, force=force)))
        folder.mkdir(parents=True, exist_ok=True)
        for path, text, written in planned:
            if written.state != "unchanged":
                write_atomic(path, text)
        return [written for _, _, written in planned]

    def _written(self, entry: WorkerEntry, path: Path, text: str, *, force: bool) -> AgentWritten:
        from hivemind.agent_files.exporting import untouched
        from hivemind.agent_files.wrapper import find_marker
        from hivemind.registry import FILES

        name, shown = entry.spec.name, self._shown(path)
        if not os.path.lexists(path):
            return AgentWritten(worker=name, file=shown, state="written", source=entry.source)
        if entry.plugin == FILES and path.exists() and self.path_of(entry.source).samefile(path):
            hint = f"move {shown} to .hivemind/workers and export again, or use another --to"
            if shown.startswith(".hivemind/"):
                hint = "use another --to"
            said = f"{shown} defines worker {name!r} itself: a wrapper in its place would be the end of it"
            raise UsageError(said, hint)
        present = _text(path)
        if present == text:
            return AgentWritten(worker=name, file=shown, state="unchanged", source=entry.source)
        found = find_marker(present)
        ours = found is not None and found[0].worker == name and not path.is_symlink()
        if not force and not (ours and untouched(present)):
            what = "was edited since it was written" if ours else "was not written by 'hivemind agents export'"
            raise UsageError(f"{shown} {what}", "overwrite it with --force, or use another --to")
        return AgentWritten(worker=name, file=shown, state="replaced", source=entry.source)

    def _shown(self, path: Path) -> str:
        repo = self.opened.configuration.repo
        whole = Path(os.path.abspath(path))
        return whole.relative_to(repo).as_posix() if whole.is_relative_to(repo) else path.as_posix()

    def _definition(self, entry: WorkerEntry) -> AgentFile | None:
        from hivemind.agent_files.reading import read_agent_file
        from hivemind.registry import FILES

        return read_agent_file(self.path_of(entry.source), entry.source) if entry.plugin == FILES else None

    def _wrapped(self, entry: WorkerEntry) -> Wrapped:
        from hivemind.agent_files.wrapper_text import Wrapped
        from hivemind.session.layout import Layout

        spec = entry.spec
        module = self._runner(entry)
        info = self.opened.manager.plugins.get(entry.plugin)
        run = f"python -m {module}" if module else f"hivemind workers run {spec.name}{self._finding(entry, info)}"
        model = "inherit" if self.model is None else self.model
        command = f'{run} --session {{session_id}} --task "{{task_description}}" --model {model}'
        package = info.module.rpartition(".")[0] or info.module if info else entry.source
        local = info is not None and bool(info.folder)
        return Wrapped(
            spec=spec,
            command=command,
            by_module=bool(module),
            place=self._shown(Path(info.path)) if info and local else package,
            sessions=Path(self.opened.configuration.settings.sessions_root).as_posix(),
            notes=Layout.notes_name(spec.slug),
            output=Layout.json_name(spec.slug),
            waited_for=self._waited_for(entry),
            model=self.model or "",
            private=(package, info.name) if info and local else ("", ""),
        )

    def _finding(self, entry: WorkerEntry, info: PluginInfo | None) -> str:
        """The options without which the command would not find the worker."""
        if info is None or not info.folder:
            return " --user-agents" if Path(entry.source).is_absolute() else ""
        named = self.opened.configuration.named.get("plugins_dir", ())
        given = [one.origin for one in named if os.path.realpath(one.value) == os.path.realpath(info.folder)]
        if any(origin != "option" and not origin.startswith("HIVEMIND_") for origin in given):
            return ""  # a settings file names the folder at each run
        return f" --plugins-dir {shlex.quote(self._shown(Path(info.folder)))}"

    def _runner(self, entry: WorkerEntry) -> str | None:
        from hivemind.registry import FILES, runners

        info = self.opened.manager.plugins.get(entry.plugin)
        if entry.plugin == FILES or (info is not None and info.folder):
            return None  # of a local plugin no other process knows the module
        for module, worker in runners(self.opened.manager).items():
            if worker == entry.spec.name and _exists(module):
                return module
        return None

    def _waited_for(self, entry: WorkerEntry) -> tuple[str, ...]:
        from hivemind.graph import Index, targets

        registry = self.opened.registry
        every = [*registry.workers.values(), *(one for given in registry.duplicates.values() for one in given)]
        workers = {one.spec.name: one for one in every if one.default}
        workers[entry.spec.name] = entry
        index = Index.of(workers)
        return tuple(
            name
            for name, one in sorted(workers.items())
            if any(
                entry.spec.name in targets(one.spec, target, workers, index)
                for target in (*one.spec.requires, *one.spec.after)
            )
        )


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except OSError:
        return ""
