"""What the backend worker says without a model: true of the repository, and silent where the facts are."""

from __future__ import annotations

from hivemind_backend.rules.compose import rules as rules
