"""Access: endpoints without authentication beside siblings that have it, and guards that nobody uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from hivemind_facts.models import Endpoint, Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.code import Code, GuardMade, code_of
from hivemind_facts.rules.finding import finding, is_test

_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_OPEN = re.compile(
    r"login|log-in|signin|sign-in|register|signup|sign-up|logout|session|forgot|verif|invit|preview|share|unsubscribe|language|auth|token|refresh|password|reset|verify|confirm|activate"
    r"|webhook|callback|health|ping|status|metrics|docs|openapi|swagger|captcha|oauth|sso|public|contact|subscribe",
    re.IGNORECASE,
)
_ACCOUNTS = re.compile(r"/(?:users?|accounts?|members?|customers?|people)$", re.IGNORECASE)
_MAKES_ACCOUNT = re.compile(r"regist|sign_?up|create_?(?:user|account|member)|new_?user", re.IGNORECASE)
_LOGIN = re.compile(r"/(?:log-?in|sign-?in|sessions?|tokens?|authenticate)$", re.IGNORECASE)
_GUARDING = re.compile(
    r"auth|login|token|jwt|permission|role|admin|user|scope|owner|require|protect|guard|verify|check|ensure|iddleware"
    r"|^is_|^has_|current|acl",
    re.IGNORECASE,
)
_HANDLING = re.compile(r"(?:get|post|put|patch|delete|create|update|list|handle|serve|login|resolve)(?:[A-Z_]|$)", re.I)
_METHODS_OPEN = frozenset(("OPTIONS", "HEAD"))


def resource(path: str) -> str:
    """The part of a path that siblings share: everything before its first parameter that follows a word."""
    parts = [part for part in path.split("/") if part]
    words = [number for number, part in enumerate(parts) if not part.startswith("{")]
    end = next((n for n, part in enumerate(parts) if part.startswith("{") and words and n > words[0]), len(parts))
    return "/" + "/".join(parts[:end])


def _registers(endpoint: Endpoint, endpoints: tuple[Endpoint, ...]) -> bool:
    """Whether an endpoint makes an account, which nobody can be logged in for: POST /users beside a login."""
    if endpoint.method != "POST" or not _ACCOUNTS.search(endpoint.path):
        return False
    if _MAKES_ACCOUNT.search(f"{endpoint.handler} {endpoint.summary}"):
        return True
    return any(
        one.method == "POST" and _LOGIN.search(one.path) and one.service == endpoint.service for one in endpoints
    )


class MissingAuthentication:
    """An endpoint that is open while its siblings of the same kind ask for a login."""

    name = "missing-authentication"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each endpoint that stands out."""
        groups: dict[tuple[str, str], list[Endpoint]] = {}
        by_file: dict[tuple[str, str], list[Endpoint]] = {}
        for endpoint in facts.endpoints:
            groups.setdefault((endpoint.service, resource(endpoint.path)), []).append(endpoint)
            by_file.setdefault((endpoint.service, endpoint.file), []).append(endpoint)
        for endpoint in facts.endpoints:
            if endpoint.auth != "none" or endpoint.method in _METHODS_OPEN or _OPEN.search(endpoint.path):
                continue
            if _registers(endpoint, facts.endpoints):
                continue
            near = [one for one in groups[endpoint.service, resource(endpoint.path)] if one is not endpoint]
            around = [one for one in by_file[endpoint.service, endpoint.file] if one is not endpoint]
            found = self._judge(endpoint, near, around)
            if found is not None:
                yield found

    def _judge(self, endpoint: Endpoint, near: list[Endpoint], around: list[Endpoint]) -> RuleFinding | None:
        write = endpoint.method in _WRITES or endpoint.method == "ANY"
        siblings = near if any(one.auth == "required" for one in near) else around
        alike = [one for one in siblings if (one.method in _WRITES) == write]
        guarded = [one for one in alike if one.auth == "required"]
        if write and not guarded:
            return None
        if not write and (
            len(guarded) < 2 or len(guarded) * 2 <= len(alike) or any(one.auth == "none" for one in alike)
        ):
            return None
        shown = ", ".join(f"{one.method} {one.path}" for one in guarded[:3])
        more = f" and {len(guarded) - 3} more" if len(guarded) > 3 else ""
        evidence = f"{endpoint.auth_evidence or 'no guard found'}; guarded beside it: {shown}{more}"
        if guarded[0].auth_evidence:
            evidence += f", by {guarded[0].auth_evidence}"
        if not write:
            evidence += "; reading may be meant to be open"
        elif siblings is around:
            evidence += "; they are in the same file only, not below the same path"
        elif endpoint.method == "ANY":
            evidence += "; which methods it answers is not known"
        return finding(
            self.name,
            "high" if write else "medium",
            f"{endpoint.method} {endpoint.path} asks for no login, its siblings do",
            subject=f"{endpoint.method} {endpoint.path}",
            evidence=evidence,
            file=endpoint.file,
            line=endpoint.line,
            remedy="put the siblings' guard on it, or say in the code why it is open",
            possible=not write or siblings is around or endpoint.method == "ANY",
            service=endpoint.service,
        )


class UnusedGuard:
    """A guard that is defined and stands nowhere else."""

    name = "unused-guard"
    version = 2

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:
        """Yield a finding for each guard that no file uses by name; a handler that answers 401 itself is no guard."""
        handlers = {endpoint.handler.rsplit(".", 1)[-1] for endpoint in facts.endpoints}
        families: dict[str, list[Code]] = {}
        for code in code_of(repository, tests=True):
            families.setdefault(code.family, []).append(code)
        for codes in families.values():
            used: Counter[str] = Counter()
            for code in codes:
                used.update(code.names)
            for code in codes:
                for guard in () if is_test(code.path) else code.guards:
                    name = guard.name.rsplit(".", 1)[-1]
                    if used[name] <= 0 and name not in handlers and _is_guard(guard, code.family):
                        yield self._finding(code.path, guard, name, repository)

    def _finding(self, path: str, guard: GuardMade, name: str, repository: Repository) -> RuleFinding:
        sure = bool(guard.status)
        answer = f"answers {guard.status}" if sure else "is named like a guard; what it checks is not certain"
        return finding(
            self.name,
            "medium",
            f"guard {name} is defined and never used",
            subject=name,
            evidence=f"{name} {answer}; no other code names it",
            file=path,
            line=guard.line,
            remedy="put it on the routes that it was written for, or take it out",
            possible=not sure or guard.kind == "class",
            service=repository.service_of(path),
        )


def _is_guard(guard: GuardMade, family: str) -> bool:
    """Whether what denies access is a guard, not a handler, nor a method that a framework calls by its name."""
    if guard.kind == "class":
        return True
    if family == "python" and "." in guard.name:
        return False
    return bool(_GUARDING.search(guard.name)) and not _HANDLING.match(guard.name.rsplit(".", 1)[-1])
