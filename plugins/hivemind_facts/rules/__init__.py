"""Rules: what an engineer should look at, each rule a class that satisfies `hivemind_facts.reading.Rule`."""

from __future__ import annotations

RULES: tuple[str, ...] = ()
