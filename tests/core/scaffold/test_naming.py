"""What a new plugin is called, and which names are refused."""

from __future__ import annotations

import re
from importlib.metadata import distribution

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name, is_normalized_name

from hivemind.errors import UsageError
from hivemind.models import WorkerSpec
from hivemind.scaffold.naming import MAX_LENGTH, PluginNames, normalise, plugin_names


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("greeter", None, ("greeter", "greeter", "greeter", "hivemind_greeter")),
        ("database-reviewer", None, ("database-reviewer",) * 3 + ("hivemind_database_reviewer",)),
        ("hivemind-greeter", None, ("greeter", "greeter", "greeter", "hivemind_greeter")),
        ("Hivemind_Data..Tools", None, ("data-tools", "data-tools", "data-tools", "hivemind_data_tools")),
        ("3d", None, ("3d", "3d", "3d", "hivemind_3d")),
        ("acme", "security", ("acme", "security-worker", "security", "hivemind_acme")),
        ("acme", "data-quality", ("acme", "data-quality-worker", "data-quality", "hivemind_acme")),
        ("acme", "Data_Quality", ("acme", "Data_Quality-worker", "Data_Quality", "hivemind_acme")),
        ("acme", "security-worker", ("acme", "security-worker", "security", "hivemind_acme")),
        ("acme", "class", ("acme", "class-worker", "class", "hivemind_acme")),
        ("acme", "worker", ("acme", "worker-worker", "worker", "hivemind_acme")),
    ],
)
def test_names_that_can_be(name: str, role: str | None, expected: tuple[str, str, str, str]) -> None:
    names = plugin_names(name, role)
    assert (names.plugin, names.worker, names.role, names.package) == expected
    assert names.distribution == f"hivemind-{names.plugin}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-",
        ".hidden",
        "x-",
        "a b",
        "a/b",
        "../a",
        "grüezi",
        "名前",
        "a\n",
        "a;b",
        "$x",
        "x" * 60,
        "x" * 1000,
        "ａｂ",
    ],
)
def test_names_that_no_distribution_can_have(name: str) -> None:
    with pytest.raises(UsageError) as raised:
        plugin_names(name)
    assert raised.value.hint
    assert len(raised.value.message) < 200


@pytest.mark.parametrize("name", ["class", "import", "None", "async", "hivemind-class"])
def test_words_of_the_language_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="a word of the Python language"):
        plugin_names(name)


@pytest.mark.parametrize("name", ["hivemind", "orchestrator", "Hivemind_Orchestrator", "core"])
def test_names_of_the_core_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="the core's own name"):
        plugin_names(name)


def test_names_of_shipped_plugins_are_refused() -> None:
    points = distribution("hivemind-orchestrator").entry_points.select(group="hivemind.plugins")
    assert len(points) >= 5
    for point in points:
        for name in (point.name, f"hivemind-{point.name}", point.name.upper()):
            with pytest.raises(UsageError, match="is a plugin that hivemind ships"):
                plugin_names(name)


@pytest.mark.parametrize(
    ("name", "role"), [("acme", "backend"), ("acme", "backend-worker"), ("architect-worker", None)]
)
def test_workers_of_shipped_plugins_are_refused(name: str, role: str | None) -> None:
    with pytest.raises(UsageError, match="is a worker that hivemind ships"):
        plugin_names(name, role)


@pytest.mark.parametrize("role", ["", " ", "-x", "a b", "a/b", "rôle", "x" * 51, 'a"b', "a\nb", "a:b", "a,b"])
def test_roles_that_no_worker_can_have(role: str) -> None:
    with pytest.raises(UsageError, match="is no role for a worker"):
        plugin_names("acme", role)


LEGAL = st.from_regex(r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,40}[A-Za-z0-9])?\Z")


@given(LEGAL)
def test_a_normalised_name_is_as_package_indexes_have_it(name: str) -> None:
    plain = normalise(name)
    assert is_normalized_name(f"hivemind-{plain}")
    assert canonicalize_name(f"hivemind-{plain}") == f"hivemind-{plain}"
    assert normalise(plain) in (plain, plain.removeprefix("hivemind-"))
    assert re.fullmatch(r"hivemind_[a-z0-9_]+", f"hivemind_{plain.replace('-', '_')}")


def try_names(name: str, role: str | None = None) -> PluginNames | UsageError:
    """The names, or why there are none."""
    try:
        return plugin_names(name, role)
    except UsageError as error:
        return error


@given(st.text(max_size=MAX_LENGTH))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    names = try_names(text)
    if isinstance(names, UsageError):
        assert names.hint
        return
    assert names.package.isidentifier()
    assert names.package.isascii()
    WorkerSpec(name=names.worker, role=names.role, description="any")


@given(LEGAL, LEGAL)
def test_any_legal_role_makes_a_worker(name: str, role: str) -> None:
    names = try_names(f"x-{name}"[:40].rstrip("-._"), role)
    if isinstance(names, UsageError):
        assert "ships" in names.message
        return
    spec = WorkerSpec(name=names.worker, role=names.role, description="any")
    assert spec.slug == names.role
