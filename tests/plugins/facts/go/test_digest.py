"""The digest of a Go file, and what any bytes do to it and to the readers."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path

from hivemind_facts.languages.go import GoLanguage
from hivemind_facts.models import Facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = (
    *(
        "package main\n",
        "import (\n",
        '"github.com/gin-gonic/gin"\n',
        ")",
        "(",
        "{",
        "}",
        "[",
        "]",
        "func ",
        "main",
        "() ",
    ),
    *(
        "r := gin.New()\n",
        'r.GET("/a", f)\n',
        'g := r.Group("/b")\n',
        "type ",
        "struct ",
        "interface ",
        "if ",
        "for ",
        "range ",
    ),
    *(
        "switch ",
        "case ",
        "return ",
        "&",
        "*",
        "...",
        '"s"',
        "`raw`",
        "1",
        "x",
        ".",
        ",",
        "=",
        ":=",
        "+",
        "\n",
        "map[string]",
    ),
    *(
        "const ",
        "var ",
        "go ",
        "defer ",
        "select ",
        "chan ",
        '`gorm:"index"`',
        "main()",
        "f(",
        "'",
        '"',
        "\\",
        "\0",
        "é",
        "//",
        "/*",
    ),
)
CODE = """package store

import (
	"database/sql"
	"fmt"
	"os"
)

const apiKey = "sk9dkf83jdkf93kdf"

func load(db *sql.DB, ids []string) {
	for _, id := range ids {
		db.Query(fmt.Sprintf("SELECT * FROM users WHERE id = %s", id))
	}
	q := "DELETE FROM users WHERE name = '" + os.Getenv("NAME") + "'"
	db.Exec(q)
}
"""


def test_notes_name_what_rules_look_for() -> None:
    digest = GoLanguage().digest("store.go", CODE.encode())
    found = [(item["line"], item["how"], item["executed"], item["loop"]) for item in digest["sql_strings"]]
    assert found == [(13, "format", True, 12), (15, "concatenation", True, 0)]
    assert [(item["name"], item["line"]) for item in digest["env"]] == [("NAME", 15)]
    (secret,) = digest["secrets"]
    assert secret["name"] == "apiKey"
    assert "dkf83" not in str(digest["secrets"])
    assert ("db.Query", 12) in [(call["callee"], call["loop"]) for call in digest["calls"]]


def test_a_test_file_has_no_bodies() -> None:
    digest = GoLanguage().digest("store_test.go", CODE.encode())
    assert digest["test"]
    assert [function["body"] for function in digest["functions"]] == [None]
    assert digest["sql_strings"] == []


def test_wrong_code_gives_what_was_understood_and_the_line() -> None:
    digest = GoLanguage().digest("a.go", b"package a\n\nfunc ok() {}\n\nfunc bad( {\n")
    assert "ok" in [function["name"] for function in digest["functions"]]
    assert digest["errors"]
    assert digest["errors"][0][0] >= 5


@given(
    st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(WORDS), max_size=60).map(lambda w: "".join(w).encode()))
)
@settings(max_examples=120, deadline=None)
def test_any_bytes_make_plain_data(data: bytes) -> None:
    digest = GoLanguage().digest("a.go", data.decode(errors="replace").encode())
    assert marshal.loads(marshal.dumps(digest)) == digest


def test_deep_nesting_ends() -> None:
    for deep in (
        "x := " + "(" * 3000 + "1" + ")" * 3000,
        "{" * 3000 + "}" * 3000,
        "f(" * 3000 + ")" * 3000,
        "x := " + "1+" * 3000 + "1",
    ):
        code = 'package main\nimport "github.com/gin-gonic/gin"\nfunc main() {\nr := gin.New()\n' + deep + "\n}\n"
        digest = GoLanguage().digest("a.go", code.encode())
        assert marshal.loads(marshal.dumps(digest)) == digest


@given(words=st.lists(st.sampled_from(WORDS), max_size=50))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_readers_survive_any_code(
    words: list[str], write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    head = 'package main\nimport "github.com/gin-gonic/gin"\nfunc main() {\nr := gin.New()\n'
    facts = facts_of(write({"go.mod": "module x\n", "main.go": head + "".join(words).replace("\0", "")}))
    assert [item for item in facts.unresolved if item.what == "reader"] == []


def test_a_program_that_calls_itself_ends(
    write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    code = """package main

import "github.com/gin-gonic/gin"

func a(r *gin.RouterGroup) { b(r.Group("/a")); r.GET("/x", nil) }
func b(r *gin.RouterGroup) { a(r.Group("/b")) }

func main() {
	r := gin.New()
	a(r.Group("/root"))
}
"""
    facts = facts_of(write({"go.mod": "module x\n", "main.go": code}))
    assert "/root/x" in {endpoint.path for endpoint in facts.endpoints}
