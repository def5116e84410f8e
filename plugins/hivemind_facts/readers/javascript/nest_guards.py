"""Guards of NestJS: classes, passport's, and the metadata that opens a route again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.readers.javascript import guards
from hivemind_facts.readers.javascript.values import Arr, Cls, Ext, Obj, Scope, Site, Unknown, Value, hint_of
from hivemind_facts.routes import Guard

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter

LOGINS = frozenset(
    (
        "local",
        "google",
        "github",
        "facebook",
        "twitter",
        "ldap",
        "local-login",
        "openid",
        "oidc",
        "saml",
        "apple",
        "discord",
    )
)
"""Strategies of passport by which one logs in: they ask for no session."""
_LOOKS = ("get", "getAllAndOverride", "getAllAndMerge")
_OPEN = ("public", "skipauth", "noauth", "anonymous", "unprotected", "allowunauth")


def decorations(machine: Interpreter, nodes: Expr, scope: Scope) -> list[Ext]:
    """Decorators as values, those that `applyDecorators` joins opened."""
    found: list[Ext] = []
    for _line, expression in nodes:
        _open(machine.eval(expression, scope), found, 0)
    return found


def _open(value: Value, found: list[Ext], depth: int) -> None:
    if isinstance(value, Ext) and depth < 8:
        if value.path.endswith("applyDecorators()"):
            for each in value.args:
                _open(each, found, depth + 1)
        else:
            found.append(value)


def name_of(decorator: Ext) -> str:
    """The name of a decorator."""
    return decorator.path.removesuffix("()").rsplit(".", 1)[-1]


def metadata(decorators: list[Ext]) -> dict[str, Value]:
    """What `SetMetadata` gives, by key."""
    found: dict[str, Value] = {}
    for each in decorators:
        if name_of(each) == "SetMetadata" and each.args and isinstance(each.args[0], str):
            found[each.args[0]] = each.args[1] if len(each.args) > 1 else True
    return found


def roles(values: dict[str, Value]) -> tuple[str, ...]:
    """The roles that metadata asks for."""
    found: list[str] = []
    for key, value in values.items():
        if "role" in key.lower() or "permission" in key.lower():
            items = value.items if isinstance(value, Arr) else [value]
            found += [str(item) if isinstance(item, str) else hint_of(item).rsplit(".", 1)[-1] for item in items]
    return tuple(dict.fromkeys(each for each in found if each))


def judge(machine: Interpreter, value: Value, site: Site, data: dict[str, Value]) -> Guard | None:
    """The guard that an argument of `UseGuards` is."""
    if isinstance(value, Obj) and value.cls is not None:
        value = value.cls
    if isinstance(value, Ext):
        return _passport(value, site)
    if isinstance(value, Unknown):
        return Guard("unknown", f"{value.hint or 'a guard'} ({site}): its code is not known") if value.hint else None
    if not isinstance(value, Cls):
        return None
    evidence = f"{value.name} ({site})"
    base = value.base
    inherited = judge(machine, base, site, data) if isinstance(base, Cls | Ext) else None
    handler = _method(value, "handleRequest")
    if inherited is not None and handler is not None and not _throws(handler):
        return Guard("optional", f"{evidence} lets everybody pass")
    active = _method(value, "canActivate")
    if active is not None and inherited is None:
        return _own(machine, value, active, evidence, data)
    if inherited is not None and (active is None or inherited.auth != "none"):
        optional = "optional" in value.name.lower()
        return Guard("optional" if optional and handler is not None else inherited.auth, evidence, roles(data))
    return inherited


def _own(machine: Interpreter, cls: Cls, active: Expr, evidence: str, data: dict[str, Value]) -> Guard | None:
    func = machine.function(active, cls.scope, this=Obj({}, cls, open=True), name="canActivate", owner=cls)
    denies, knows = guards.looks(machine, func, set(), 0)
    asks_roles = any("role" in key.lower() or "permission" in key.lower() for key in keys(machine, cls))
    if asks_roles and not any(
        each and each[0] == "str" and "authorization" in each[1].lower() for each in walk(active)
    ):
        wanted = roles(data)
        return Guard("required", f"{evidence} asks for {', '.join(wanted)}", wanted) if wanted else None
    if "throttl" in cls.name.lower():
        return None
    if knows and (denies or _may_refuse(active)):
        return Guard("required", evidence, roles(data))
    if denies:
        return Guard("required", evidence, roles(data))
    return Guard("unknown", f"{evidence}: what it asks for is not known") if "auth" in cls.name.lower() else None


def _may_refuse(active: Expr) -> bool:
    returned = [each[2] for each in walk(active) if each and each[0] == "ret" and len(each) == 3]
    return any(value != ("lit", "true") for value in returned)


def _throws(handler: Expr) -> bool:
    return any(each and each[0] == "throw" for each in walk(handler))


def _method(cls: Cls, name: str) -> Expr | None:
    return next((member[5] for member in cls.node[5] if member[0] == "method" and member[2] == name), None)


def keys(machine: Interpreter, cls: Cls) -> list[str]:
    """The metadata that a guard reads."""
    found: list[str] = []
    for node in walk(cls.node):
        if node and node[0] == "call" and len(node) > 3 and node[2][0] == "mem" and node[2][2] in _LOOKS and node[3]:
            key = machine.eval(node[3][0], cls.scope)
            if isinstance(key, str):
                found.append(key)
    return found


def opened(machine: Interpreter, guard: Value, data: dict[str, Value]) -> str | None:
    """The metadata by which a route is left open by a guard; None if it is not."""
    read = keys(machine, guard) if isinstance(guard, Cls) else []
    for key, value in data.items():
        bare = key.lower().replace("_", "").replace("-", "")
        if value is True and (any(word in bare for word in _OPEN) or (key in read and "role" not in bare)):
            return key
    return None


def _passport(value: Ext, site: Site) -> Guard | None:
    path = value.path
    if path.endswith("AuthGuard()"):
        first = value.args[0] if value.args else None
        names = [each for each in (first.items if isinstance(first, Arr) else [first]) if isinstance(each, str)]
        evidence = f"AuthGuard({', '.join(names)}) ({site})"
        if "anonymous" in names:
            return Guard("optional", evidence)
        if names and all(
            name
            in (
                "local",
                "google",
                "github",
                "facebook",
                "twitter",
                "ldap",
                "local-login",
                "openid",
                "oidc",
                "saml",
                "apple",
                "discord",
            )
            for name in names
        ):
            return None
        return Guard("required", evidence)
    last = path.removesuffix("()").rsplit(".", 1)[-1]
    if "throttl" in last.lower():
        return None
    if "auth" in last.lower():
        return Guard("required" if last in ("AuthGuard", "JwtAuthGuard") else "unknown", f"{last} ({site})")
    return None
