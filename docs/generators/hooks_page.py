"""The page of the hooks: signature, what it is for, its shape, what happens on failure, and a tested example."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from generators.markdown import doc, fence, table

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
INTRO = """# Hooks

A plugin is a module (or an object) whose functions carry `@hookimpl`. An implementation names only the arguments that
it wants; a hook may get more of them later without breaking it. Registration hooks are plain `def`, are asked once, and
their results are sorted by the plugin's name. Work hooks may be `def` or `async def`; a plain `def` runs in a thread. A
registration that does not answer within 30 s is given up, and the plugin is reported broken. Wrappers, unknown names
and `async def` where it can't work are refused when the plugin loads.

Every example below is a whole plugin: `docs/examples/` holds the files, and the tests run each of them.
"""
BROKEN = (
    "The plugin is reported broken, with the reason, by `hivemind plugins list`; the run stops only if it needs what "
    "the plugin was to give."
)
FAILURES = {
    "hivemind_workers": BROKEN,
    "hivemind_engines": BROKEN,
    "hivemind_models": BROKEN,
    "hivemind_commands": BROKEN,
    "hivemind_edges": "The run is refused before anything starts: an unknown worker or a cycle, naming the plugin and "
    "the path.",
    "hivemind_load_context": "The worker fails, and its error names the plugin.",
    "hivemind_execute": "The worker fails, and its error names the plugin.",
    "hivemind_verify": "The worker fails if the check itself raises; a finding of severity high or critical makes it "
    "`unverified`, and the exit code 1.",
    "hivemind_publish": "The output is not lost: `publish_failed` stands in the journal, and publishing is tried again "
    "on resume.",
    "hivemind_event": "Said once in the journal (`listener_muted`); the plugin is not told of further events, and the "
    "run goes on.",
    "hivemind_fact_readers": "Something that is no reader, rule or language, or a name that is taken, is refused with "
    "the plugin's name. A reader that raises while it reads is listed under `unresolved`; the rest goes on.",
}


def hook_modules() -> Iterator[tuple[str, ModuleType]]:
    """The modules that specify hooks, with the plugin that brings each ('' for the core)."""
    import importlib

    from hivemind import hookspecs
    from hivemind.plugins import load_plugins

    yield "", hookspecs
    manager = load_plugins()
    for info in manager.plugins.values():
        where = getattr(manager.pm.get_plugin(info.name), "HOOKSPECS", None) if info.shipped else None
        if where is not None:
            yield info.name, importlib.import_module(where)


def hooks() -> Iterator[tuple[str, str, ModuleType]]:
    """Every hook: the plugin that specifies it, its name, and the module."""
    for plugin, module in hook_modules():
        tree = ast.parse(inspect.getsource(module))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("hivemind_"):
                yield plugin, node.name, module


def signature(module: ModuleType, hook: str) -> str:
    """The exact signature, as the specification has it."""
    tree = ast.parse(inspect.getsource(module))
    node = next(one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == hook)
    returns = ast.unparse(node.returns) if node.returns is not None else "None"
    line = f"def {hook}({ast.unparse(node.args)}) -> {returns}"
    if len(line) <= 96:
        return line
    arguments = ast.unparse(node.args).split(", ")
    return f"def {hook}(\n" + "".join(f"    {one},\n" for one in arguments) + f") -> {returns}"


def page() -> str:
    """Make the page."""
    found = list(hooks())
    overview = table(
        ("hook", "shape"), [(f"[{hook}](#{hook})", _shape(hook, module, brief=True)) for _, hook, module in found]
    )
    return "\n".join([INTRO, overview, *(_section(*one) for one in found)])


def _section(plugin: str, hook: str, module: ModuleType) -> str:
    if hook not in FAILURES:
        raise SystemExit(f"docs/generators/hooks_page.py does not say what happens when {hook} fails")
    example = EXAMPLES / f"{hook}.py"
    if not example.is_file():
        raise SystemExit(f"docs/examples/{hook}.py is missing: every hook has an example")
    text = doc(getattr(module, hook)).split("\nExample:")[0].strip()
    parts = [f"## {hook}\n", fence(signature(module, hook), "python"), f"{text}\n"]
    if plugin:
        parts.append(f"Specified by the plugin `{plugin}`, not by the core.\n")
    parts.append(f"**Shape:** {_shape(hook, module)}\n")
    parts.append(f"**On failure:** {FAILURES[hook]}\n")
    parts.append(fence(example.read_text(encoding="utf-8"), "python"))
    return "\n".join(parts)


def _shape(hook: str, module: ModuleType, *, brief: bool = False) -> str:
    from hivemind.plugins import ASYNC_HOOKS

    options = getattr(getattr(module, hook), "hivemind_spec", None) or {}
    if options.get("firstresult"):
        said = "the first plugin that answers takes the work"
        return said if brief else f"{said}; plain `def` that returns an awaitable or None."
    if hook not in ASYNC_HOOKS:
        said = "registration: all plugins" if hook != "hivemind_edges" else "all plugins, add only"
        return said if brief else f"{said}; plain `def`, sorted by the plugin's name."
    said = "all plugins, at the same time" if hook != "hivemind_event" else "all plugins, each by itself"
    return said if brief else f"{said}; `def` or `async def`."
