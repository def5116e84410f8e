"""A graph as a tree of lines, as Mermaid and as DOT."""

from __future__ import annotations

from hivemind.cli.documents import GraphDocument, Node
from hivemind.cli.output import one_line


def tree(graph: GraphDocument) -> list[str]:
    """Write who comes first, and under each who waits for it; what is shown in full elsewhere is marked."""
    after: dict[str, list[tuple[str, str]]] = {}
    waiting: set[str] = set()
    for edge in graph.edges:
        after.setdefault(edge.before, []).append((edge.after, edge.kind))
        waiting.add(edge.after)
    nodes = {node.name: node for node in graph.nodes}
    lines: list[str] = []
    shown: set[str] = set()
    # A stack of (node, how it waits, what stands before its branch, whether it is its parent's last).
    stack: list[tuple[str, str, str, bool | None]] = [
        (name, "", "", None) for name in sorted(nodes, reverse=True) if name not in waiting
    ]
    while stack:
        name, kind, indent, last = stack.pop()
        branch = "" if last is None else f"{indent}{'└─ ' if last else '├─ '}"
        children = sorted(after.get(name, ()))
        again = name in shown and bool(children)
        lines.append(f"{branch}{_label(nodes[name])}{f'  [{kind}]' if kind else ''}{'  (as above)' if again else ''}")
        if name in shown:
            continue
        shown.add(name)
        deeper = "" if last is None else f"{indent}{'   ' if last else '│  '}"
        for number, (child, how) in reversed(list(enumerate(children))):
            stack.append((child, how, deeper, number == len(children) - 1))
    return lines


def _label(node: Node) -> str:
    usual = node.role == "check" or node.name in (node.role, f"{node.role}-worker")
    plugin = f"plugin {node.plugin}" if node.plugin else ""
    parts = [part for part in ("" if usual else f"role {node.role}", plugin, node.status) if part]
    told = f" ({one_line(', '.join(parts))})" if parts else ""
    return f"{one_line(node.name)}{told}"


def mermaid(graph: GraphDocument) -> list[str]:
    """Write a Mermaid flowchart; names are labels of numbered nodes, so that none can break it."""
    ids = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart TD"]
    for node in graph.nodes:
        shape = ("{{", "}}") if node.role == "check" else ("[", "]")
        label = _escaped(f"{node.name}: {node.status}" if node.status else node.name)
        lines.append(f'  {ids[node.name]}{shape[0]}"{label}"{shape[1]}')
    arrows = {"requires": "==>", "after": "-->", "aligns_with": "-.->"}
    lines += [f"  {ids[edge.before]} {arrows[edge.kind]}|{edge.kind}| {ids[edge.after]}" for edge in graph.edges]
    return lines


def _escaped(text: str) -> str:
    return "".join(char if char.isalnum() or char in " -_.,:()" else f"#{ord(char)};" for char in one_line(text))


def dot(graph: GraphDocument) -> list[str]:
    """Write a Graphviz digraph."""
    lines = ["digraph hive {", "  rankdir=LR;", "  node [shape=box];"]
    for node in graph.nodes:
        label = f"{node.name}\n{node.status}" if node.status else node.name
        shape = ", shape=hexagon" if node.role == "check" else ""
        lines.append(f"  {_quoted(node.name)} [label={_quoted(label)}{shape}];")
    styles = {"requires": "bold", "after": "solid", "aligns_with": "dashed"}
    for edge in graph.edges:
        told = f"label={_quoted(edge.kind)}, style={styles[edge.kind]}, tooltip={_quoted(edge.reason)}"
        lines.append(f"  {_quoted(edge.before)} -> {_quoted(edge.after)} [{told}];")
    return [*lines, "}"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
