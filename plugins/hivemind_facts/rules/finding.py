"""Makes findings whose ids stay the same while what they are about does."""

from __future__ import annotations

import hashlib

from hivemind_facts.models import RuleFinding, Severity


def finding(
    rule: str,
    severity: Severity,
    title: str,
    *,
    subject: str,
    evidence: str,
    file: str,
    line: int,
    remedy: str,
    sql: str | None = None,
    possible: bool = False,
    service: str = "",
) -> RuleFinding:
    """Make one finding.

    Args:
        rule: The rule's name.
        severity: How bad.
        title: One line.
        subject: What it is about, without line numbers: 'orders.user_id'. The id is made of it, the rule and the file.
        evidence: What was seen; where `possible`, also why the rule can't be sure.
        file: Where.
        line: Where.
        remedy: What to do.
        sql: The statement that mends it.
        possible: The rule can't be sure.
        service: The service.
    """
    told = hashlib.sha256(f"{rule}\0{file}\0{subject}".encode("utf-8", "replace")).hexdigest()[:6]
    initials = "".join(word[0] for word in rule.split("-")).upper()
    return RuleFinding(
        id=f"{initials}-{told}",
        rule=rule,
        severity=severity,
        title=title,
        evidence=evidence,
        file=file,
        line=line,
        remedy=remedy,
        sql=sql,
        possible=possible,
        service=service,
    )


def is_test(path: str) -> bool:
    """Whether a path is one of tests, fixtures, examples or seeds, where rules of production code do not apply."""
    parts = path.lower().split("/")
    folders = {
        "test",
        "tests",
        "__tests__",
        "spec",
        "specs",
        "e2e",
        "fixtures",
        "testdata",
        "__mocks__",
        "mocks",
        "cypress",
    }
    name = parts[-1]
    return bool(folders & set(parts[:-1])) or name.startswith("test_") or ".test." in name or ".spec." in name
