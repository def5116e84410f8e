"""`hivemind plugins info|block|unblock|trust|lock`, and `--locked`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

LOUD = "import os, pathlib\npathlib.Path(os.environ['LOUD']).touch()\n"
GREETER = """
HOOK_API_VERSION = 1
from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="greeter", role="greeter", description="Says hello.", rules=f"{__name__}:greet")


def greet(task, context):
    return WorkerOutput(summary="hello")
"""


@pytest.fixture
def acme(cli, plugin_site) -> Path:
    """The plugin `greeter` of the distribution acme-greeter 2.1; the shipped workers are blocked."""
    cli.env |= {"HIVEMIND_BLOCK_PLUGINS": "analyzer,architect,backend,facts,frontend", "LOUD": str(cli.home / "loud")}
    return plugin_site.add("greeter", GREETER, distribution="acme-greeter", version="2.1")


def of(document: dict, name: str) -> dict:
    return next(one for one in document["plugins"] if one["name"] == name)


# -- the lock -----------------------------------------------------------------------------------------------------


def test_a_locked_run_and_each_way_in_which_it_is_refused(cli, plugin_site, acme, inside) -> None:
    missing = inside("--locked", "workers", "list", check=3)
    assert "there is no hivemind.lock in" in missing.err
    written = inside("plugins", "lock", check=0)
    assert "added     acme-greeter: 2.1, 1 file" in written.out
    text = (cli.cwd / "hivemind.lock").read_text()
    (entry,) = tomllib.loads(text)["distribution"]
    assert (entry["name"], entry["version"], entry["plugins"]) == ("acme-greeter", "2.1", ["greeter = greeter_plugin"])
    assert str(cli.cwd) not in text
    assert "unchanged acme-greeter" in inside("plugins", "lock", "--check", check=0).out
    assert "greeter" in inside("workers", "list", env={"HIVEMIND_LOCKED": "1"}, check=0).out
    ran = cli("--locked", "run", "Say hello", "--worker", "greeter", "--json", check=0)
    assert ran.json["workers"][0]["status"] == "completed"

    acme.write_text(GREETER + LOUD)
    (cli.cwd / "hivemind.toml").write_text("locked = true\n")
    refused = cli("run", "Say hello", "--worker", "greeter", check=3)
    assert "plugin 'greeter' is refused, nothing of it was loaded" in refused.err
    assert "changed: greeter_plugin.py" in refused.err
    assert "hivemind plugins trust greeter" in refused.err
    listed = inside("plugins", "list", "--json", check=3)
    assert of(listed.json, "greeter")["status"] == "refused"
    assert "refused" in inside("doctor", check=3).out
    assert inside("plugins", "lock", "--check", check=3).out.startswith("changed   acme-greeter: sha256 ")
    inside("--help", check=0)
    inside("plugins", "info", "greeter", check=0)
    assert not (cli.home / "loud").exists(), "nothing of it has run"
    assert "greeter" not in inside("workers", "list", "--block-plugin", "greeter", check=0).out

    trusted = inside("plugins", "trust", "greeter", check=0)
    assert "files: greeter_plugin.py" in trusted.out
    assert not (cli.home / "loud").exists(), "trusting runs nothing"
    assert "greeter" in inside("workers", "list", check=0).out
    assert (cli.home / "loud").exists()


def test_what_is_new_and_what_is_gone(cli, plugin_site, acme, inside) -> None:
    inside("plugins", "lock", check=0)
    plugin_site.add("second", LOUD, distribution="acme-second")
    assert "'acme-second' 1.0 is not in hivemind.lock" in inside("--locked", "workers", "list", check=3).err
    assert not (cli.home / "loud").exists()
    document = inside("plugins", "trust", "acme-second", "--json", check=0).json
    assert [(one["name"], one["change"]) for one in document["changes"]] == [("acme-second", "added")]
    inside("--locked", "workers", "list", check=0)
    for path in plugin_site.path.glob("acme_second*/*"):
        path.unlink()
    gone = inside("--locked", "workers", "list", check=3)
    assert "names what is not installed here: 'acme-second' 1.0" in gone.err
    assert "removed   acme-second" in inside("plugins", "trust", "--all", check=0).out
    inside("--locked", "workers", "list", check=0)
    assert "removed" in inside("plugins", "trust", "greeter", "--revoke", check=0).out
    assert "is not in hivemind.lock" in inside("--locked", "workers", "list", check=3).err


def test_a_malformed_lockfile_locks_everything_out(cli, acme, inside) -> None:
    acme.write_text(LOUD)
    (cli.cwd / "hivemind.lock").write_text("nonsense")
    assert "hivemind.lock can't be used: it is not TOML" in inside("--locked", "workers", "list", check=3).err
    assert inside("--locked", "plugins", "list", check=3).out
    assert "can't be used" in inside("plugins", "trust", "greeter", check=3).err
    assert not (cli.home / "loud").exists()
    assert "it is written anew" in inside("plugins", "lock", check=0).err


def test_local_plugins_are_locked_too(cli, acme, inside) -> None:
    tools = cli.cwd / "tools"
    tools.mkdir()
    (tools / "own.py").write_text("x = 1\n")
    inside("--plugins-dir", "tools", "plugins", "lock", check=0)
    assert 'path = "tools/own.py"' in (cli.cwd / "hivemind.lock").read_text()
    inside("--locked", "--plugins-dir", "tools", "workers", "list", check=0)
    assert "not installed here: local plugin 'own'" in inside("--locked", "workers", "list", check=3).err
    (tools / "own.py").write_text(LOUD)
    assert "plugin 'own' is refused" in inside("--locked", "--plugins-dir", "tools", "workers", "list", check=3).err
    assert not (cli.home / "loud").exists()


def test_what_is_not_trusted_stays_in_the_lock(cli, acme, inside) -> None:
    (cli.cwd / "tools").mkdir()
    (cli.cwd / "tools" / "own.py").write_text("x = 1\n")
    (cli.cwd / "hivemind.toml").write_text('plugins_dir = ["tools"]\n')
    inside("plugins", "trust", "tools", check=0)
    inside("plugins", "lock", check=0)
    before = (cli.cwd / "hivemind.lock").read_text()
    assert 'name = "own"' in before
    inside("plugins", "trust", "tools", "--revoke", check=0)
    assert "are not loaded" in inside("plugins", "lock", check=0).err
    assert (cli.cwd / "hivemind.lock").read_text() == before


def test_only_the_user_unlocks(cli, acme, inside) -> None:
    config = cli.home / "config" / "hivemind.toml"
    config.parent.mkdir()
    config.write_text("locked = true\n")
    (cli.cwd / "hivemind.toml").write_text("locked = false\n")
    assert "there is no hivemind.lock" in inside("workers", "list", check=3).err
    inside("workers", "list", env={"HIVEMIND_LOCKED": "0"}, check=0)
    shown = {one["name"]: one for one in inside("config", "show", "--json", check=0).json["settings"]}
    assert (shown["locked"]["value"], shown["locked"]["origin"]) == (True, str(config))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trust"], "nothing is named"),
        (["trust", "greter"], "did you mean 'greeter'"),
        (["trust", "--all", "greeter"], "--all goes with no name"),
        (["trust", "greeter", "./"], "can't be trusted in one call"),
        (["info", "greter"], "did you mean 'greeter'"),
        (["info"], "missing argument"),
    ],
)
def test_wrong_words(acme, inside, arguments, said) -> None:
    result = inside("plugins", *arguments, check=2)
    assert said in result.err


def test_shipped_plugins_need_no_entry(cli, acme, inside) -> None:
    assert "needs no entry in the lockfile" in inside("plugins", "trust", "backend", check=0).err


# -- info ---------------------------------------------------------------------------------------------------------


def test_info_of_a_plugin_in_each_state(cli, plugin_site, acme, inside) -> None:
    info = next(plugin_site.path.glob("acme_greeter*"))
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-greeter\nVersion: 2.1\nRequires-Dist: pluggy>=1\n"
        "Requires-Dist: x; extra == 'y'\n"
    )
    document = inside("plugins", "info", "greeter", "--json", check=0).json
    expected = {
        "status": "loaded",
        "distribution": "acme-greeter",
        "version": "2.1",
        "module": "greeter_plugin",
        "path": str(acme),
        "hooks": ["hivemind_workers"],
        "workers": ["greeter"],
        "hook_api_version": "1",
        "dependencies": ["pluggy>=1"],
        "shipped": False,
        "locked": None,
        "blocked_by": [],
        "problem": None,
    }
    assert {name: document[name] for name in expected} == expected
    assert len(document["sha256"]) == 64
    assert inside("plugins", "info", "acme-greeter", "--json", check=0).json == document
    inside("plugins", "lock", check=0)
    assert "locked        yes" in inside("plugins", "info", "greeter", check=0).out

    blocked = inside("--block-plugin", "greeter", "plugins", "info", "greeter", "--json", check=0).json
    assert (blocked["status"], blocked["blocked_by"], blocked["hooks"]) == ("blocked", ["option --block-plugin"], [])
    assert (blocked["sha256"], blocked["hook_api_version"]) == (document["sha256"], "1")

    acme.write_text("import no_such_module_here\n")
    broken = inside("plugins", "info", "greeter", check=0)
    assert "problem       ModuleNotFoundError: No module named 'no_such_module_here'" in broken.out
    assert "locked        no: 'acme-greeter' 2.1 is not what hivemind.lock says" in broken.out
    assert "Traceback" not in broken.err
    assert "Traceback" in inside("--debug", "plugins", "info", "greeter", check=0).err

    core = inside("plugins", "info", "core", "--json", check=0).json
    assert (core["engines"], core["shipped"]) == (["local"], True)


# -- block and unblock --------------------------------------------------------------------------------------------


def test_block_and_unblock_in_the_users_file(cli, acme, inside) -> None:
    config = cli.home / "config" / "hivemind.toml"
    assert inside("plugins", "block", "greeter", check=0).out == f"blocked greeter in {config}\n"
    assert of(inside("plugins", "list", "--json", check=0).json, "greeter")["status"] == "blocked"
    assert "is blocked in" in inside("plugins", "block", "greeter", check=0).out
    assert config.read_text() == 'block_plugins = ["greeter"]\n'
    assert inside("plugins", "info", "greeter", "--json", check=0).json["blocked_by"] == [str(config)]
    assert inside("plugins", "unblock", "greeter", "--json", check=0).json["changed"] is True
    assert of(inside("plugins", "list", "--json", check=0).json, "greeter")["status"] == "loaded"
    assert "greeter is not blocked" in inside("plugins", "unblock", "greeter", check=0).out


def test_comments_and_layout_of_a_repositorys_file_stay(cli, acme, inside) -> None:
    path = cli.cwd / "hivemind.toml"
    before = (
        '# ours\r\nretries = 3  # enough\r\nblock_plugins = [\r\n  "other",  # slow\r\n]\r\n\r\n# per worker\r\n'
        '[models]\r\nbackend = "x"\r\n'
    )
    path.write_bytes(before.encode())
    assert str(path) in inside("plugins", "block", "greeter", "--repo", check=0).out
    after = path.read_bytes().decode()
    assert after == before.replace("# slow\r\n", '# slow\r\n  "greeter",\r\n')
    inside("plugins", "unblock", "greeter", "--repo", str(cli.cwd), check=0)
    assert path.read_bytes().decode() == before


def test_a_list_that_is_not_there_yet_goes_before_the_tables(cli, acme, inside) -> None:
    path = cli.cwd / "hivemind.toml"
    path.write_text('# ours\n[models]  # per worker\nbackend = "x"\n')
    inside("plugins", "block", "facts", "--repo", check=0)
    assert tomllib.loads(path.read_text()) == {"block_plugins": ["facts"], "models": {"backend": "x"}}
    assert "# ours" in path.read_text()
    assert "# per worker" in path.read_text()


def test_what_others_block_is_told(cli, acme, inside) -> None:
    (cli.cwd / "hivemind.toml").write_text('block_plugins = ["greeter"]\n')
    only = inside("plugins", "unblock", "greeter", check=3)
    assert "but by hivemind.toml" in only.err
    assert "hivemind plugins unblock greeter --repo" in only.err
    assert inside("plugins", "unblock", "backend", check=3).err.count("HIVEMIND_BLOCK_PLUGINS") == 2
    inside("plugins", "block", "greeter", check=0)
    too = inside("plugins", "unblock", "greeter", check=0)
    assert "it is blocked by hivemind.toml too" in too.err


def test_an_unknown_name_is_blocked_with_a_notice(cli, acme, inside) -> None:
    result = inside("plugins", "block", "greter", check=0)
    assert "no plugin 'greter' is installed (did you mean 'greeter'?)" in result.err
    assert "blocked greter" in result.out


@pytest.mark.parametrize("text", ['block_plugins = "x"', "nonsense", "block_plugins = [3]"])
def test_a_file_that_can_not_be_changed_is_left_alone(cli, acme, inside, text) -> None:
    path = cli.cwd / "hivemind.toml"
    path.write_text(text)
    inside("plugins", "block", "greeter", "--repo", check=3)
    assert path.read_text() == text
