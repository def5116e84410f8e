"""The public API for plugin authors.

    from hivemind import hookimpl, WorkerSpec, WorkerOutput

Names load when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind.contracts import MISMATCHES as MISMATCHES
    from hivemind.contracts import EndpointIndex as EndpointIndex
    from hivemind.contracts import is_external as is_external
    from hivemind.contracts import path_shape as path_shape
    from hivemind.errors import DefinitionError as DefinitionError
    from hivemind.errors import HivemindError as HivemindError
    from hivemind.errors import OutputError as OutputError
    from hivemind.errors import TransientError as TransientError
    from hivemind.errors import WorkerBlockedError as WorkerBlockedError
    from hivemind.errors import WorkerError as WorkerError
    from hivemind.hookspecs import hookimpl as hookimpl
    from hivemind.hookspecs import hookspec as hookspec
    from hivemind.mermaid import ErDiagram as ErDiagram
    from hivemind.mermaid import Flowchart as Flowchart
    from hivemind.models import Alternative as Alternative
    from hivemind.models import Artifact as Artifact
    from hivemind.models import CallContract as CallContract
    from hivemind.models import Context as Context
    from hivemind.models import ContextFragment as ContextFragment
    from hivemind.models import Decision as Decision
    from hivemind.models import Edge as Edge
    from hivemind.models import EndpointContract as EndpointContract
    from hivemind.models import Finding as Finding
    from hivemind.models import GeneratedFile as GeneratedFile
    from hivemind.models import Plan as Plan
    from hivemind.models import Provenance as Provenance
    from hivemind.models import Score as Score
    from hivemind.models import Task as Task
    from hivemind.models import Upstream as Upstream
    from hivemind.models import Usage as Usage
    from hivemind.models import WorkerOutput as WorkerOutput
    from hivemind.models import WorkerSpec as WorkerSpec
    from hivemind.notes import NotesDocument as NotesDocument
    from hivemind.prompt import preamble as preamble
    from hivemind.prompt import prompt_of as prompt_of
    from hivemind.protocols import Engine as Engine
    from hivemind.protocols import ModelProvider as ModelProvider
    from hivemind.protocols import Runtime as Runtime
    from hivemind.protocols import SessionView as SessionView
    from hivemind.repository_paths import PathRules as PathRules
    from hivemind.runner import main
    from hivemind.tool_marks import reads as reads
    from hivemind.verification.sql_text import parse_sql as parse_sql
    from hivemind.version import __version__ as __version__

    run_worker = main

_HOME = {
    "hivemind.contracts": ("MISMATCHES", "EndpointIndex", "is_external", "path_shape"),
    "hivemind.errors": (
        "DefinitionError",
        "HivemindError",
        "OutputError",
        "TransientError",
        "WorkerBlockedError",
        "WorkerError",
    ),
    "hivemind.hookspecs": ("hookimpl", "hookspec"),
    "hivemind.mermaid": ("ErDiagram", "Flowchart"),
    "hivemind.models": (
        "Alternative",
        "Artifact",
        "CallContract",
        "Context",
        "ContextFragment",
        "Decision",
        "Edge",
        "EndpointContract",
        "Finding",
        "GeneratedFile",
        "Plan",
        "Provenance",
        "Score",
        "Task",
        "Upstream",
        "Usage",
        "WorkerOutput",
        "WorkerSpec",
    ),
    "hivemind.notes": ("NotesDocument",),
    "hivemind.prompt": ("preamble", "prompt_of"),
    "hivemind.protocols": ("Engine", "ModelProvider", "Runtime", "SessionView"),
    "hivemind.repository_paths": ("PathRules",),
    "hivemind.tool_marks": ("reads",),
    "hivemind.verification.sql_text": ("parse_sql",),
    "hivemind.version": ("__version__",),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}
_WHERE["run_worker"] = "hivemind.runner"
_RENAMED = {"run_worker": "main"}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    import importlib

    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module 'hivemind' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(module), _RENAMED.get(name, name))
    globals()[name] = value
    return value
