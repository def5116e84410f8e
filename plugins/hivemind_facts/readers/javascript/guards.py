"""What a middleware says about access, from what its code does and not from its name alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.readers.javascript.values import Arr, Ext, Func, Obj, Site, Unknown, Value
from hivemind_facts.routes import Guard

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter

_DENIED = frozenset({"401", "403"})
_DENIED_WORDS = re.compile(
    r"^(unauthori[sz]ed|forbidden|unauthenticated|not_?authori[sz]ed|accessdenied|permissiondenied)(error|exception|request)?$",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"^(authorization|x-access-token|x-auth-token|x-api-key|token|accesstoken|access_token|authtoken|user|currentuser|"
    r"userid|user_id|session|isauthenticated|jwt|jwtverify|verifytoken|bearer|apikey|getsession|getuser|"
    r"cookies|authenticate|verifyidtoken|getauth|auth|role|roles|isadmin|permissions?|account|decoded|me)$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"auth|login|logged|protect|guard|verify_?token|jwt|session|require_?user|ensure|is_?admin|permission|role|access|bearer",
    re.IGNORECASE,
)
_NOT_ACCESS = re.compile(
    r"valid|rate|limit|cors|helmet|parser|logger|upload|multer|cache|compress|author(s|_|$)|cookie|csrf|store|initiali[sz]e|"
    r"^(express-)?session$|passport\.session",
    re.IGNORECASE,
)
_REQUIRED = frozenset(
    (
        *("express-oauth2-jwt-bearer.auth()", "express-openid-connect.requiresAuth()", "express-basic-auth()"),
        *("connect-ensure-login.ensureLoggedIn()", "connect-ensure-login()", "@clerk/express.requireAuth()"),
        *("@clerk/clerk-sdk-node.ClerkExpressRequireAuth()", "express-bearer-token.required()"),
        *(
            "koa-basic-auth()",
            "@okta/jwt-verifier()",
            "supertokens-node/recipe/session/framework/express.verifySession()",
        ),
    )
)
_JWT = frozenset(("express-jwt()", "express-jwt.expressjwt()", "koa-jwt()", "express-jwt.jwt()"))
_LOGIN_STRATEGIES = frozenset(
    (
        "local",
        "google",
        "github",
        "facebook",
        "twitter",
        "login",
        "signup",
        "ldapauth",
        "register",
        "local-login",
        "local-signup",
        "linkedin",
        "discord",
        "azure",
    )
)
MAX_LOOK = 3


def judge(machine: Interpreter, value: Value, site: Site) -> Guard | None:
    """The guard that a middleware is; None if it does not decide on access."""
    if isinstance(value, Ext):
        return _package(value, site)
    if isinstance(value, Func):
        return _own(machine, value, site)
    if isinstance(value, Unknown) and value.hint and _suspicious(value.hint):
        return Guard("unknown", f"{value.hint} ({site}): its code is not known")
    return None


def _suspicious(name: str) -> bool:
    last = name.removesuffix("()").rsplit(".", 1)[-1]
    if name.startswith(("passport.", "express-session", "cookie-session", "koa-session")):
        return False
    return _NAME.search(last) is not None and _NOT_ACCESS.search(last) is None


def _package(value: Ext, site: Site) -> Guard | None:
    path = value.path
    evidence = f"{path} ({site})"
    if path in _JWT:
        options = value.args[0] if value.args else None
        props = options.props if isinstance(options, Obj) else {}
        if props.get("credentialsRequired") is False or props.get("passthrough") is True:
            return Guard("optional", f"{evidence}: credentials are not required")
        return Guard("required", evidence)
    base = path.removesuffix(".unless()")
    if base != path and value.of is not None and value.of.of is not None:
        return _package(value.of.of, site)
    if path in _REQUIRED or path.endswith((".protect()", ".ensureAuthenticated()")):
        return Guard("required", evidence)
    if path.endswith(".authenticate()") and "passport" in path:
        return _passport(value, evidence)
    if path.endswith("()") and value.args and isinstance(value.args[0], Func | Ext):
        return None  # a wrapper around a handler
    return Guard("unknown", f"{evidence}: a package decides") if _suspicious(path) else None


def _passport(value: Ext, evidence: str) -> Guard | None:
    first = value.args[0] if value.args else None
    names = [name for name in (first.items if isinstance(first, Arr) else [first]) if isinstance(name, str)]
    if "anonymous" in names:
        return Guard("optional", f"{evidence}: anonymous is allowed")
    if names and all(
        name.lower().split("-")[0] in _LOGIN_STRATEGIES or name.lower() in _LOGIN_STRATEGIES for name in names
    ):
        return None  # this is how one logs in
    return Guard("required", f"{evidence} {', '.join(names)}".rstrip())


def _own(machine: Interpreter, value: Func, site: Site) -> Guard | None:
    seen: set[int] = set()
    denies, knows = looks(machine, value, seen, 0)
    denies = denies or (knows and _sends_away(value.node))
    evidence = f"{name_of(value)} ({site})"
    if knows and _passes_strangers(value.node):
        return Guard("optional", f"{evidence} lets those without credentials pass")
    if denies and knows:
        return Guard("required", f"{evidence} answers 401 or 403", roles_of(value))
    named = _suspicious(name_of(value))
    if knows and not denies and _reads_token(value.node) and (named or _sets_user(value.node)):
        return Guard("optional", f"{evidence} reads the credentials and lets everybody pass")
    if denies and named:
        return Guard("required", f"{evidence} answers 401 or 403", roles_of(value))
    if named and knows:
        return Guard("unknown", f"{evidence}: what it does without credentials is not known")
    return None


def name_of(value: Func) -> str:
    """What a middleware or handler is called; a wrapped one has the name of what it wraps."""
    label = value.label
    if not label.endswith(("<anonymous>", "()")):
        return label
    for inner in () if "module" in value.scope.names else value.scope.names.values():
        if isinstance(inner, Func) and inner is not value:
            return inner.label
        if isinstance(inner, Unknown) and inner.hint and "." in inner.hint:
            return inner.hint
    return label


def roles_of(value: Func) -> tuple[str, ...]:
    """Roles that a guard made by a factory closes over: `allow('admin')`."""
    found: list[str] = []
    for inner in value.scope.names.values() if value.scope.parent is not None else ():
        items = inner.items if isinstance(inner, Arr) else [inner]
        found += [item for item in items if isinstance(item, str) and re.fullmatch(r"[A-Za-z][\w:.-]{1,40}", item)]
    return tuple(dict.fromkeys(found))[:8]


def looks(machine: Interpreter, value: Func, seen: set[int], depth: int) -> tuple[bool, bool]:
    """Whether a function answers 401 or 403, and whether it looks at who is asking."""
    if id(value.node) in seen or depth > MAX_LOOK:
        return False, False
    seen.add(id(value.node))
    denies = knows = False
    for node in walk(value.node):
        if not node or not isinstance(node[0], str):
            continue
        kind = node[0]
        if (kind == "num" and node[1] in _DENIED) or (kind in ("mem", "id") and _DENIED_WORDS.match(str(node[-1]))):
            denies = True
        elif kind == "str":
            knows = knows or _IDENTITY.match(node[1]) is not None
            denies = denies or node[1] in _DENIED or _DENIED_WORDS.match(node[1].replace(" ", "")) is not None
        elif kind in ("mem", "id"):
            knows = knows or _IDENTITY.match(str(node[-1])) is not None
        if kind in ("call", "new"):
            inner = called(machine, node, value)
            if inner is not None:
                more = looks(machine, inner, seen, depth + 1)
                denies, knows = denies or more[0], knows or more[1]
            elif "passport.authenticate" in _callee(node):
                knows = denies = True
    return denies, knows


def _callee(node: Expr) -> str:
    from hivemind_facts.languages.javascript.survey import dotted

    return dotted(node[2])


def called(machine: Interpreter, node: Expr, inside: Func) -> Func | None:
    """The function of our own that a call inside another one means, as far as names tell."""
    callee = node[2]
    scope = inside.scope
    try:
        if callee[0] == "id":
            found = machine.look(scope, callee[1])
            if isinstance(found, Func):
                return found
        elif callee[0] == "mem" and callee[1][0] == "id":
            holder = inside.this if callee[1][1] == "this" else machine.look(scope, callee[1][1])
            found = machine.get(holder, callee[2], inside.site)
            if isinstance(found, Func):
                return found
        elif callee[0] == "call":
            return called(machine, callee, inside)
    except RecursionError:
        return None
    return None


def _passes_strangers(node: Expr) -> bool:
    """`if (!token) return next()`, or `if (token) {...} else next()`: without credentials one passes."""
    for each in walk(node):
        if not each or each[0] != "if" or len(each) != 5:
            continue
        test = each[2]
        absent = test[0] == "un" and test[1] == "!" and _is_identity(test[2])
        if (absent and _goes_on(each[3])) or (_is_identity(test) and each[4] and _goes_on(each[4])):
            return True
    return False


def _is_identity(test: Expr) -> bool:
    return test[0] in ("id", "mem") and _IDENTITY.match(str(test[-1])) is not None


def _goes_on(body: Expr) -> bool:
    return not _refuses(body) and any(
        each and each[0] == "call" and len(each) > 3 and each[2] == ("id", "next") and not each[3]
        for each in walk(body)
    )


def _sends_away(node: Expr) -> bool:
    """Whether strangers are redirected, or a failed check of the token is answered."""
    checks = False
    guarded = False
    for each in walk(node):
        if not each or each[0] not in ("call", "try") or len(each) < 4:
            continue
        if each[0] == "call" and each[2][0] == "mem":
            if each[2][2] == "redirect":
                return True
            checks = checks or each[2][2] == "jwtVerify"
        elif each[0] == "try" and any(
            inner and inner[0] == "mem" and inner[2] == "jwtVerify" for inner in walk(each[2])
        ):
            guarded = True
            if any(
                inner and (inner[0] == "throw" or (inner[0] == "mem" and inner[2] == "send")) for inner in walk(each[3])
            ):
                return True
    return checks and not guarded


def exempt(machine: Interpreter, value: Value) -> list[Value]:
    """Paths that a middleware lets pass by itself: `if (req.path === '/login') return next()`."""
    found: list[Value] = []
    for node in walk(value.node) if isinstance(value, Func) else ():
        if not node or node[0] != "if" or len(node) != 5 or _refuses(node[3]) or _asks_who(node[2]):
            continue
        leaves = any(each and each[0] == "ret" for each in node[3])
        members = {each[2] for each in walk(node[2]) if each and each[0] == "mem" and len(each) == 3}
        if leaves and members & {"url", "path", "originalUrl", "routerPath"}:
            found += _named_paths(machine, value, node[2], "startsWith" in members)
    return found


def _named_paths(machine: Interpreter, value: Func, test: Expr, starts: bool) -> list[Value]:
    found: list[Value] = []
    for each in walk(test):
        given: list[Value] = []
        if each and each[0] == "str":
            given = [each[1]]
        elif each and each[0] == "id":
            known = machine.look(value.scope, each[1])
            given = list(known.items) if isinstance(known, Arr) else [known]
        paths = [path for path in given if isinstance(path, str) and path.startswith("/")]
        found += [Unknown(f"/^{path}/") for path in paths] if starts else paths
    return found


def _reads_token(node: Expr) -> bool:
    return any(
        (
            each[0] in ("mem", "id")
            and str(each[-1]).lower() in ("authorization", "jwtverify", "cookies", "verify", "token")
        )
        or (each[0] == "str" and each[1].lower() in ("authorization", "x-access-token"))
        for each in walk(node)
        if each and isinstance(each[0], str)
    )


def _sets_user(node: Expr) -> bool:
    return any(
        each[0] == "asg"
        and each[2][0] == "mem"
        and str(each[2][2]).lower() in ("user", "userid", "currentuser", "auth", "payload")
        for each in walk(node)
        if each and isinstance(each[0], str)
    )


def inside_handler(value: Value, site: Site) -> Guard | None:
    """A handler that turns strangers away by itself: `if (!req.user) return res.status(401)`."""
    if not isinstance(value, Func):
        return None
    for node in walk(value.node):
        if node and node[0] == "if" and len(node) == 5 and _asks_who(node[2]) and _refuses(node[3]):
            return Guard("required", f"{name_of(value)} ({site.file}:{node[1]}) checks who asks")
    return None


def _asks_who(test: Expr) -> bool:
    names = {str(each[-1]).lower() for each in walk(test) if each and each[0] in ("mem",) and len(each) == 3}
    return bool(
        names & {"user", "session", "userid", "isauthenticated", "authorization", "currentuser", "auth"}
    ) and bool(
        any(
            str(each[1]).lower() in ("req", "request", "ctx", "context", "state", "locals", "session")
            for each in walk(test)
            if each and each[0] == "id"
        )
    )


def _refuses(body: Expr) -> bool:
    return any(
        (each[0] == "num" and each[1] in _DENIED)
        or (each[0] in ("mem", "id") and _DENIED_WORDS.match(str(each[-1])) is not None)
        for each in walk(body)
        if each and isinstance(each[0], str)
    )
