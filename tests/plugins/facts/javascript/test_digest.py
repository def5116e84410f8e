"""The digest of JavaScript and TypeScript: plain data, on any bytes."""

from __future__ import annotations

import marshal
import time
from typing import Any

import pytest
from hivemind_facts import registry
from hivemind_facts.languages.javascript import Html, JavaScript, Svelte, Tsx, TypeScript, Vue
from hivemind_facts.languages.javascript.scripts import scripts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KINDS = ("javascript", "jsx", "typescript", "tsx", "vue", "svelte", "html")
PIECES = st.sampled_from(
    (
        *("(", ")", "{", "}", "[", "]", "=>", "`${", "`", "'", "a", "class ", "async ", "@A()", "import ", "export "),
        *("default ", "function ", "x.y", "?.", ": T", "<div>", "</div>", "...", "=", ";", "\n", "if (a) ", "else "),
        *("for (", " of ", "/", "\\u{110000}"),
    )
)


def _digest(text: str, language: Any = JavaScript) -> dict[str, Any]:
    return language().digest("a.js", text.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_has_a_language(kind: str) -> None:
    language = registry.language(kind)
    assert language is not None
    assert language.name == kind


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400) | st.lists(PIECES, max_size=60).map(lambda parts: "".join(parts).encode()))
def test_any_bytes_give_plain_data(data: bytes) -> None:
    for language in (JavaScript, Tsx, TypeScript, Vue, Html, Svelte):
        digest = language().digest("a", data)
        assert marshal.loads(marshal.dumps(digest)) == digest


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "a" + ".b()" * 5_000,
        "x = " + "'a' + " * 5_000 + "b",
        "[" * 5_000 + "]" * 5_000,
        "if (a) {} " + "else if (b) {} " * 3_000,
        "{" * 3_000 + "}" * 3_000,
        "let {a: " * 3_000,
        "`${" * 2_000,
    ],
)
def test_deep_nesting_ends(text: str) -> None:
    started = time.monotonic()
    digest = _digest(text)
    assert marshal.loads(marshal.dumps(digest)) == digest
    assert time.monotonic() - started < 10


def test_deep_nesting_is_said() -> None:
    digest = _digest("[" * 500 + "]" * 500)
    assert digest["errors"] == ((1, "nested too deeply: what is inside was not read"),)


def test_a_part_that_does_not_parse_costs_the_rest_nothing() -> None:
    digest = _digest("const a = ;;;\napp.get('/x', handler);\n")
    assert digest["errors"]
    assert (2, "app.get", 2, ()) in digest["calls"]


def test_escapes() -> None:
    digest = _digest(r"x = 'a\x41\u0042\u{43}\n\q'; y = `${z}\t`;")
    assert digest["body"][0][2][3] == ("str", "aABC\nq")
    assert digest["body"][1][2][3] == ("tpl", (("id", "z"), ("str", "\t")))


def test_names_that_look_like_forms_are_names() -> None:
    digest = _digest("const o = {call: 1, loop: 2, 'if': 3}; import {call as loop} from 'x'; export {o as call};")
    assert digest["imports"] == ((1, "x", "import"),)


def test_material_for_rules() -> None:
    digest = _digest(
        "async function all(ids) {\n"
        "  for (const id of ids) await db.query(`SELECT * FROM users WHERE id = ${id}`);\n"
        "  await Promise.all(ids.map(async (id) => await cache.get(id)));\n"
        "  sql`SELECT * FROM users WHERE id = ${ids}`;\n"
        "}\n"
        "const { PORT = '1', HOST } = process.env;\n"
        "const secret = process.env.SECRET || 'shh';\n"
        "axios.get(url, { timeout: 3 });\n"
    )
    assert digest["sql"] == ((2, "db.query", "SELECT * FROM users WHERE id = {}", ("id",), True, "all"),)
    assert digest["loops"] == ((2, "db.query", "all"), (3, "cache.get", "all"))
    assert digest["functions"] == ((1, "all", 5, True),)
    assert digest["environment"] == ((6, "PORT", True), (6, "HOST", False), (7, "SECRET", True))
    assert (7, "secret", "shh") in digest["literals"]
    assert (8, "axios.get", 2, ("timeout",)) in digest["calls"]
    assert digest["uses"]["ids"] == 4


def test_scripts_of_a_page_keep_their_lines() -> None:
    page = (
        b"<p>\n</p>\n<script src='x'></script>\n<script type='application/json'>{}</script>\n"
        b"<script>\nf('/x')\n</script>\n"
    )
    code, typed = scripts(page)
    assert (code.split(b"\n")[5], typed) == (b"f('/x')", False)
    assert Html().digest("a.html", page)["calls"] == ((6, "f", 1, ()),)
    assert scripts(b"<script lang='ts'>let a: string</script>")[1]
