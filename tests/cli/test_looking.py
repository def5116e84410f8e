"""The commands that only look: graph, models, config, doctor."""

from __future__ import annotations

CYCLE = """
from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="hen", role="hen", description="Lays.", requires=("egg",))
    yield WorkerSpec(name="egg", role="egg", description="Hatches.", requires=("hen",))
"""
DIAMOND = """
from hivemind import Edge, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="top", role="top", description="First.")
    yield WorkerSpec(name="left", role="left", description="Left.", requires=("top",))
    yield WorkerSpec(name="right", role="right", description="Right.", after=("top",), aligns_with=("left",))
    yield WorkerSpec(name="bottom", role="end", description="Last.", after=("left", "right"))
    yield WorkerSpec(name="later", role="later", description="Even later.")


@hookimpl
def hivemind_edges(plan):
    yield Edge(before="bottom", after="later", reason="tea first")
"""


def test_graph_of_all_workers(cli, greeter, plugin_site, inside):
    greeter.unlink()
    plugin_site.add("greeter", DIAMOND, distribution="acme-greeter", version="2.1")
    document = inside("graph", "show", "--format", "json", check=0).json
    assert set(document) == {"schema_version", "nodes", "edges"}
    assert {"name": "bottom", "role": "end", "plugin": "greeter", "status": None} in document["nodes"]
    edges = {(edge["before"], edge["after"]): edge for edge in document["edges"]}
    assert set(edges[("top", "left")]) == {"before", "after", "kind", "reason", "declared_by"}
    assert edges[("top", "left")]["kind"] == "requires"
    assert edges[("bottom", "later")]["reason"] == "tea first"
    assert edges[("bottom", "later")]["declared_by"] == "greeter"
    assert edges[("left", "check:left:right")]["kind"] == "aligns_with"
    assert inside("graph", "show", "--json", check=0).json == document
    tree = inside("graph", "show", check=0).out
    assert tree == (
        "top (plugin greeter)\n"
        "├─ left (plugin greeter)  [requires]\n"
        "│  ├─ bottom (role end, plugin greeter)  [after]\n"
        "│  │  └─ later (plugin greeter)  [after]\n"
        "│  └─ check:left:right (plugin greeter)  [aligns_with]\n"
        "└─ right (plugin greeter)  [after]\n"
        "   ├─ bottom (role end, plugin greeter)  [after]  (as above)\n"
        "   └─ check:left:right (plugin greeter)  [aligns_with]\n"
    )
    mermaid = inside("graph", "show", "--format", "mermaid", check=0).out
    assert mermaid.startswith("flowchart TD\n")
    assert " ==>|requires| " in mermaid
    assert " -.->|aligns_with| " in mermaid
    dot = inside("graph", "show", "--format", "dot", check=0).out
    assert '"bottom" -> "later" [label="after", style=solid, tooltip="tea first"];' in dot


def test_graph_of_a_session_has_statuses(cli, greeter, inside):
    inside("run", "fail please", "-q", check=1)
    document = inside("graph", "show", "--session", "last", "--format", "json", check=0).json
    assert {node["name"]: node["status"] for node in document["nodes"]} == {
        "greeter-worker": "failed",
        "writer": "completed",
    }
    assert document["edges"][0]["before"] == "greeter-worker"
    assert "failed" in inside("graph", "show", "--session", "last", check=0).out
    assert (
        inside("graph", "show", "--session", "none", "--json", check=3).json["error"]["type"] == "SessionNotFoundError"
    )


def test_a_cycle_is_refused_with_its_path(cli, greeter, plugin_site, inside):
    plugin_site.add("cycle", CYCLE)
    result = inside("graph", "show", check=3)
    assert "in a circle: egg -> hen -> egg" in result.err
    assert "plugin 'cycle'" in result.err


def test_graph_without_workers(cli, greeter, inside):
    result = inside("graph", "show", "--no-plugins", "--json", check=0)
    assert result.json == {"schema_version": 1, "nodes": [], "edges": []}
    assert "no workers" in result.err


