"""Spring Security's filter chains, read in order: matchers and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hivemind_facts.readers.jvm.ant import matches
from hivemind_facts.readers.jvm.conditions import in_force
from hivemind_facts.readers.jvm.configured import configured
from hivemind_facts.readers.jvm.program import Program, Type, dotted
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.routes import Guard

_MATCHERS = frozenset(
    ("requestMatchers", "antMatchers", "mvcMatchers", "pathMatchers", "regexMatchers", "antMatcher", "requestMatcher")
)
_EVERY = frozenset(("anyRequest", "anyExchange"))
_ACCESS = re.compile(
    r"^(permitAll|authenticated|fullyAuthenticated|hasRole|hasAuthority|hasAnyRole|hasAnyAuthority|hasScope|denyAll|access|"
    r"anonymous|rememberMe|hasIpAddress|hasAllRoles|hasAllAuthorities)$"
)
_SCOPES = frozenset(("securityMatcher", "securityMatchers"))
_AUTHORIZE = frozenset(("authorizeHttpRequests", "authorizeRequests", "authorizeExchange"))
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"))
_CHAINS = ("SecurityFilterChain", "SecurityWebFilterChain")


@dataclass
class Matcher:
    """A pattern of paths, for one method or any; a pattern of None is not known."""

    pattern: str | None
    method: str | None = None
    regex: bool = False

    def fits(self, method: str, path: str) -> bool | None:
        """Whether it matches a route; None for not known."""
        if self.method and method not in ("ANY", self.method):
            return False
        if self.pattern is None:
            return None
        if self.regex:
            try:
                return len(self.pattern) < 200 and re.fullmatch(self.pattern, path) is not None
            except re.error:
                return None
        return matches(self.pattern, path)


@dataclass
class Rule:
    """Matchers, and what those that match must be."""

    matchers: list[Matcher] | None
    """None: every request."""
    access: str
    roles: tuple[str, ...]
    line: int


@dataclass
class Chain:
    """One filter chain."""

    owner: Type
    line: int
    order: int = 2**31
    scope: list[Matcher] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    authorizes: bool = False

    def covers(self, method: str, path: str) -> bool:
        """Whether the chain is about a route."""
        return not self.scope or any(matcher.fits(method, path) is not False for matcher in self.scope)

    def decide(self, method: str, path: str) -> Guard:
        """What the chain asks of a route."""
        doubt: Rule | None = None
        for rule in self.rules:
            answers = [True] if rule.matchers is None else [matcher.fits(method, path) for matcher in rule.matchers]
            if True in answers:
                guard = self._guard(rule)
                if doubt is not None and self._guard(doubt).auth != guard.auth:
                    where = f"{self.owner.file}:{doubt.line}"
                    return Guard("unknown", f"a rule before it has a matcher that is not constant ({where})")
                return guard
            if None in answers and doubt is None:
                doubt = rule
        where = f"{self.owner.file}:{self.line}"
        if doubt is not None:
            return Guard("unknown", f"a matcher is not constant ({self.owner.file}:{doubt.line})")
        return Guard("none", f"no rule of the filter chain matches ({where})", default=True)

    def _guard(self, rule: Rule) -> Guard:
        what = "anyRequest()" if rule.matchers is None else f"matcher at line {rule.line}"
        evidence = f"{what} {rule.access} ({self.owner.file}:{rule.line})"
        open_ = rule.access in ("permitAll", "anonymous")
        return Guard("none" if open_ else "required", evidence, rule.roles, default=True)


def chains(program: Program, settings: Settings) -> Iterator[Chain]:
    """Every filter chain of the repository, in the order in which Spring asks them."""
    found: list[Chain] = []
    for owner in program.types:
        for method in owner.data["methods"]:
            kinds = [kind.rsplit(".", 1)[-1] for _, kind, _ in method["params"]]
            chain = method["type"].rsplit(".", 1)[-1] in _CHAINS
            adapter = method["name"] == "configure" and kinds in (["HttpSecurity"], ["ServerHttpSecurity"])
            if not in_force(program, settings, owner, method["annotations"]):
                continue
            if method["body"] and (chain or adapter):
                found.append(_chain(program, settings, owner, method))
            elif method["body"] and (method["type"] == "WebSecurityCustomizer" or kinds == ["WebSecurity"]):
                ignored = _ignored(program, settings, owner, method)
                if ignored.scope:
                    found.append(ignored)
    yield from sorted(found, key=lambda chain: chain.order)


def _order(annotations: list[Any], program: Program, owner: Type) -> int:
    for name, values, _ in annotations:
        if name.endswith("Order"):
            text = program.text(values.get("value"), owner)
            if text is not None and re.fullmatch(r"-?\d+", text):
                return int(text)
            return -(2**31) if "HIGHEST" in str(values) else 2**31 - 1
    return 2**31


def _chain(program: Program, settings: Settings, owner: Type, method: dict[str, Any]) -> Chain:
    order = min(_order(method["annotations"], program, owner), _order(owner.data["annotations"], program, owner))
    chain = Chain(owner, method["line"], order)
    builder = _Builder(program, settings, owner, chain)
    builder.block(method["body"], {})
    return chain


def _ignored(program: Program, settings: Settings, owner: Type, method: dict[str, Any]) -> Chain:
    chain = Chain(owner, method["line"], -(2**32))
    builder = _Builder(program, settings, owner, chain)
    builder.ignoring = True
    builder.block(method["body"], {})
    chain.rules = [Rule(None, "permitAll", (), method["line"])]
    return chain


class _Builder:
    """Goes through a configuring method's calls in the order in which they run."""

    def __init__(self, program: Program, settings: Settings, owner: Type, chain: Chain) -> None:
        self._program = program
        self._settings = settings
        self._owner = owner
        self._chain = chain
        self._pending: list[Matcher] | bool | None = False
        self._locals: dict[str, Any] = {}
        self._inside = False
        self._depth = 0
        self.ignoring = False

    def block(self, body: list[Any], bound: dict[str, Any]) -> None:
        """Read statements."""
        self._locals.update(bound)
        for statement in body:
            op = statement[0]
            if op == "x":
                self._expression(statement[1])
            elif op == "ret":
                for value in statement[1]:
                    self._expression(value)
            elif op in ("var", "="):
                names = statement[1] if op == "var" else [dotted(target) for target in statement[1]]
                values = statement[3] if op == "var" else statement[2]
                self._locals.update(zip(names, values, strict=False))
                for value in values:
                    self._expression(value)
            elif op == "for":
                values = self._texts(statement[2]) if statement[2] else [None]
                for value in values[:200]:
                    self.block(statement[3], dict.fromkeys(statement[1], ("s", value) if value else None))
            elif op == "if":
                self.block(statement[3], {})
                self.block(statement[4], {})
            elif op == "do":
                self.block(statement[1], {})

    def _expression(self, node: Any) -> None:
        if not node or self._depth > 150:
            return
        self._depth += 1
        if node[0] == "call":
            if node[1] and node[1][0] == ".":
                self._expression(node[1][1])
                self._call(node[1][2], node[2], node[3])
            elif node[1]:
                self._call(node[1][1], node[2], node[3])
        elif node[0] == "fn":
            self.block(node[3], {})
        self._depth -= 1

    def _call(self, name: str, arguments: list[Any], line: int) -> None:
        if name in _AUTHORIZE:
            self._chain.authorizes = self._inside = True
        if name in _MATCHERS:
            found = self._matchers(name, arguments)
            if self.ignoring or (not self._inside and name != "pathMatchers"):
                self._chain.scope += found
            else:
                self._pending = found
            if arguments and any(argument and argument[0] == "fn" for argument in arguments):
                self._pending = False
        elif name in _EVERY:
            self._pending = None
        elif name in _SCOPES:
            self._chain.scope += self._matchers(name, arguments)
        elif _ACCESS.match(name):
            if self._pending is not False:
                pending = self._pending if isinstance(self._pending, list) else None
                access, roles = self._access(name, arguments)
                self._chain.rules.append(Rule(pending, access, roles, line))
            self._pending = False
        else:
            for argument in arguments:
                if argument and argument[0] == "fn":
                    self._expression(argument)
            if name in ("formLogin", "logout", "and", "oauth2Login", "sessionManagement"):
                self._pending = False

    def _access(self, name: str, arguments: list[Any]) -> tuple[str, tuple[str, ...]]:
        texts = [text for argument in arguments for text in self._program.texts(argument, self._owner) if text]
        if name == "access" and texts:
            if "permitAll" in texts[0]:
                return "permitAll", ()
            return "access", tuple(re.findall(r"'([^']+)'", texts[0]))
        return name, tuple(texts) if name.startswith("has") else ()

    def _matchers(self, name: str, arguments: list[Any]) -> list[Matcher]:
        method: str | None = None
        patterns: list[Matcher] = []
        for argument in arguments:
            argument = self._bound(argument)
            verb = _verb(argument)
            if verb is not None:
                method = verb
                continue
            if argument and argument[0] == "fn":
                inner = _Builder(self._program, self._settings, self._owner, Chain(self._owner, 0))
                inner.block(argument[3], {})
                patterns += inner._chain.scope
                continue
            patterns += self._one(argument)
        if not patterns and method is not None:
            patterns = [Matcher("/**")]
        return [Matcher(p.pattern, p.method or method, name == "regexMatchers") for p in patterns]

    def _bound(self, argument: Any) -> Any:
        if argument and argument[0] == "id" and argument[1] in self._locals:
            return self._locals[argument[1]]
        return argument

    def _one(self, argument: Any) -> list[Matcher]:
        """The matchers of one argument: a string, an array of them, or an object made of such."""
        if not argument:
            return [Matcher(None)]
        if argument[0] in ("new", "call"):
            name = argument[1] if argument[0] == "new" else dotted(argument[1]) or argument[1][-1]
            if re.search(r"EndpointRequest|PathRequest|StaticResource", str(argument)[:300]):
                return []
            texts = self._texts(argument) if argument[0] == "call" else [None]
            if texts and all(text is not None for text in texts):
                return [Matcher(text) for text in texts]
            inner: list[Matcher] = []
            method: str | None = None
            for part in argument[2]:
                verb = _verb(self._bound(part))
                if verb is not None:
                    method = verb
                else:
                    inner += self._one(self._bound(part))
            regex = "Regex" in str(name)
            return [Matcher(m.pattern, m.method or method, regex) for m in inner] if inner else [Matcher(None)]
        return [Matcher(text) for text in self._texts(argument)]

    def _texts(self, node: Any) -> list[str | None]:
        """Constant strings, or those that the settings give to a getter of configuration properties."""
        texts = self._program.texts(node, self._owner)
        if None in texts:
            texts = configured(self._program, self._settings, self._owner, node) or texts
        return texts


def _verb(node: Any) -> str | None:
    if node and node[0] in ("id", ".") and node[-1] in _VERBS:
        return str(node[-1])
    if node and node[0] == "s" and node[1] in _VERBS:
        return str(node[1])
    if node and node[0] == "call" and node[1] and node[1][0] == "." and node[1][2] in ("name", "toString"):
        return _verb(node[1][1])
    return None
