"""Facts said in one line each, for models and for Markdown."""

from __future__ import annotations

from hivemind_facts.models import (
    Call,
    Column,
    Endpoint,
    EnvironmentVariable,
    External,
    Framework,
    GraphqlOperation,
    Place,
    Resource,
    RuleFinding,
    Service,
    Table,
    Unresolved,
)

MAX_COLUMNS = 24


def place(file: str, line: int | None) -> str:
    """'file:line', or the file alone."""
    return f"{file}:{line}" if line else file


def endpoint(one: Endpoint) -> str:
    """Method, path, authentication, handler, place, types."""
    auth = f"auth {one.auth}"
    if one.auth_evidence and one.auth != "none":
        auth += f" ({one.auth_evidence})"
    parts = [f"`{one.method} {one.path}`", auth]
    if one.roles:
        parts.append(f"roles {', '.join(one.roles)}")
    if one.handler:
        parts.append(one.handler)
    parts.append(place(one.file, one.line))
    asked = [one.name for one in one.parameters if one.location in ("query", "header", "form", "body")]
    if asked:
        parts.append("takes " + ", ".join(asked[:8]))
    if one.request_type or one.response_type:
        parts.append(f"{one.request_type or '-'} -> {one.response_type or '-'}")
    if one.paginated:
        parts.append("paginated")
    return " · ".join(parts)


def column(one: Column, table: Table) -> str:
    """Name, type, keys."""
    text = f"{one.name} {one.type}".strip()
    if one.name in table.primary_key:
        text += " PK"
    elif one.unique:
        text += " unique"
    for key in table.foreign_keys:
        if key.column == one.name:
            target = f"{key.ref_table}.{key.ref_column}" if key.ref_column else key.ref_table
            text += f" -> {target}" + ("" if key.indexed else " (no index)")
    return text


def table(one: Table) -> str:
    """Name, columns with keys, place."""
    columns = [column(part, one) for part in one.columns[:MAX_COLUMNS]]
    if len(one.columns) > MAX_COLUMNS:
        columns.append(f"{len(one.columns) - MAX_COLUMNS} more columns")
    known = {part.name for part in one.columns}
    columns += [f"{key.column} -> {key.ref_table}" for key in one.foreign_keys if key.column not in known]
    kind = "" if one.kind == "table" else f" ({one.kind})"
    model = f" · model {one.model}" if one.model else ""
    return f"`{one.name}`{kind}: {', '.join(columns)} · {place(one.file, one.line)}{model}"


def finding(one: RuleFinding) -> str:
    """Severity, title, evidence, place, remedy."""
    sure = "possible, " if one.possible else ""
    text = f"[{sure}{one.severity}] {one.title} · {place(one.file, one.line)} · {one.evidence}"
    return f"{text} · remedy: {one.remedy}" if one.remedy else text


def call(one: Call) -> str:
    """Method, path, client, place, fields."""
    text = f"`{one.method} {one.path}` · {one.client} · {place(one.file, one.line)}"
    text += f" · sends {', '.join(one.fields)}" if one.fields else ""
    return text + (f" · reads {', '.join(one.response_fields)}" if one.response_fields else "")


def graphql(one: GraphqlOperation) -> str:
    """Kind, name, arguments, result, authentication, place."""
    arguments = f"({', '.join(one.arguments)})" if one.arguments else ""
    returns = f": {one.returns}" if one.returns else ""
    return f"{one.kind} `{one.name}{arguments}{returns}` · auth {one.auth} · {place(one.file, one.line)}"


def external(one: External) -> str:
    """Kind, name, target, place."""
    target = f" {one.target}" if one.target else ""
    timeout = " · no timeout" if one.timeout is False else ""
    return f"{one.kind} {one.name}{target} · {place(one.file, one.line)}{timeout}"


def variable(one: EnvironmentVariable) -> str:
    """Name, whether it has a default, place."""
    return f"{one.name} ({'has a default' if one.default else 'no default'}) · {place(one.file, one.line)}"


def unresolved(one: Unresolved) -> str:
    """What, why, where."""
    return f"{one.what}: {one.reason}" + (f" · {place(one.file, one.line)}" if one.file else "")


def framework(one: Framework) -> str:
    """Name and version."""
    return f"{one.name} {one.version}" if one.version else one.name


def resource(one: Resource) -> str:
    """Kind, name, evidence, place."""
    return f"{one.kind} {one.name}: {one.evidence} · {place(one.file, one.line)}"


def service(one: Service) -> str:
    """Name, folder, languages, frameworks."""
    parts = [f"`{one.name or '(root)'}` in {one.path or '.'}"]
    parts += [", ".join(one.languages)] if one.languages else []
    parts += [", ".join(one.frameworks)] if one.frameworks else []
    return " · ".join([*parts, f"{one.modules} source files"])


def deployment(one: Place) -> str:
    """Kind, name, file, detail."""
    return f"{one.kind} {one.name} · {one.file}" + (f" · {one.detail}" if one.detail else "")
