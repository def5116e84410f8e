"""`hivemind agents import`: copies agent files into the repository's own folder of workers."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.agent_documents import AgentFinding, AgentsWrittenDocument, AgentWritten
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr, warn
from hivemind.errors import DefinitionError, UsageError

if TYPE_CHECKING:
    from hivemind.agent_files.discovery import Found
    from hivemind.agent_files.reading import AgentFile
    from hivemind.cli.opening import Opened


@click.command(
    "import",
    short_help="Copy agent files into .hivemind/workers.",
    epilog=options.example("hivemind agents import ~/agents/reviewer.md", "hivemind agents import ../collection"),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--name", metavar="NAME", help="Another name for the worker; for one file.")
@click.option("--force", is_flag=True, help="Also overwrite files that are there.")
@options.repo_option
@options.json_option
@options.everywhere
def import_(paths: tuple[Path, ...], name: str | None, force: bool, repo: Path | None, as_json: bool) -> int:
    """Copy agent files, or all of a folder, into .hivemind/workers, byte for byte: all are read before one is written,
    and what does not load is told and left out."""
    from hivemind.cli.opening import Opened, configure, open_plugins, open_workers

    configuration = configure(repo)
    manager = open_plugins(configuration)
    opened = Opened(configuration, manager, open_workers(configuration, manager))
    with stray_output_to_stderr():
        importer = Importer(opened, force)
        importer.read(paths, name)
        written = importer.write()
        findings = importer.findings + _collisions(opened, written)
    for one in findings:
        warn(f"{one.file}:{one.line}: {one.message}" + (f" ({one.remedy})" if one.remedy else ""))
    if as_json:
        emit(AgentsWrittenDocument(files=tuple(written), findings=tuple(findings)))
    else:
        for file in written:
            say(f"{file.state:<9}  {one_line(file.file)}  {one_line(file.worker)}")
    return 1 if importer.failed else 0


@dataclass(frozen=True)
class _Copy:
    file: AgentFile
    data: bytes
    target: Path
    source: str


class Importer:
    """Reads files, then writes them all or none.

    Args:
        opened: Settings, plugins, workers.
        force: Whether files that are there are overwritten.
    """

    def __init__(self, opened: Opened, force: bool) -> None:
        from hivemind.agent_files.discovery import OWN

        self.opened = opened
        self.repo = opened.configuration.repo
        self.folder = self.repo / OWN
        self.force = force
        self.failed = False
        self.findings: list[AgentFinding] = []
        self.copies: dict[Path, _Copy] = {}

    def read(self, paths: Sequence[Path], name: str | None) -> None:
        """Read all files.

        Raises:
            UsageError: A path is not there, gives no agent file, or its file may not be overwritten.
            DefinitionError: A file that was named does not load.
        """
        from hivemind.agent_files.discovery import Found, find_in

        for path in paths:
            if not path.exists():
                raise UsageError(f"no such file or folder: {path}")
            if path.is_dir():
                if name:
                    raise UsageError("--name goes with one file, not with a folder")
                before = len(self.copies)
                for found in find_in(path):
                    self._try(found)
                if len(self.copies) == before and not self.failed:
                    raise UsageError(f"no agent file in {path}", "an agent file is Markdown with front matter")
            else:
                if name and len(paths) > 1:
                    raise UsageError("--name goes with one file")
                self._take(Found(path, str(path)), name)

    def _try(self, found: Found) -> None:
        from hivemind.agent_files.discovery import passed_over
        from hivemind.agent_files.reading import read_bytes

        try:
            if not passed_over(found.path, read_bytes(found.path, found.source)):
                self._take(found, None)
        except DefinitionError as error:
            self.failed = True
            place, _, said = error.message.partition(f"{found.source}:")
            line, _, said = said.partition(": ")
            number = int(line) if line.isdigit() else 1
            finding = AgentFinding(
                level="error", file=found.source, line=number, message=said or place, remedy=error.hint or ""
            )
            self.findings.append(finding)

    def _take(self, found: Found, name: str | None) -> None:
        from hivemind.agent_files.reading import parse_bytes, read_bytes

        data = read_bytes(found.path, found.source)
        file = parse_bytes(data, found.source)
        if file.marker is not None and file.marker.definition:
            data = _definition(file)
            file = parse_bytes(data, found.source)
        self._refuse_wrapper(file)
        if name:
            data = _renamed(data, file, name)
            file = parse_bytes(data, found.source)
            if file.name != name or file.spec.name != name:
                raise UsageError(f"--name {name!r} can't be a worker's name", "use letters, digits, dots and dashes")
        target = self._target(found.path, file, data, name)
        self._refuse_second(found.path, target)
        self.copies[target] = _Copy(file, data, target, found.source)
        for remark in file.remarks:
            if remark.level == "error":
                self.findings.append(
                    AgentFinding(
                        level="error",
                        file=found.source,
                        line=remark.line,
                        message=remark.message,
                        remedy=remark.remedy,
                    )
                )

    def _refuse_wrapper(self, file: AgentFile) -> None:
        from hivemind.registry import runners

        wrapped = file.wraps(runners(self.opened.manager))
        if wrapped is not None:
            said = f"{file.where}:{file.body_line}: it only runs worker {wrapped!r} by its command, and defines none"
            raise DefinitionError(said, "import the file that defines the worker, or install its plugin")

    def _target(self, path: Path, file: AgentFile, data: bytes, name: str | None) -> Path:
        from hivemind.session.layout import file_name

        stem = file_name(name or (path.stem if path.suffix.lower() == ".md" else file.spec.name))
        target = self.folder / f"{stem}.md"
        taken = self.copies.get(target)
        if taken is not None and taken.data != data:  # two of a collection, in folders of their own
            target = self.folder / f"{file_name(path.parent.name)}-{stem}.md"
            number = 2
            while target in self.copies and self.copies[target].data != data:
                target = self.folder / f"{file_name(path.parent.name)}-{stem}-{number}.md"
                number += 1
        return target

    def _refuse_second(self, path: Path, target: Path) -> None:
        """A file that can be chosen as it is would only get a second one of its name."""
        if self.force or (target.exists() and target.samefile(path)):
            return
        for entry in self.opened.registry.workers.values():
            known = self.repo / entry.source
            if not entry.default and known.name == path.name and known.exists() and known.samefile(path):
                said = f"{path} can be chosen as it is: it gives worker {entry.spec.name!r}"
                raise UsageError(said, "a copy would give the name twice; copy it all the same with --force")

    def write(self) -> list[AgentWritten]:
        """Write the files, all or none.

        Raises:
            UsageError: One is there already, with something else in it.
        """
        real = os.path.realpath(self.folder)
        if not (real + os.sep).startswith(os.path.realpath(self.repo) + os.sep):
            raise UsageError(f"{self.folder} leads out of the repository", "make it a folder of its own")
        planned = [(copy, self._state(copy)) for copy in self.copies.values()]
        self._write([copy for copy, state in planned if state != "unchanged"])
        return [
            AgentWritten.model_validate(
                {
                    "worker": copy.file.spec.name,
                    "file": copy.target.relative_to(self.repo).as_posix(),
                    "state": state,
                    "source": copy.source,
                }
            )
            for copy, state in planned
        ]

    def _state(self, copy: _Copy) -> str:
        if not os.path.lexists(copy.target):
            return "written"
        if copy.target.is_file() and copy.target.read_bytes() == copy.data:
            return "unchanged"
        if not self.force or copy.target.is_dir():
            shown = copy.target.relative_to(self.repo).as_posix()
            raise UsageError(f"{shown} is there already", "overwrite it with --force, or give another --name")
        return "replaced"

    def _write(self, copies: Sequence[_Copy]) -> None:
        from hivemind.session.files import write_atomic

        done: list[tuple[Path, bytes | None]] = []
        try:
            for copy in copies:
                before = copy.target.read_bytes() if copy.target.is_file() else None
                write_atomic(copy.target, copy.data)
                done.append((copy.target, before))
        except OSError:
            for target, before in done:
                with contextlib.suppress(OSError):  # the first failure is what is told
                    if before is None:
                        target.unlink()
                    else:
                        write_atomic(target, before)
            raise


def _definition(file: AgentFile) -> bytes:
    """The definition that a wrapper carries, as a file of its own."""
    from hivemind.agent_files.exporting import definition_text

    return definition_text(file).encode("utf-8")


def _renamed(data: bytes, file: AgentFile, name: str) -> bytes:
    """Put another name into the front matter; all else stays byte for byte."""
    lines = data.splitlines(keepends=True)
    at = file.front.line("name") - 1
    match = re.match(rb"""^(["']?name["']?[ \t]*:[ \t]*)[^\r\n]*?(\r?\n?)$""", lines[at])
    if match is None:
        raise UsageError(f"{file.where}:{at + 1}: the name does not stand on a line of its own", "rename it there")
    lines[at] = match[1] + name.encode("utf-8") + match[2]
    return b"".join(lines)


def _collisions(opened: Opened, written: Sequence[AgentWritten]) -> list[AgentFinding]:
    """Names that are given more than once, now that the files are there."""
    from hivemind.cli.opening import open_plugins, open_workers
    from hivemind.registry import said_of_duplicate

    registry = open_workers(opened.configuration, open_plugins(opened.configuration))
    found = []
    for one in written:
        given = registry.duplicates.get(one.worker)
        if given:
            message, hint = said_of_duplicate(one.worker, given)
            found.append(AgentFinding(level="error", file=one.file, line=1, message=message, remedy=hint))
    return found
