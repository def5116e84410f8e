"""The manual's page says every rule in the words of the rule, and no rule that there is not."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from hivemind.conformance import RULES

PAGE = (Path(__file__).parents[3] / "docs" / "conformance.md").read_text(encoding="utf-8")


def test_the_page_names_every_rule_in_its_order() -> None:
    assert re.findall(r"^#### (\S+)$", PAGE, re.MULTILINE) == list(RULES)


def test_the_page_says_what_each_rule_says() -> None:
    for name, rule in RULES.items():
        section = PAGE.split(f"#### {name}\n", 1)[1].split("\n#", 1)[0]
        title = rule.title[:1].upper() + rule.title[1:]
        assert section.strip() == f"*{title}.* {rule.says}\n\nWhat to do: {rule.remedy}.", name


def test_the_shown_failure_is_one_of_the_rules() -> None:
    assert f"failed   files                       {RULES['files'].title}" in PAGE
    assert f"  remedy  {RULES['files'].remedy}" in PAGE
    assert f"{len(RULES)} rules: " in PAGE


def test_every_rule_names_code_that_is_there_and_rules_that_are() -> None:
    for rule in RULES.values():
        module, _, function = rule.code.partition(":")
        assert callable(getattr(importlib.import_module(f"hivemind.conformance.{module}"), function))
        assert set(rule.needs) <= set(RULES)
        assert rule.says.endswith(".")
        assert not rule.remedy.endswith(".")
