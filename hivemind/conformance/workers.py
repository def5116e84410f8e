"""Rules of workers as they are declared: names, words, edges, tools and paths."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind.conformance.bench import Bench
from hivemind.conformance.hive import Hive, hive_of
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.models import WorkerSpec

NO_WORKER = "the plugin brings no worker"


def own_workers(bench: Bench) -> list[WorkerSpec]:
    """The target's workers."""
    return hive_of(bench).workers()


def worker_names(bench: Bench) -> Verdict:
    """No two workers have one name."""
    hive = hive_of(bench)
    workers = hive.workers()
    if not workers:
        return skipped(NO_WORKER)
    problems: list[str] = []
    for plugin, call in hive.implementations("hivemind_workers"):
        names = [spec.name if isinstance(spec, WorkerSpec) else spec.get("name") for spec in call({}) or ()]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        problems += [f"plugin {plugin!r} gives worker {name!r} more than once" for name in twice]
    for name, entries in sorted(hive.registry.duplicates.items()):
        owners = [entry.plugin for entry in entries]
        if any(owner in hive.own for owner in owners):
            others = " and ".join(sorted({repr(owner) for owner in owners}))
            problems.append(f"worker {name!r} is given by plugins {others}")
    slugs: dict[str, str] = {}
    for spec in workers:
        if spec.slug in slugs:
            problems.append(f"workers {slugs[spec.slug]!r} and {spec.name!r} would share the files of {spec.slug!r}")
        slugs[spec.slug] = spec.name
    return judge(problems, ", ".join(spec.name for spec in workers))


def worker_words(bench: Bench) -> Verdict:
    """Roles, descriptions and capabilities say something."""
    workers = own_workers(bench)
    if not workers:
        return skipped(NO_WORKER)
    problems = [f"worker {spec.name!r} {wrong}" for spec in workers for wrong in _wordless(spec)]
    return judge(problems, ", ".join(f"{spec.name} ({spec.role})" for spec in workers))


def _wordless(spec: WorkerSpec) -> Iterator[str]:
    if not spec.role.strip() or spec.role != spec.role.strip():
        yield f"has the role {spec.role!r}: it is a word, without space around it"
    said = " ".join(spec.description.split())
    if not said or said.lower() in (spec.name.lower(), spec.role.lower(), "todo", "tbd", "description"):
        yield f"has the description {spec.description!r}, which says nothing about what it does"
    for capability in spec.capabilities:
        if not capability.strip() or capability.startswith("capability:"):
            yield f"has the capability {capability!r}: it is a word such as 'api_development'"


def edges(bench: Bench) -> Verdict:
    """What workers depend on is there, and nobody waits for himself."""
    from hivemind.errors import HivemindError
    from hivemind.graph import resolve

    hive = hive_of(bench)
    workers = [spec for spec in hive.workers() if spec.name in hive.registry.workers]
    problems: list[str] = []
    for spec in workers:
        problems += [f"worker {spec.name!r} {wrong}" for wrong in _unresolved(hive, spec)]
    if not problems and workers:
        try:
            resolve(hive.registry, [spec.name for spec in workers])
        except HivemindError as error:
            problems.append(str(error))
    if not problems:
        problems += _plugin_edges(bench, hive)
    if not workers and not hive.implementations("hivemind_edges"):
        return skipped(NO_WORKER)
    told = [f"{spec.name} -> {', '.join(named)}" for spec in workers if (named := _named(spec))]
    return judge(problems, "; ".join(told) or "no edges")


def _named(spec: WorkerSpec) -> tuple[str, ...]:
    return (*spec.requires, *spec.after, *spec.aligns_with)


def _unresolved(hive: Hive, spec: WorkerSpec) -> Iterator[str]:
    from hivemind.errors import did_you_mean
    from hivemind.graph import Index, targets

    index = Index.of(hive.registry.workers)
    known = [*index.names, *index.by_role, *(f"capability:{one}" for one in index.by_capability)]
    for field in ("requires", "after", "aligns_with"):
        for name in getattr(spec, field):
            if name in (spec.name, spec.role) and not targets(spec, name, hive.registry.workers, index):
                yield f"names itself in {field}: {name!r}"
            elif not targets(spec, name, hive.registry.workers, index):
                hint = did_you_mean(name, known)
                yield f"names {name!r} in {field}, which nobody is" + (f" ({hint})" if hint else "")


def _plugin_edges(bench: Bench, hive: Hive) -> Iterator[str]:
    """Call hivemind_edges with the plan of all workers that are installed."""
    from hivemind.conformance.process import place_of
    from hivemind.conformance.sessions import plan_of
    from hivemind.errors import HivemindError
    from hivemind.graph import add_extra, refuse_cycles
    from hivemind.models import Edge

    found = hive.implementations("hivemind_edges")
    if not found:
        return
    plan, graph = plan_of(bench, hive, sorted(hive.registry.workers))
    for plugin, call in found:
        said = f"hivemind_edges of plugin {plugin!r}"
        try:
            for edge in call({"plan": plan}) or ():
                if not isinstance(edge, Edge):
                    yield f"{said} gave {type(edge).__name__}, not an Edge"
                    continue
                add_extra(graph, edge.model_copy(update={"declared_by": plugin, "source": "plugin"}))
            refuse_cycles(graph)
        except HivemindError as error:
            yield str(error)
        except Exception as error:  # noqa: BLE001  (the plugin's own, and told)
            yield f"{said} raised {type(error).__name__}: {error}{place_of(error)}"
