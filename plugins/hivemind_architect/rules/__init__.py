"""What the architect worker says without a model: counted from the facts, and silent where they are."""

from __future__ import annotations

from hivemind_architect.rules.compose import rules as rules
