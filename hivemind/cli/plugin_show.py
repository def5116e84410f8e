"""`hivemind plugins info`: all about one plugin, also one that is blocked, refused or broken."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, stray_output_to_stderr, tell

if TYPE_CHECKING:
    from hivemind.cli.plugin_documents import PluginInfoDocument
    from hivemind.config import Configuration
    from hivemind.plugin_folders import Untrusted
    from hivemind.plugin_info import PluginInfo
    from hivemind.plugin_loading import Candidate
    from hivemind.plugins import PluginManager


@click.command(
    "info",
    short_help="Show all about one plugin.",
    epilog=options.example(
        "hivemind plugins info backend", "hivemind plugins info acme-greeter --json", "hivemind --debug plugins info x"
    ),
)
@click.argument("name")
@options.repo_option
@options.json_option
@options.everywhere
def info(name: str, repo: Path | None, as_json: bool) -> None:
    """Show a plugin by its name, or that of its distribution: where it is, what it brings, whether it is locked,
    trusted or blocked and by whom, and what is wrong with it (with its traceback under --debug).
    """
    from hivemind.cli.opening import configure, load_chosen

    configuration = configure(repo)
    called = options.invocation()
    loaded = load_chosen(configuration, called)
    found = _find(name, loaded.manager, loaded.untrusted)
    if called.debug and found.info.traceback:
        tell(found.info.traceback.rstrip())
    document = _document(configuration, loaded.manager, found)
    if as_json:
        emit(document)
        return
    for line in _lines(document):
        say(line)


@dataclass(frozen=True)
class _Found:
    info: PluginInfo
    candidates: list[Candidate]
    """All that comes from the same distribution; empty for the core's own plugin."""
    untrusted: Untrusted | None = None

    @property
    def own(self) -> Candidate | None:
        """The plugin before it was loaded."""
        return next((one for one in self.candidates if one.info.module == self.info.module or one.local), None)


def _find(name: str, manager: PluginManager, untrusted: Sequence[Untrusted]) -> _Found:
    """Find a plugin among those that are loaded or not.

    Raises:
        UsageError: There is none; suggests near names.
    """
    from hivemind.errors import UsageError, did_you_mean
    from hivemind.local_plugins import LocalPlugin, plugins_in
    from hivemind.plugin_loading import installed_candidates, local_candidate

    known = manager.plugins
    named = [one for one in known.values() if name in (one.name, one.distribution)]
    chosen = known.get(name) or (named[0] if named else None)
    if chosen is None:
        for folder in untrusted:
            for plugin in plugins_in(folder.folder, "a setting"):
                if plugin.name == name:
                    candidate = local_candidate(plugin)
                    candidate.info.status = "not trusted"
                    candidate.info.problem = folder.why
                    return _Found(candidate.info, [candidate], folder)
        names = [*known, *(one.distribution for one in known.values()), *(p for one in untrusted for p in one.plugins)]
        raise UsageError(f"no plugin {name!r} is there", did_you_mean(name, names) or "see 'hivemind plugins list'")
    if chosen.path:
        return _Found(chosen, [local_candidate(LocalPlugin(Path(chosen.folder), Path(chosen.path)))])
    same = [one for one in installed_candidates() if one.info.distribution == chosen.distribution]
    return _Found(chosen, same)


def _document(configuration: Configuration, manager: PluginManager, found: _Found) -> PluginInfoDocument:
    from hivemind.cli.commands import CORE
    from hivemind.cli.opening import open_workers
    from hivemind.cli.plugin_block import blocked_by
    from hivemind.cli.plugin_commands import collect_commands
    from hivemind.cli.plugin_documents import PluginInfoDocument
    from hivemind.distributions import modified
    from hivemind.plugin_lock import measure

    chosen, own = found.info, found.own
    open_workers(configuration, manager)
    with stray_output_to_stderr():
        commands = collect_commands(manager, CORE).commands
        models, engines = _given(manager, chosen.name, "models", "prefix"), _given(manager, chosen.name, "engines")
    file = _file(own)
    measured = measure(found.candidates, configuration.repo)
    locked, lock_detail = _locked(configuration, measured[0][0] if measured else None)
    point = own.point if own is not None else None
    distribution = point.dist if point is not None else None
    requires = (distribution.requires or []) if distribution is not None else []
    return PluginInfoDocument(
        name=chosen.name,
        status=chosen.status,
        distribution=chosen.distribution,
        version=chosen.version,
        folder=chosen.folder,
        module=chosen.module,
        path=str(file) if file is not None else None,
        sha256=measured[0][0].sha256 if measured else None,
        hooks=chosen.hooks,
        workers=tuple(chosen.workers),
        commands=tuple(sorted(name for name, (plugin, _) in commands.items() if plugin == chosen.name)),
        models=models,
        engines=engines,
        hook_api_version=_hook_api_version(file),
        dependencies=tuple(sorted(one for one in requires if "extra ==" not in one)),
        shipped=chosen.shipped,
        locked=locked,
        lock_detail=lock_detail,
        trusted=_trusted(configuration, found),
        blocked_by=tuple(blocked_by(configuration, chosen.name)),
        modified_files=tuple(modified(distribution)) if distribution is not None else (),
        notices=tuple(chosen.notices),
        problem=chosen.problem,
    )