def test_models_tell_keys_by_name_only(cli, greeter, inside):
    document = inside("models", "--json", check=0).json
    assert document["default"] == {
        "name": "embedded",
        "origin": "no model chosen and no key set",
        "worker": None,
        "error": None,
    }
    secret = "AIza-very-secret-value-that-nobody-sees"
    result = inside("models", env={"GOOGLE_API_KEY": secret}, check=0)
    assert "GOOGLE_API_KEY set" in result.out
    assert "google:gemini-2.5-flash" in result.out
    assert secret not in result.out + result.err
    result = inside("models", "--json", env={"OPENAI_API_KEY": secret}, check=0)
    assert secret not in result.out + result.err
    by_name = {entry["name"]: entry for entry in result.json["models"]}
    assert by_name["openai"]["keys_set"] == ["OPENAI_API_KEY"]
    assert by_name["google-gla"]["target"] == "google"
    assert result.json["default"]["origin"] == "OPENAI_API_KEY is set"
    assert [worker["worker"] for worker in result.json["workers"]] == ["greeter-worker", "writer"]


def test_a_model_that_can_not_be_asked_is_shown_with_why(cli, greeter, inside):
    document = inside("models", "--json", env={"HIVEMIND_MODEL": "anthropic:claude-sonnet-4-5"}, check=0).json
    assert document["default"]["origin"] == "HIVEMIND_MODEL"
    assert "ANTHROPIC_API_KEY is not set" in document["default"]["error"]


def test_config_show_has_origins_and_masks_passwords(cli, greeter):
    (cli.cwd / "pyproject.toml").write_text('[tool.hivemind]\nretries = 3\nengine = "local"\n')
    (cli.cwd / "hivemind.toml").write_text("retries = 4\n")
    (cli.home / "config").mkdir()
    url = "https://me:hunter2hunter2@models.example/v1"
    (cli.home / "config" / "hivemind.toml").write_text(f'[base_urls]\nopenai = "{url}"\n')
    document = cli("config", "show", "--json", env={"HIVEMIND_MAX_PARALLEL": "3"}, check=0).json
    settings = {one["name"]: (one["value"], one["origin"]) for one in document["settings"]}
    assert settings["retries"] == (4, "hivemind.toml")
    assert settings["engine"] == ("local", "pyproject.toml")
    assert settings["max_parallel"] == (3, "HIVEMIND_MAX_PARALLEL")
    assert settings["timeout_s"] == (1800.0, "default")
    assert "hunter2" not in str(document)
    assert "models.example" in settings["base_urls"][0]["openai"]
    shown = cli("config", "show", check=0).out
    assert "hunter2" not in shown
    (cli.cwd / "hivemind.toml").write_text('base_urls = {openai = "https://evil.example"}\n')
    assert "a repository may not" in cli("config", "show", check=3).err


def test_doctor_is_content_with_a_sound_environment(cli, greeter):
    result = cli("doctor", "--json", env={"OPENAI_API_KEY": "sk-secret-secret-secret-1"}, check=0)
    checks = {check["name"]: check for check in result.json["checks"]}
    assert result.json["status"] == "ok", result.out
    assert checks["keys"]["detail"] == "set: OPENAI_API_KEY"
    assert "sk-secret" not in result.out
    for name in ("hivemind", "python", "pluggy", "pydantic", "pydantic-ai-slim", "git", "plugin greeter", "settings"):
        assert checks[name]["status"] == "ok"
    assert "can be made" in checks["sessions folder"]["detail"]
    assert not list(cli.cwd.iterdir())
    assert "keys" in cli("doctor", check=0).out


def test_doctor_exits_3_where_something_is_broken(cli, greeter, plugin_site, inside):
    plugin_site.add("broken", "import nothing_like_it")
    result = inside("doctor", check=3)
    assert "broken   plugin broken" in result.out
    assert "--block-plugin broken" in result.out
    inside("--block-plugin", "broken", "doctor", check=0)
    (cli.cwd / "file").write_text("")
    document = inside("doctor", "--json", env={"HIVEMIND_SESSIONS_ROOT": "file/inside"}, check=3).json
    assert {c["name"]: c["status"] for c in document["checks"]}["sessions folder"] == "broken"
    (cli.cwd / "hivemind.toml").write_text("nonsense")
    document = inside("doctor", "--json", check=3).json
    assert document["status"] == "broken"
    assert document["checks"][-1]["name"] == "settings"
