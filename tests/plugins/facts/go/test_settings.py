"""Prefixes that a program reads from its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hivemind_facts.models import Facts

MAIN = """package main

import "github.com/gin-gonic/gin"

type Config struct {
	Prefix string `mapstructure:"prefix"`
}

var settings Config

func main() {
	r := gin.New()
	r.Group(settings.Prefix).GET("/ping", nil)
}
"""


def test_a_prefix_in_a_configuration_file_is_constant(
    write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    facts = facts_of(write({"go.mod": "module x\n", "main.go": MAIN, "config.yaml": "server:\n  prefix: /api/v3\n"}))
    assert [endpoint.path for endpoint in facts.endpoints] == ["/api/v3/ping"]


def test_files_that_disagree_leave_the_route_unresolved(
    write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    files = {"go.mod": "module x\n", "main.go": MAIN, "config.yaml": "prefix: /a\n", "config.prod.yaml": "prefix: /b\n"}
    facts = facts_of(write(files))
    assert facts.endpoints == ()
    assert [(item.what, item.file, item.line) for item in facts.unresolved] == [("route", "main.go", 13)]
