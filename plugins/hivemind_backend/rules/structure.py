"""Services with their interfaces and dependencies, what is outside, and the component diagram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hivemind import Flowchart
from hivemind_backend.facts import place
from hivemind_backend.models import IntegrationPoint, ServiceDesign

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, External, Facts

MAX_SERVICES = 80
MAX_INTERFACES = 40
_PROTOCOLS = {
    "http": "HTTP",
    "mail": "SMTP or an API for mail",
    "queue": "queue",
    "cache": "cache",
    "database": "database",
}


def services(facts: Facts) -> tuple[ServiceDesign, ...]:
    """List the services, and the files that offer endpoints as their parts."""
    by_service: dict[str, list[Endpoint]] = defaultdict(list)
    by_file: dict[str, list[Endpoint]] = defaultdict(list)
    for one in facts.endpoints:
        by_service[one.service].append(one)
        by_file[one.file].append(one)
    imports = {one.path: one.imports for one in facts.modules}
    found = [
        ServiceDesign(
            name=one.name or one.path or "root",
            responsibility=_size(len(by_service[one.name]), one.modules),
            dependencies=tuple(sorted({each.name for each in facts.external if each.service == one.name})),
            patterns=one.frameworks,
            location=one.path or ".",
        )
        for one in facts.services
    ]
    found += [
        ServiceDesign(
            name=file,
            responsibility=f"answers {len(endpoints)} endpoint{'s' if len(endpoints) != 1 else ''}",
            interfaces=_interfaces(endpoints),
            dependencies=imports.get(file, ()),
            location=place(file, endpoints[0].line),
        )
        for file, endpoints in sorted(by_file.items())
    ]
    return tuple(found[:MAX_SERVICES])


def _size(endpoints: int, modules: int) -> str:
    return f"{endpoints} endpoint{'s' if endpoints != 1 else ''} in {modules} module{'s' if modules != 1 else ''}"


def _interfaces(endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    listed = [f"{one.method} {one.path}" for one in endpoints[:MAX_INTERFACES]]
    more = len(endpoints) - len(listed)
    return (*listed, f"and {more} more") if more else tuple(listed)


def integrations(facts: Facts) -> tuple[IntegrationPoint, ...]:
    """List what the code talks to outside; what the code does not show (retries, circuit breaking) stays empty."""
    return tuple(
        IntegrationPoint(
            name=one.name,
            protocol=_PROTOCOLS.get(one.kind, one.kind),
            target=one.target,
            timeouts=_timeout(one),
            location=place(one.file, one.line),
        )
        for one in sorted(_outside(facts), key=lambda each: (each.kind, each.name, each.file, each.line))
    )


def _outside(facts: Facts) -> list[External]:
    """What is outside; a call to a path without a host goes to the application itself."""
    return [one for one in facts.external if not one.target.startswith("/")]


def _timeout(one: External) -> str:
    if one.timeout is None:
        return ""
    return "set" if one.timeout else "none: a slow other side holds the caller"


def component_diagram(facts: Facts) -> str:
    """Draw services, stores and what is outside; browsers where the repository has calls of a frontend."""
    chart = Flowchart("LR")
    shown = list(facts.services)[:30]
    names = {one.name for one in shown}
    for one in shown:
        told = f"{one.name or one.path or 'root'} ({', '.join(one.frameworks[:3])})" if one.frameworks else one.name
        chart.node(f"service {one.name}", told or "root")
    if not shown and (facts.endpoints or facts.tables):
        chart.node("service ", "application")
        names.add("")
    serving = {one.service for one in facts.endpoints} & names
    if facts.calls and serving:
        chart.node("browser", "browser", shape="round")
        for name in sorted(serving):
            chart.edge("browser", f"service {name}", "HTTP")
    users = sorted({one.service for one in facts.tables} & names or serving)
    for resource in dict.fromkeys((one.name, one.kind) for one in facts.stack.resources):
        key = f"{resource[1]} {resource[0]}"
        chart.node(key, resource[0], shape="queue" if resource[1] == "broker" else "database")
        for name in users if resource[1] == "database" else ():
            chart.edge(f"service {name}", key)
    for each in _outside(facts):
        if each.service in names and each.kind in ("http", "sdk", "mail", "storage"):
            chart.node(f"outside {each.name}", each.name)
            chart.edge(f"service {each.service}", f"outside {each.name}", each.kind)
    return chart.render()
