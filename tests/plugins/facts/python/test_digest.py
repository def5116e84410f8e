"""The digest of Python files: plain data from any bytes, and the notes that rules look up."""

from __future__ import annotations

import marshal
import sys

import pytest
from hivemind_facts.languages.python import MAX_BYTES, PythonLanguage, is_test
from hivemind_facts.languages.python_newer import older
from hivemind_facts.reading import Digest, UnparsableError
from hypothesis import given, settings
from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        *(
            "def f(a, *b, c=1, **d):",
            "    return a",
            "class A(B, metaclass=C):",
            "    x: int = 1",
            "@d(1)",
            "async def g():",
        ),
        *(
            "    await h()",
            "for i in range(3):",
            "    print(f'{i!r:>{w}} select')",
            "x = [y for y in z if y]",
            "type X = int",
        ),
        *(
            "def f[T: (int, str)](x: T) -> T: ...",
            "try:",
            "except A, B:",
            "    pass",
            "match x:",
            "    case {'a': [1, *_]}:",
        ),
        *(
            's = "SELECT * FROM t WHERE a = " + x',
            "cursor.execute(s % 1)",
            "\x00",
            "\ufeff",
            "(" * 40,
            "lambda: (yield)",
        ),
        *("if x := 1:", "from . import *", "import a.b as c", "x = -1e400", "y = 10 ** 10 ** 2", "'''", '"""', "\\"),
    ]
)


def digest(text: str, path: str = "app/a.py") -> Digest:
    return PythonLanguage().digest(path, text.encode())


def survives(path: str, data: bytes) -> None:
    try:
        made = PythonLanguage().digest(path, data)
    except UnparsableError:
        return
    assert marshal.loads(marshal.dumps(made)) == made


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_plain_data_or_a_reason(data: bytes) -> None:
    survives("a.py", data)


@given(st.lists(PIECES, max_size=14))
@settings(max_examples=200, deadline=None)
def test_any_lines_of_python_give_plain_data_or_a_reason(lines: list[str]) -> None:
    survives("a.py", "\n".join(lines).encode())


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "x = " + "-" * 3_000 + "1",
        "x" + ".y" * 5_000,
        "a" + " + 1" * 4_000,
        "[" * 90 + "]" * 90,
        "if x:\n" * 200,
    ],
)
def test_deep_nesting_ends(text: str) -> None:
    survives("a.py", text.encode())


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(UnparsableError, match="bytes of Python in one file"):
        PythonLanguage().digest("a.py", b"x = 1\n" * (MAX_BYTES // 6 + 1))


def test_the_line_of_a_syntax_error_is_told() -> None:
    with pytest.raises(UnparsableError) as caught:
        digest("def broken(:\n")
    assert caught.value.line == 1


def test_the_parts_that_parse_are_kept() -> None:
    made = digest("import os\n\nbroken = (\n\ndef fine():\n    return 1\n\nx = = 2\nlast = 3\n")
    assert [one[2] for one in made["body"] if one[0] == "def"] == ["fine"]
    assert made["body"][-1][1] == 9
    assert [line for line, _ in made["errors"]] == [3, 8]


def test_newer_syntax_is_read_in_older_words() -> None:
    text = "type Pair[T] = tuple[T, T]\nclass Box[T]:\n"
    text += "    def get[S: (int,\n            str)](self, x: S) -> S:\n        return x\n"
    compile(older(text), "a.py", "exec")
    made = digest(text)
    assert made["errors"] == []
    assert made["body"][-1][0:3:2] == ("class", "Box")
    assert older(text).count("\n") == text.count("\n")


def test_how_sql_is_built_and_whether_it_runs() -> None:
    made = digest(
        "def f(cursor, x):\n"
        "    cursor.execute('select a from t')\n"
        "    cursor.execute(f'select a from t where b = {x.name}')\n"
        "    q = 'delete from t where a = %s' % x\n"
        "    cursor.execute(q)\n"
        "    unused = 'update t set a = {}'.format(x)\n"
        "    r = 'select a from t where b = '\n"
        "    r += x\n"
        "    for i in x:\n"
        "        session.execute(text('select a from t where i = ' + i))\n"
    )
    found = [(one["line"], one["how"], one["executed"], one["loop"]) for one in made["sql_strings"]]
    assert found == [
        (2, "constant", True, 0),
        (3, "f-string", True, 0),
        (4, "percent", True, 0),
        (6, "format", False, 0),
        (7, "concatenation", False, 0),
        (10, "concatenation", True, 9),
    ]
    assert made["sql_strings"][1]["text"] == "select a from t where b = {x.name}"
    assert {one["function"] for one in made["sql_strings"]} == {"f"}


def test_calls_say_where_they_stand() -> None:
    made = digest("class A:\n    def m(self):\n        for x in y:\n            requests.get('http://a', timeout=3)\n")
    assert made["calls"] == [
        {
            "line": 4,
            "callee": "requests.get",
            "function": "A.m",
            "loop": 3,
            "first": "http://a",
            "keywords": ["timeout"],
            "arguments": 1,
        }
    ]


def test_guards_are_noted_and_uses_are_names() -> None:
    made = digest(
        "def check(x):\n    if not x:\n        raise HTTPException(status_code=401)\n\n"
        "def login_required(f):\n    return f\n\ndef other():\n    return {}, 403\n\ndef plain():\n"
        "    return check(1)\n"
    )
    assert [(one["name"], one["status"]) for one in made["guards"]] == [
        ("check", 401),
        ("login_required", 0),
        ("other", 403),
    ]
    assert "check" in made["names"]
    assert "login_required" not in made["names"]


def test_secrets_are_masked() -> None:
    made = digest("API_KEY = 'sk-abcdef123456'\nconnect(password='hunter2hunter2')\nTOKEN_URL = 'https://a/b'\n")
    assert [(one["name"], one["masked"]) for one in made["secrets"]] == [("API_KEY", "sk***"), ("password", "hu***")]
    assert "hunter2hunter2" not in repr(made["secrets"])


def test_environment_variables_are_noted() -> None:
    made = digest(
        "import os\na = os.environ['A']\nb = os.getenv('B', '1')\nc = os.environ.get('C')\nos.environ['D'] = '1'\n"
    )
    assert [(one["name"], one["default"]) for one in made["env"]] == [("A", False), ("B", True), ("C", False)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/a.py", True),
        ("app/test_a.py", True),
        ("app/conftest.py", True),
        ("app/testimony.py", False),
        ("latest/a.py", False),
    ],
)
def test_which_files_are_tests(path: str, expected: bool) -> None:
    assert is_test(path) is expected


def test_a_test_file_keeps_its_imports_only() -> None:
    made = digest("import os\n\ndef test():\n    from a import b\n    assert b.c(1)\n", "tests/test_a.py")
    assert made["body"] == []
    assert [one[1] for one in made["imports"]] == ["os", "a"]


def test_the_recursion_limit_is_left_alone() -> None:
    before = sys.getrecursionlimit()
    survives("a.py", b"[" * 90 + b"]" * 90)
    assert sys.getrecursionlimit() == before
