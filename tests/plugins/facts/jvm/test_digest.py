"""The digest of a Java file, and what any bytes do to it and to the readers."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path

from hivemind_facts.languages.java import JavaLanguage
from hivemind_facts.models import Facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = (
    *(
        "package a;\n",
        "import org.springframework.web.bind.annotation.*;\n",
        "@RestController ",
        "@Entity ",
        "class A ",
        "{",
        "}",
    ),
    *(
        "@GetMapping",
        '("/a")',
        "@Id ",
        "private Long id;\n",
        "interface I ",
        "extends A",
        " implements I ",
        "<",
        ">",
        "(",
        ")",
        ";",
    ),
    *(
        "SecurityFilterChain c(HttpSecurity http) {",
        "http.authorizeHttpRequests(a -> a",
        '.requestMatchers("/x")',
        ".permitAll()",
    ),
    *(
        "enum E ",
        "record R",
        "@ManyToOne ",
        "A a;\n",
        "static final String S = ",
        '"s"',
        "+",
        "S",
        ",",
        ".",
        "->",
        "new ",
        "return ",
    ),
    *(
        "if (",
        "for (",
        "switch (",
        "case ",
        '"""',
        "'",
        '"',
        "\\",
        "é",
        "//",
        "/*",
        "@",
        "@interface M ",
        "\n",
        "1",
        "null",
        "this",
    ),
)
CODE = """package store;

class Dao {
    private static final String PASSWORD = "hunter2hunter2";

    void load(java.util.List<String> ids) {
        for (String id : ids) {
            jdbc.queryForList("SELECT * FROM users WHERE id = " + id);
        }
        String region = System.getenv("REGION");
        jdbc.update("DELETE FROM users WHERE region = ?", region);
    }
}
"""


def test_notes_name_what_rules_look_for() -> None:
    digest = JavaLanguage().digest("Dao.java", CODE.encode())
    found = [(item["line"], item["how"], item["executed"], item["loop"]) for item in digest["sql_strings"]]
    assert found == [(8, "concatenation", True, 7), (11, "constant", True, 0)]
    assert [(item["name"], item["line"]) for item in digest["env"]] == [("REGION", 10)]
    assert [secret["name"] for secret in digest["secrets"]] == ["PASSWORD"]
    assert "hunter2hunter2" not in str(digest["secrets"])


def test_types_fields_and_annotations_over_several_lines() -> None:
    code = b'@Table(\n  name = "x",\n  indexes = {@Index(columnList = "a")}\n)\nclass A<T extends B> '
    code += b"extends C implements D, E { @Id Long id; record R(int x) {} }"
    outer, inner = JavaLanguage().digest("A.java", code)["types"]
    name, values, line = outer["annotations"][0]
    assert (name, values["name"], line) == ("Table", ("s", "x"), 1)
    assert (outer["extends"], outer["implements"], outer["parameters"]) == (["C"], ["D", "E"], [("T", "B")])
    assert (inner["name"], inner["kind"], inner["fields"][0]["name"]) == ("A.R", "record", "x")


@given(
    st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(WORDS), max_size=60).map(lambda w: "".join(w).encode()))
)
@settings(max_examples=120, deadline=None)
def test_any_bytes_make_plain_data(data: bytes) -> None:
    digest = JavaLanguage().digest("A.java", data.decode(errors="replace").encode())
    assert marshal.loads(marshal.dumps(digest)) == digest


def test_deep_nesting_ends() -> None:
    deep = (
        "x = " + "(" * 3000 + "1" + ")" * 3000 + ";",
        "{" * 3000 + "}" * 3000,
        "f(" * 3000 + ")" * 3000 + ";",
        "x = " + "1+" * 3000 + "1;",
    )
    for body in deep:
        digest = JavaLanguage().digest("A.java", f"class A {{ void f() {{ {body} }} }}".encode())
        assert marshal.loads(marshal.dumps(digest)) == digest
    nested = "class A {" * 500 + "}" * 500
    assert JavaLanguage().digest("A.java", nested.encode())["types"]


@given(words=st.lists(st.sampled_from(WORDS), max_size=50))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_readers_survive_any_code(
    words: list[str], write: Callable[[dict[str, str]], Path], facts_of: Callable[[Path], Facts]
) -> None:
    head = (
        'import org.springframework.web.bind.annotation.*;\n@RestController class B { @GetMapping("/b") void b() {} }\n'
    )
    facts = facts_of(write({"pom.xml": "<project/>", "A.java": head + "".join(words)}))
    assert [item for item in facts.unresolved if item.what == "reader"] == []
