"""What of the machine's user reaches a test, what of a test reaches the next one: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from hivemind.kit.isolation import KEY_VARIABLES, environment, isolated, without_secrets

KEYS = ("GOOGLE_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "HF_TOKEN", "OPENAI_BASE_URL")


@pytest.fixture
def users_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody who has keys and settings."""
    for name in (*KEYS, "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HOUSE_PASSWORD"):
        monkeypatch.setenv(name, f"the-users-{name.lower()}")
    monkeypatch.setenv("HIVEMIND_MODEL", "openai:gpt-5-mini")
    monkeypatch.setenv("HIVEMIND_MAX_PARALLEL", "1")
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", "/nowhere/config")
    monkeypatch.setenv("HOUSE_COLOUR", "blue")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", "/nowhere/claude")


@pytest.fixture
def seen(users_machine: None, hive_project: Any, doing: Any) -> Any:
    """Runs a worker that says which variables it sees."""

    def look(**options: Any) -> dict[str, str]:
        found: dict[str, str] = {}

        async def see(runtime: Any) -> Any:
            from hivemind import WorkerOutput

            found.update(os.environ)
            return WorkerOutput(summary="seen")

        assert hive_project.run("x", plugins=[doing(seer=see)], **options).status == "completed"
        return found

    return look


def test_a_session_sees_no_key_and_no_setting_of_the_user(seen: Any, hive_project: Any) -> None:
    found = seen()
    assert not {name for name in found if "the-users" in found[name]}
    assert "HIVEMIND_MODEL" not in found
    assert found["HOUSE_COLOUR"] == "blue"
    assert found["HOME"] == str(hive_project.home)
    assert "CLAUDE_CONFIG_DIR" not in found
    for name in ("CONFIG", "CACHE", "STATE"):
        assert found[f"HIVEMIND_{name}_DIR"].startswith(str(hive_project.home))


def test_nor_does_the_test_itself_or_the_command_line(users_machine: None, hive_project: Any) -> None:
    assert not [name for name in os.environ if "the-users" in os.environ[name]]
    shown = hive_project.cli("models", "--json", check=0).json
    assert not any(one["keys_set"] for one in shown["models"])
    assert hive_project.cli("config", "--json").out.count("the-users") == 0


def test_a_key_that_the_test_sets_reaches_a_session_only_where_it_is_given(
    seen: Any, hive_project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "set-by-the-test")
    monkeypatch.setenv("HOUSE_TOKEN", "of-the-tests-own")
    found = seen()
    assert "GOOGLE_API_KEY" not in found
    assert found["HOUSE_TOKEN"] == "of-the-tests-own", "what no provider knows is the test's own business"
    assert seen(env={"GOOGLE_API_KEY": "given"})["GOOGLE_API_KEY"] == "given"
    assert os.environ["GOOGLE_API_KEY"] == "set-by-the-test", "after a run the environment is as it was"
    usable = {one["name"]: one["keys_set"] for one in hive_project.cli("models", "--json", check=0).json["models"]}
    assert usable["google"] == []
    given = hive_project.cli("models", "--json", env={"GOOGLE_API_KEY": "given"}, check=0).json["models"]
    assert {one["name"]: one["keys_set"] for one in given}["google"] == ["GOOGLE_API_KEY"]


def test_what_a_session_sets_in_the_environment_goes_with_it(hive_project: Any, doing: Any) -> None:
    async def pollute(runtime: Any) -> Any:
        from hivemind import WorkerOutput

        os.environ["HOUSE_LEAK"] = "x"
        os.environ.pop("PATH", None)
        return WorkerOutput(summary="done")

    path = os.environ["PATH"]
    hive_project.run("x", plugins=[doing(polluter=pollute)])
    assert "HOUSE_LEAK" not in os.environ
    assert os.environ["PATH"] == path


def test_the_variables_of_every_known_provider_are_left_out() -> None:
    assert set(KEYS) <= KEY_VARIABLES
    from pathlib import Path

    env = dict.fromkeys((*KEY_VARIABLES, "GOOGLE_APPLICATION_CREDENTIALS", "AWS_PROFILE", "AZURE_TENANT_ID"), "x")
    assert set(isolated(env, Path("home"))) == {"HIVEMIND_CONFIG_DIR", "HIVEMIND_CACHE_DIR", "HIVEMIND_STATE_DIR"}
    assert without_secrets({"MY_SECRET": "x", "DB_PASSWD": "x", "PYTEST_SECRET": "x", "PATH": "x"}) == {
        "PYTEST_SECRET": "x",
        "PATH": "x",
    }


def _raise_inside() -> None:
    with environment({"ONLY": "this"}):
        assert os.environ["ONLY"] == "this"
        assert "PATH" not in os.environ
        raise ValueError("inside")


def test_an_environment_is_given_back_where_something_raises() -> None:
    before = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with pytest.raises(ValueError, match="inside"):
        _raise_inside()
    assert {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} == before


# -- real requests -----------------------------------------------------------------------------------------------------

SWITCH = """
import sys
from hivemind.kit.no_requests import model_requests

def allowed():
    import pydantic_ai.models
    return pydantic_ai.models.ALLOW_MODEL_REQUESTS

with model_requests(allowed=False):
    assert "pydantic_ai" not in sys.modules, "nothing is imported for it"
    with model_requests(allowed=False):
        assert allowed() is False, "imported inside"
    assert allowed() is False, "the inner one does not open what the outer one holds closed"
    with model_requests(allowed=True):
        assert allowed() is True
    assert allowed() is False
assert allowed() is True
with model_requests(allowed=False):
    assert allowed() is False, "imported before"
assert allowed() is True
import pydantic_ai.models
pydantic_ai.models.ALLOW_MODEL_REQUESTS = False
with model_requests(allowed=False):
    pass
assert allowed() is False, "what the author chose stays"
assert not [one for one in sys.meta_path if type(one).__module__.startswith("hivemind.kit")]
print("ok")
"""


def test_requests_are_refused_without_importing_pydantic_ai() -> None:
    done = subprocess.run([sys.executable, "-c", SWITCH], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("ok\n", 0), done.stderr


def test_a_real_request_is_refused_while_a_test_runs(hive_project: Any) -> None:
    import pydantic_ai.models

    from hivemind import WorkerSpec

    assert pydantic_ai.models.ALLOW_MODEL_REQUESTS is False
    env = {"OPENAI_API_KEY": "sk-test-0123456789abcdef", "HIVEMIND_BASE_URLS": "openai-chat=http://127.0.0.1:9/v1"}
    spec = WorkerSpec(name="asker", role="asker", description="Asks.")
    run = hive_project.run("x", workers=[spec], plugins=[object()], model="openai-chat:gpt-5-mini", env=env)
    assert run.status == "failed"
    assert "requests are not allowed" in run.error_of("asker")
