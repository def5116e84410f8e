"""`@fastify/autoload`: a folder of plugins, its folders' names as prefixes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.evaluation import ROOT
from hivemind_facts.readers.javascript.values import UNDEFINED, Obj, Site, Unknown, Value

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.fastify import Instance
    from hivemind_facts.readers.javascript.interpreter import Interpreter

_SCRIPT = re.compile(r"\.(?:[cm]?js|[cm]?ts)$")
_NOT = re.compile(r"\.(?:d|test|spec)\.[cm]?[jt]s$")
_INDEX = re.compile(r"^index\.[cm]?[jt]s$")
_HOOKS = re.compile(r"^_?autohooks\.[cm]?[jt]s$", re.IGNORECASE)
MAX_FOLDERS = 12


def autoload(machine: Interpreter, instance: Instance, options: Obj, site: Site) -> None:
    """Register what a folder holds."""
    folder = options.props.get("dir")
    if not isinstance(folder, str) or not folder.startswith(ROOT[:-1]):
        instance._trouble("mount", "the folder that is loaded is not constant", site)
        return
    _folder(machine, instance, folder[len(ROOT) :].strip("/"), "", options, site, 0)


def _folder(
    machine: Interpreter, instance: Instance, folder: str, prefix: str, options: Obj, site: Site, depth: int
) -> None:
    start = f"{folder}/" if folder else ""
    names = dict.fromkeys(
        file.path[len(start) :].split("/", 1)[0] for file in machine.repository.files() if file.path.startswith(start)
    )
    files = [name for name in names if machine.repository.exists(start + name) and _loads(name, options)]
    if options.props.get("autoHooks") is True:
        instance = _with_hooks(machine, instance, [start + name for name in names if _HOOKS.match(name)], site)
    index = next((name for name in files if _INDEX.match(name)), None)
    for name in [index] if index is not None else files:
        _plugin(machine, instance, start + name, prefix, options, site)
    named = options.props.get("dirNameRoutePrefix", True) is not False
    deepest = options.props.get("maxDepth")
    if depth >= (deepest if isinstance(deepest, int) else MAX_FOLDERS):
        return
    for name in names:
        if machine.repository.exists(start + name) or _ignored(name, options) or name == "node_modules":
            continue
        part = re.sub(r"^_", ":", name) if options.props.get("routeParams") is True else name
        part = re.sub(r"^__(\w+)", r":\1", part)
        _folder(machine, instance, start + name, f"{prefix}/{part}" if named else prefix, options, site, depth + 1)


def _with_hooks(machine: Interpreter, instance: Instance, paths: list[str], site: Site) -> Instance:
    from hivemind_facts.readers.javascript.fastify import Instance, Wrapped

    if not paths:
        return instance
    child = Instance(instance.plugins, site, parent=instance, prefix=instance.prefix)
    instance.plugins.graph.mount(instance.name, child.name, file=site.file, line=site.line)
    for path in paths:
        value = _default(machine, path)
        machine.call(
            value.plugin if isinstance(value, Wrapped) else value, [child, Obj(open=True), Unknown("done")], site
        )
    return child


def _loads(name: str, options: Obj) -> bool:
    return (
        bool(_SCRIPT.search(name)) and not _NOT.search(name) and not _HOOKS.match(name) and not _ignored(name, options)
    )


def _ignored(name: str, options: Obj) -> bool:
    pattern = options.props.get("ignorePattern")
    if isinstance(pattern, Unknown) and pattern.hint.startswith("/") and len(pattern.hint) < 80:
        try:
            return re.search(pattern.hint.strip("/"), name) is not None
        except re.error:
            return False
    return isinstance(pattern, str) and pattern in name


def _default(machine: Interpreter, path: str) -> Value:
    module = machine.module(path)
    return machine.exported(module, "default") if module is not None else UNDEFINED


def _plugin(machine: Interpreter, instance: Instance, path: str, prefix: str, options: Obj, site: Site) -> None:
    from hivemind_facts.readers.javascript.fastify import Wrapped
    from hivemind_facts.readers.javascript.values import Func

    module = machine.module(path)
    if module is None:
        return
    plugin = machine.exported(module, "default")
    if not isinstance(plugin, Func | Wrapped):
        return
    said = machine.exported(module, "autoPrefix")
    if said is UNDEFINED or isinstance(said, Unknown):
        said = (
            machine.get(plugin, "autoPrefix", site)
            if isinstance(plugin, Wrapped | Obj)
            else module_property(machine, plugin, "autoPrefix")
        )
    override = module_property(machine, plugin, "prefixOverride") if isinstance(plugin, Func) else UNDEFINED
    given = options.props.get("options")
    own = Obj(dict(given.props), open=given.open) if isinstance(given, Obj) else Obj()
    above = (said if said.startswith("/") else f"/{said}") if isinstance(said, str) else prefix
    # the prefix of the options comes first, then that of the folder
    base = own.props.get("prefix", "")
    if isinstance(base, str):
        own.props["prefix"] = (
            override if isinstance(override, str) else f"{base.rstrip('/')}{above or '/'}" if base else above
        )
    instance.add(machine, plugin, own, Site(path, 1))


def module_property(machine: Interpreter, plugin: Value, name: str) -> Value:
    """A property that was put on a plugin's function: `module.exports.autoPrefix = '/x'`."""
    return machine.properties.get((id(getattr(plugin, "node", None)), name), UNDEFINED)
