"""All rules: what each says, what to do about it, and which code looks. Data only: listing them imports nothing."""

from __future__ import annotations

from collections.abc import Mapping

from hivemind.conformance.catalogue_declared import DECLARED
from hivemind.conformance.catalogue_working import WORKING
from hivemind.conformance.rule import Rule

RULES: Mapping[str, Rule] = {rule.name: rule for rule in (*DECLARED, *WORKING)}
"""All rules by name, in the order in which they are told."""
