"""Settings: precedence with origin, unknown names, wrong values, what a repository may not set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hivemind.config import DEFAULT_ROOT, load_configuration
from hivemind.errors import ConfigurationError


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "user"))
    (tmp_path / "user").mkdir()
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def test_defaults(repo: Path) -> None:
    made = load_configuration(repo, {}, {})
    assert made.sessions_root == repo / DEFAULT_ROOT
    assert made.origin_of("timeout_s") == "default"


def test_each_layer_goes_before_the_next(repo: Path) -> None:
    (repo.parent / "user" / "hivemind.toml").write_text("max_parallel = 2\nretries = 2\ntimeout_s = 2\nbackoff_s = 2")
    (repo / "pyproject.toml").write_text("[tool.hivemind]\nmax_parallel = 3\nretries = 3\ntimeout_s = 3\n")
    (repo / "hivemind.toml").write_text("max_parallel = 4\nretries = 4\n")
    made = load_configuration(repo, {"model": None}, {"HIVEMIND_MAX_PARALLEL": "5"})
    settings = made.settings
    assert (settings.max_parallel, settings.retries, settings.timeout_s, settings.backoff_s) == (5, 4, 3, 2)
    assert made.origin_of("max_parallel") == "HIVEMIND_MAX_PARALLEL"
    assert made.origin_of("retries") == "hivemind.toml"
    assert made.origin_of("timeout_s") == "pyproject.toml"
    assert made.origin_of("backoff_s").endswith("hivemind.toml")
    chosen = load_configuration(repo, {"max_parallel": 6}, {"HIVEMIND_MAX_PARALLEL": "5"})
    assert (chosen.settings.max_parallel, chosen.origin_of("max_parallel")) == (6, "option")


def test_tables_are_merged_and_lists_replaced(repo: Path) -> None:
    (repo / "pyproject.toml").write_text('[tool.hivemind]\nworkers = ["a"]\n[tool.hivemind.models]\na = "x"\nb = "x"\n')
    (repo / "hivemind.toml").write_text('workers = ["b"]\n[models]\nb = "y"\n')
    settings = load_configuration(repo, {}, {}).settings
    assert settings.models == {"a": "x", "b": "y"}
    assert settings.workers == ("b",)


def test_lists_and_tables_of_the_environment(repo: Path) -> None:
    environment = {"HIVEMIND_BLOCK_PLUGINS": "a, b,", "HIVEMIND_MODELS": "x=m,y=n", "HIVEMIND_MODEL": ""}
    settings = load_configuration(repo, {}, environment).settings
    assert settings.block_plugins == ("a", "b")
    assert settings.models == {"x": "m", "y": "n"}
    assert settings.model is None


def test_a_path_of_ones_own(repo: Path, tmp_path: Path) -> None:
    assert load_configuration(repo, {"sessions_root": str(tmp_path / "s")}, {}).sessions_root == tmp_path / "s"
    assert load_configuration(repo, {"sessions_root": "s"}, {}).sessions_root == repo / "s"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_paralel = 3", "unknown setting 'max_paralel' in hivemind.toml.*did you mean 'max_parallel'"),
        ("max_parallel = 0", "setting 'max_parallel' from hivemind.toml is 0"),
        ('max_parallel = "many"', "setting 'max_parallel' from hivemind.toml is 'many'"),
        ("max_parallel = ", "hivemind.toml is not valid TOML"),
        ('[base_urls]\nopenai = "http://evil.example"', "hivemind.toml sets 'base_urls'.*a repository may not"),
    ],
)
def test_what_is_refused(repo: Path, text: str, said: str) -> None:
    (repo / "hivemind.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(repo, {}, {})
    assert re.search(said, str(caught.value), re.DOTALL), str(caught.value)


def test_a_wrong_value_of_the_environment_names_the_variable(repo: Path) -> None:
    with pytest.raises(ConfigurationError, match="from HIVEMIND_RETRIES is 'x'"):
        load_configuration(repo, {}, {"HIVEMIND_RETRIES": "x"})


def test_the_user_may_say_where_keys_go(repo: Path) -> None:
    (repo.parent / "user" / "hivemind.toml").write_text('[base_urls]\nopenai = "http://127.0.0.1:1"\n')
    assert load_configuration(repo, {}, {}).settings.base_urls == {"openai": "http://127.0.0.1:1"}


@pytest.mark.parametrize("text", ["tool = 5\n", "[tool]\nhivemind = 5\n"])
def test_a_pyproject_of_an_odd_shape(repo: Path, text: str) -> None:
    (repo / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"pyproject.toml"):
        load_configuration(repo, {}, {})
