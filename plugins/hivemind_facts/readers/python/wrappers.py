"""Decorators that guard: those of libraries by name, those of the repository by running them."""

from __future__ import annotations

import re

from hivemind_facts.models import Auth
from hivemind_facts.readers.python.anonymous import BEHIND, Anon, Anonymous, denies, fits_denial
from hivemind_facts.readers.python.values import UNKNOWN, Bound, Cls, Env, Ext, Func, Obj, Value, leaf, name_of
from hivemind_facts.readers.python.web import strings
from hivemind_facts.routes import Guard

REQUIRED = frozenset(
    (
        *("login_required", "permission_required", "user_passes_test", "staff_member_required", "superuser_required"),
        *("jwt_required", "fresh_jwt_required", "fresh_login_required", "auth_required", "roles_required"),
        *("roles_accepted", "permissions_required", "permissions_accepted", "token_required", "http_auth_required"),
        *("auth_token_required", "login_required_ajax", "requires_auth", "require_oauth", "authenticated_required"),
        *("jwt_refresh_token_required", "oauth_required", "requires"),
    )
)
OPTIONAL = frozenset(("jwt_optional", "jwt_required_optional", "login_optional", "auth_optional"))
_NAMED = re.compile(
    r"(login|auth|token|jwt|permission|role|admin|user|key)\w*_required$|^require[sd]?_\w*(auth|login|token)"
)
_REDIRECTS = re.compile(
    r"redirect|HttpResponseRedirect|RedirectResponse|HTTPFound|unauthorized|HttpResponseForbidden", re.I
)


def guard_of(decorator: Value, target: Func | Cls, machine: Anonymous) -> Guard | None:
    """What a decorator decides on access; None if it has nothing to do with it."""
    where = f"{target.path}:{target.line}"
    name = leaf(decorator)
    if name == "method_decorator" and isinstance(decorator, Obj):
        inner = decorator.arg(0, "decorator")
        found = [guard_of(one, target, machine) for one in (inner if isinstance(inner, list | tuple) else [inner])]
        return next((guard for guard in found if guard is not None), None)
    made = decorator
    while isinstance(made, Obj) and isinstance(made.cls, Obj | Func):
        made = made.cls
    if isinstance(made, Func) or (isinstance(decorator, Obj) and isinstance(decorator.cls, Cls)):
        return _own(decorator, name, where, machine)
    if name in OPTIONAL:
        return Guard("optional", f"{name} ({where})")
    if name in REQUIRED or _NAMED.search(name):
        return _foreign(decorator, name, where)
    return None


def _foreign(decorator: Value, name: str, where: str) -> Guard:
    roles: tuple[str, ...] = ()
    auth: Auth = "required"
    if isinstance(decorator, Obj):
        optional = decorator.kwargs.get("optional", decorator.args[0] if decorator.args and "jwt" in name else False)
        if optional is True:
            auth = "optional"
        elif optional is UNKNOWN:
            auth = "unknown"
        roles = tuple(strings([*decorator.args, *decorator.kwargs.values()]))
        wanted = decorator.kwargs.get("role")
        roles += tuple(strings(wanted)) if isinstance(wanted, list | tuple) else ()
    return Guard(auth, f"{name} ({where})", roles=tuple(dict.fromkeys(roles)))


def _own(decorator: Value, name: str, where: str, machine: Anonymous) -> Guard | None:
    """Run a decorator of the repository around a function, and call what it gives for nobody."""
    machine.touched = machine.reached = False
    end, wrapper = machine.outcome(decorator, [BEHIND], {})
    if end != "returned":
        return None
    if wrapper is BEHIND:
        return None
    if isinstance(wrapper, Obj) and wrapper.args:
        inner = guard_of(wrapper.cls, Func("view", [], None, [], Env({}, ""), where.rpartition(":")[0], 0, []), machine)
        if inner is not None:
            return Guard(inner.auth, f"{name} ({where})", inner.roles)
    if not isinstance(wrapper, Func):
        return (
            Guard("unknown", f"{name} ({where}): what it makes of the function is not known") if _named(name) else None
        )
    return _run(wrapper, name, where, machine)


def _named(name: str) -> bool:
    return name in REQUIRED or _NAMED.search(name) is not None


def _run(wrapper: Func, name: str, where: str, machine: Anonymous) -> Guard | None:
    for decorator in wrapper.decorators:
        if not isinstance(decorator, Func) and leaf(decorator) not in ("wraps", "update_wrapper"):
            found = guard_of(decorator, wrapper, machine)
            if found is not None:
                return Guard(found.auth, f"{name} ({where})", found.roles)
    machine.touched = machine.reached = False
    kwargs = {
        arg: Anon() if arg in ("request", "req") else UNKNOWN
        for arg, kind, _, default in wrapper.args
        if kind in "pak" and default is None
    }
    starred = any(kind == "*" for _, kind, _, _ in wrapper.args)
    end, value = machine.outcome(wrapper, [Anon()] if starred and not kwargs else [], kwargs)
    denied = denies(value) or (end == "raised" and machine.touched) or bool(_REDIRECTS.search(_shown(value)))
    if not machine.reached and (denied or (machine.touched and value is not None)):
        return Guard("required", f"{name} ({where})")
    if end == "unknown" and (machine.touched or _named(name)):
        return Guard("unknown", f"{name} ({where})")
    if any(fits_denial(one) for one in [*machine.maybe, *machine.answers]) or (denied and machine.reached):
        return Guard("unknown", f"{name} ({where}): denies under a condition that the code does not tell")
    if machine.touched and machine.reached:
        return Guard("optional", f"{name} ({where})")
    return None


def _shown(value: Value) -> str:
    return name_of(value) if isinstance(value, Obj | Ext | Bound) else ""
