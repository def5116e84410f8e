"""Plugins as installed distributions: each way in which one can be broken, blocked or in another's way."""

from __future__ import annotations

GOOD = """
from hivemind import WorkerOutput, WorkerSpec, hookimpl

@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="NAME", role="NAME", description="Says hello.", rules="MODULE:rules")

def rules(task, context):
    return WorkerOutput(summary="hello")
"""


def good(name: str, module: str) -> str:
    return GOOD.replace("NAME", name).replace("MODULE", module)


def listed(cli, *arguments: str) -> dict[str, dict[str, object]]:
    plugins = cli("plugins", "list", "--json", *arguments, check=0).json["plugins"]
    return {one["name"]: one for one in plugins}


BROKEN = (
    ("raise RuntimeError('at import')", None, "RuntimeError: at import"),
    ("import no_such_module_here", None, "No module named 'no_such_module_here'"),
    ("def broken(:", None, "SyntaxError"),
    ("raise SystemExit(3)", None, "SystemExit"),
    ("", "nowhere_at_all", "No module named 'nowhere_at_all'"),
    ("", "bad5_plugin:missing", "missing"),
    ("from hivemind import hookimpl\n@hookimpl\ndef hivemind_wrokers(): pass", None, "unknown hook 'hivemind_wrokers'"),
    ("from hivemind import hookimpl\n@hookimpl\nasync def hivemind_workers(): pass", None, "can't be 'async def'"),
    ("HOOK_API_VERSION = 7", None, "hook API version 7"),
    ("from hivemind import hookimpl\n@hookimpl\ndef hivemind_workers(): raise ValueError('late')", None, "late"),
)


def test_broken_plugins_are_named_and_the_rest_works(cli, plugin_site) -> None:
    for number, (source, target, _) in enumerate(BROKEN):
        points = [f"bad{number} = {target}"] if target else None
        plugin_site.add(f"bad{number}", source, entry_points=points)
    plugin_site.add("good", good("good", "good_plugin"))
    found = listed(cli)
    for number, (_, _, said) in enumerate(BROKEN):
        assert found[f"bad{number}"]["status"] == "broken"
        assert said in str(found[f"bad{number}"]["problem"])
    assert found["good"]["status"] == "loaded"
    done = cli("run", "Say hello", "--worker", "good", "--model", "embedded", "--json", check=0)
    assert done.json["workers"][0]["status"] == "completed"
    assert "Traceback" not in done.err


def test_a_blocked_plugin_is_never_imported(cli, plugin_site) -> None:
    plugin_site.add("loud", "import pathlib\npathlib.Path(__file__).with_name('imported').touch()\n")
    assert listed(cli, "--block-plugin", "loud")["loud"]["status"] == "blocked"
    assert not (plugin_site.path / "imported").exists()
    listed(cli)
    assert (plugin_site.path / "imported").exists()


def test_blocking_by_environment(cli, plugin_site) -> None:
    plugin_site.add("loud", "raise RuntimeError('imported')")
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "loud,frontend"
    found = listed(cli)
    assert (found["loud"]["status"], found["frontend"]["status"]) == ("blocked", "blocked")


def test_two_distributions_with_one_name_and_one_worker(cli, plugin_site) -> None:
    plugin_site.add("same", good("a", "one"), distribution="hivemind-one", module="one")
    plugin_site.add("same", good("b", "two"), distribution="hivemind-two", module="two")
    found = listed(cli)
    assert found["same"]["status"] == "loaded"
    taken = [one for one in found.values() if one["status"] == "broken"]
    assert ["is taken by hivemind-one" in str(one["problem"]) for one in taken] == [True]


def test_a_duplicate_worker_names_both_and_can_be_settled(cli, plugin_site) -> None:
    plugin_site.add("one", good("dup", "one_plugin"))
    plugin_site.add("two", good("dup", "two_plugin"))
    refused = cli("run", "x", "--worker", "dup", check=3)
    assert "one" in refused.err
    assert "two" in refused.err
    cli("run", "x", "--worker", "dup", "--block-plugin", "one", "--model", "embedded", check=0)
    (cli.cwd / "hivemind.toml").write_text('[prefer]\ndup = "two"\n')
    cli("run", "x", "--worker", "dup", "--model", "embedded", check=0)
