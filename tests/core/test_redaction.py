"""Redaction: known forms and the environment's own values go, the rest stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.session.redaction import MASK, Redactor, secret_values

A = "a1B2" * 12


@pytest.mark.parametrize(
    "secret",
    [
        f"sk-{A}",
        f"sk-ant-api03-{A}",
        f"sk_live_{A}",
        f"AIza{A}"[:39],
        "AKIAABCDEFGHIJKLMNOP",
        f"ghp_{A}"[:40],
        f"github_pat_{A}",
        f"glpat-{A}"[:26],
        f"xoxb-{A}",
        f"hf_{A}"[:37],
        f"npm_{A}"[:40],
        f"eyJ{A}.eyJ{A}.{A}",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_known_forms(secret: str) -> None:
    redacted = Redactor({}).text(f"before {secret} after")
    assert redacted == f"before {MASK} after"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://user:hunter22@db/x", f"postgres://user:{MASK}@db/x"),
        ("Authorization: Bearer abcdefghijklmnop1234", f"Authorization: Bearer {MASK}"),
        ('password = "hunter2hunter2"', f'password = "{MASK}"'),
        ('{"api_key": "abcdefgh1234"}', f'{{"api_key": "{MASK}"}}'),
        ('API_KEY="${API_KEY}"', 'API_KEY="${API_KEY}"'),
        ('password: "changeme-please"', 'password: "changeme-please"'),
        ("https://example.org/a:b/c@d", "https://example.org/a:b/c@d"),
        ("the password is checked in login()", "the password is checked in login()"),
        ("risk-free and task-oriented words", "risk-free and task-oriented words"),
    ],
)
def test_assignments_and_urls(text: str, expected: str) -> None:
    assert Redactor({}).text(text) == expected


def test_values_of_the_environment() -> None:
    redactor = Redactor({"OPENAI_API_KEY": "very-own-value", "HOME": "/home/somebody", "DB_PASSWORD": "123"})
    assert redactor.text("very-own-value in /home/somebody 123") == f"{MASK} in /home/somebody 123"


def test_a_value_with_quotes_is_found_in_json_too() -> None:
    value = 'odd"va\\lue\n1'
    text = json.dumps({"x": f"<{value}>"})
    assert json.loads(Redactor({"A_SECRET": value}).text(text)) == {"x": f"<{MASK}>"}


def test_what_counts_as_a_secret_value() -> None:
    environment = {
        "A_TOKEN": "abcdefgh",
        "B_TOKEN": "abcdefghij",
        "TOKEN_FILE": "/run/secrets/token",
        "TOKENS": "12345",
        "USE_TOKEN": "true",
        "PLAIN": "abcdefghijkl",
    }
    assert secret_values(environment) == ("abcdefghij", "abcdefgh")


@given(st.dictionaries(st.text(max_size=5), st.text(alphabet='pasword"=:\\{}sk-A1 \n', max_size=60), max_size=4))
def test_json_stays_json(data: dict[str, str]) -> None:
    json.loads(Redactor({}).text(json.dumps(data)))


PIECES = (
    *("ghp_" + "a1" * 18, "AKIA" + "A1" * 8, "sk-" + "x1" * 10, "password", "api_key", "bearer ", "abcdefghijklmnop1"),
    *("hunter2hunter2", "://", "user:", "pass@word", "@host", "supersecretvalue1", "[redacted]"),
    *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "\\", "\n", '"', "'", ": ", "=", "{", "}", " "),
)


@given(st.lists(st.sampled_from(PIECES), max_size=9), st.lists(st.sampled_from(PIECES), max_size=9))
def test_json_stays_json_and_once_is_enough(one: list[str], other: list[str]) -> None:
    redactor = Redactor({"MY_TOKEN": "supersecretvalue1"})
    value = {"".join(one): ["".join(other)], "nested": json.dumps({"".join(other): "".join(one)}), "last": 1}
    once = redactor.text(json.dumps(value))
    assert json.loads(once)["last"] == 1
    assert redactor.text(json.dumps(json.loads(once))) == json.dumps(json.loads(once))


def test_a_key_without_an_end_takes_nothing_else_with_it() -> None:
    redactor = Redactor({})
    told = redactor.text(json.dumps({"evidence": "app.py has -----BEGIN RSA PRIVATE KEY-----\nMIIE", "line": 7}))
    assert json.loads(told) == {"evidence": "app.py has [redacted]", "line": 7}
    whole = "x = '-----BEGIN PRIVATE KEY-----\\n' + 'MIIE' + '-----END PRIVATE KEY-----'; y = 1"
    assert redactor.text(whole) == "x = '[redacted]'; y = 1"
    assert json.loads(redactor.text(json.dumps({"code": whole}))) == {"code": "x = '[redacted]'; y = 1"}
