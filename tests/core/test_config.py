"""Settings: precedence with origin, unknown names, wrong values, what a repository may not set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hivemind.config import DEFAULT_ROOT, Configuration, load_configuration
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


def both(repo: Path, user: str, own: str, environment: dict[str, str] | None = None) -> Configuration:
    """The settings of a user's file and of a repository's, once in each of its files."""
    (repo.parent / "user" / "hivemind.toml").write_text(user)
    (repo / "hivemind.toml").write_text(own)
    made = load_configuration(repo, {}, environment or {})
    (repo / "hivemind.toml").unlink()
    return made


@pytest.mark.parametrize(
    ("name", "users", "own", "taken"),
    [
        ("daily_budget_usd", "5.0", "50.0", "user"),
        ("daily_budget_usd", "5.0", "2.5", "own"),
        ("daily_budget_tokens", "0", "100", "user"),
        ("daily_budget_tokens", "100", "0", "own"),
        ("budget_usd", "1.0", "9.0", "user"),
        ("confirm_usd", "1.0", "0.0", "user"),
        ("confirm_usd", "1.0", "0.5", "own"),
        ("confirm_usd", "0.0", "0.5", "own"),
        ("locked", "true", "false", "user"),
        ("locked", "false", "true", "own"),
        ("user_agents", "false", "true", "user"),
        ("user_agents", "true", "false", "user"),
        ("max_parallel", "2", "9", "own"),
    ],
)
def test_a_repository_does_not_loosen_what_the_user_set(
    repo: Path, name: str, users: str, own: str, taken: str
) -> None:
    made = both(repo, f"{name} = {users}", f"{name} = {own}")
    wanted = users if taken == "user" else own
    assert str(getattr(made.settings, name)).lower().removesuffix(".0") == wanted.removesuffix(".0")
    user = str(repo.parent / "user" / "hivemind.toml")
    assert made.origin_of(name) == (user if taken == "user" else "hivemind.toml")
    assert both(repo, "", f"{name} = {own}").origin_of(name) == "hivemind.toml", "where the user says nothing"


def test_the_users_own_environment_may_loosen_it(repo: Path) -> None:
    made = both(
        repo, "daily_budget_usd = 1\nlocked = true", "", {"HIVEMIND_DAILY_BUDGET_USD": "9", "HIVEMIND_LOCKED": "0"}
    )
    assert (made.settings.daily_budget_usd, made.settings.locked) == (9, False)


def test_the_users_prices_win(repo: Path) -> None:
    users = "[prices]\n'a:m' = {input = 5.0, output = 5.0}\n"
    own = "[prices]\n'a:m' = {input = 0.0, output = 0.0}\n'b:m' = {input = 1.0, output = 1.0}\n"
    made = both(repo, users, own)
    assert {name: price.input for name, price in made.settings.prices.items()} == {"a:m": 5.0, "b:m": 1.0}
    user = str(repo.parent / "user" / "hivemind.toml")
    assert made.origin_of("prices") == f"{user} and hivemind.toml"
    assert (made.origin_of("prices.a:m"), made.origin_of("prices.b:m")) == (user, "hivemind.toml")
    only = both(repo, users, "[prices]\n'a:m' = {input = 0.0, output = 0.0}\n")
    assert only.origin_of("prices") == user


@pytest.mark.parametrize("value", ["'many'", "true", "[1]"])
def test_a_wrong_value_of_a_repository_is_still_an_error(repo: Path, value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"'daily_budget_usd.*' from hivemind.toml"):
        both(
            repo,
            "daily_budget_usd = 5",
            f"daily_budget_usd = {value}" if value != "true" else "daily_budget_usd = [true]",
        )


def test_blocked_plugins_and_folders_are_those_of_all(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.parent)
    user = "block_plugins = ['a']\nplugins_dir = ['mine', '~/x']"
    made = both(
        repo,
        user,
        "block_plugins = ['b', 'a']\nplugins_dir = ['tools']",
        {"HIVEMIND_BLOCK_PLUGINS": "c", "HIVEMIND_PLUGINS_DIR": "here"},
    )
    assert made.settings.block_plugins == ("a", "b", "c")
    home = str(Path("~/x").expanduser())
    assert made.settings.plugins_dir == (
        str(repo.parent / "user" / "mine"),
        home,
        str(repo / "tools"),
        str(repo.parent / "here"),
    )
    assert [one.of_repository for one in made.named["plugins_dir"]] == [False, False, True, False]
    assert made.origin_of("block_plugins").endswith("hivemind.toml and hivemind.toml and HIVEMIND_BLOCK_PLUGINS")


def test_an_origin_of_a_tables_key(repo: Path) -> None:
    (repo / "pyproject.toml").write_text('[tool.hivemind.models]\na = "x"\nb = "x"\n')
    made = both(repo, "", '[models]\nb = "y"\n')
    assert (made.origin_of("models.a"), made.origin_of("models.b")) == ("pyproject.toml", "hivemind.toml")
    assert made.origin_of("models") == "pyproject.toml and hivemind.toml"


@pytest.mark.parametrize("root", ["../outside", "OUT/sessions", "link/sessions", "~/sessions"])
def test_a_repository_sends_no_session_out_of_itself(repo: Path, tmp_path: Path, root: str) -> None:
    (repo / "link").symlink_to(tmp_path)
    (repo / "hivemind.toml").write_text(f'sessions_root = "{root.replace("OUT", tmp_path.as_posix())}"\n')
    with pytest.raises(ConfigurationError, match=r"hivemind\.toml sets 'sessions_root'.* leads out of the repository"):
        load_configuration(repo, {}, {})
    own = {"HIVEMIND_SESSIONS_ROOT": str(tmp_path / "mine")}
    assert load_configuration(repo, {}, own).sessions_root == tmp_path / "mine"
    (repo / "hivemind.toml").write_text('sessions_root = "link/../runs"\n')
    (repo / "link").unlink()
    assert load_configuration(repo, {}, {}).settings.sessions_root == "link/../runs"
