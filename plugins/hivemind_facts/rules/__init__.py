"""Rules: what an engineer should look at, each rule a class that satisfies `hivemind_facts.reading.Rule`."""

from __future__ import annotations

RULES: tuple[str, ...] = (
    "hivemind_facts.rules.keys:ForeignKeyWithoutIndex",
    "hivemind_facts.rules.migrations:RiskyMigration",
    "hivemind_facts.rules.access:MissingAuthentication",
    "hivemind_facts.rules.access:UnusedGuard",
    "hivemind_facts.rules.paging:ListWithoutPagination",
    "hivemind_facts.rules.shadowing:ShadowedRoute",
    "hivemind_facts.rules.queries:SqlFromStrings",
    "hivemind_facts.rules.queries:QueryInLoop",
    "hivemind_facts.rules.secrets:HardCodedSecret",
    "hivemind_facts.rules.secrets:TrackedSecretFile",
    "hivemind_facts.rules.outgoing:MissingTimeout",
    "hivemind_facts.rules.openapi:OpenapiDrift",
)