def _given(manager: PluginManager, plugin: str, what: str, attribute: str = "name") -> tuple[str, ...]:
    """The names of the engines or model families that a plugin gives."""
    given = dict(manager.collect_now(f"hivemind_{what}")).get(plugin, [])
    names = (getattr(one, attribute, None) for one in given)
    return tuple(sorted(name for name in names if isinstance(name, str)))


def _file(own: Candidate | None) -> Path | None:
    """The file of a plugin's entry module, whether it can be imported or not."""
    from hivemind.module_places import find_module

    if own is None:
        return None
    if own.local is not None:
        return own.local.entry_file
    place = find_module(own.point.module) if own.point is not None else None
    return place.file if place is not None else None


def _hook_api_version(file: Path | None) -> str | None:
    """The version that a plugin declares, read from its source: also of one that is not imported."""
    from hivemind.errors import ConfigurationError
    from hivemind.hook_versions import MADE_FOR, read_version

    if file is None:
        return None
    try:
        body = ast.parse(file.read_bytes()).body
        for node in body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(one, ast.Name) and one.id == MADE_FOR for one in targets):
                return str(read_version(ast.literal_eval(getattr(node, "value", None) or "None")))
    except (OSError, SyntaxError, ValueError, TypeError, RecursionError, ConfigurationError):
        return None  # what is wrong with it is the plugin's problem, and told as such
    return None


def _locked(configuration: Configuration, now: object) -> tuple[bool | None, str | None]:
    from hivemind.errors import ConfigurationError
    from hivemind.lockfile import NAME, Locked, Lockfile

    if not isinstance(now, Locked):
        return None, "shipped plugins need no entry"
    if not (configuration.repo / NAME).exists():
        return None, f"the repository has no {NAME}"
    try:
        problem = Lockfile.read(configuration.repo).difference(now)
    except ConfigurationError as error:
        return False, error.message
    return problem is None, problem


def _trusted(configuration: Configuration, found: _Found) -> str | None:
    if found.untrusted is not None:
        return f"no: {found.untrusted.origin} names its folder, and {found.untrusted.why} ({found.untrusted.command})"
    if not found.info.folder:
        return None
    named = [one for one in configuration.named.get("plugins_dir", ()) if one.value == found.info.folder]
    users = [one.origin for one in named if not one.of_repository]
    if users:
        return f"yes: {' and '.join(dict.fromkeys(users))} names its folder"
    return f"yes: {' and '.join(one.origin for one in named)} names its folder, which you trust as it is"


def _lines(document: PluginInfoDocument) -> list[str]:
    locked = {True: "yes", False: "no", None: "-"}[document.locked]
    rows: list[tuple[str, str]] = [
        ("name", document.name),
        ("status", document.status),
        ("distribution", document.distribution),
        ("version", document.version),
        ("folder", document.folder),
        ("module", document.module),
        ("path", document.path or ""),
        ("sha256", document.sha256 or ""),
        ("hooks", ", ".join(document.hooks)),
        ("workers", ", ".join(document.workers)),
        ("commands", ", ".join(document.commands)),
        ("models", ", ".join(document.models)),
        ("engines", ", ".join(document.engines)),
        ("hook API", document.hook_api_version or "not declared"),
        ("dependencies", ", ".join(document.dependencies)),
        ("locked", locked + (f": {document.lock_detail}" if document.lock_detail else "")),
        ("trusted", document.trusted or ""),
        ("blocked by", ", ".join(document.blocked_by)),
        ("modified", ", ".join(document.modified_files)),
        ("notices", "; ".join(document.notices)),
        ("problem", document.problem or ""),
    ]
    if document.status != "loaded":
        rows.insert(2, ("", "not loaded: what it brings is not known"))
    return [f"{name:<13} {one_line(value)}" for name, value in rows if value]
