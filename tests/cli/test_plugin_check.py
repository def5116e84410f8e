"""`hivemind plugins check`: the table, the document, the exit codes; on distributions with real entry points."""

from __future__ import annotations

from pathlib import Path

from hivemind.conformance import RULES
from hivemind.kit.command_line import Cli
from hivemind.kit.plugin_site import PluginSite

GREETER = """
    from hivemind import WorkerOutput, WorkerSpec, hookimpl

    @hookimpl
    def hivemind_workers():
        yield WorkerSpec(name="greeter", role="greeter", description="Says hello.", rules=f"{__name__}:greet")

    def greet(task, context):
        return WorkerOutput(summary="Hello!")
    """
LOUD = "print('hello')\n" + "from hivemind import hookimpl\n\n@hookimpl\ndef hivemind_event(event): ...\n"


def install(site: PluginSite, name: str, source: str, requires: str = "hivemind-orchestrator") -> None:
    site.add(name, source)
    metadata = site.path / f"hivemind_{name}-1.0.dist-info" / "METADATA"
    metadata.write_text(f"{metadata.read_text()}Requires-Dist: {requires}\n")


def test_an_installed_distribution(cli: Cli, plugin_site: PluginSite) -> None:
    install(plugin_site, "greeter", GREETER)
    done = cli("plugins", "check", "hivemind-greeter", check=0)
    lines = done.out.splitlines()
    assert lines[0] == "hivemind-greeter: greeter"
    assert [line.split()[1] for line in lines[1:-1]] == list(RULES)
    counts = {status: sum(line.startswith(status) for line in lines) for status in ("passed", "failed", "skipped")}
    assert lines[-1] == (
        f"{len(RULES)} rules: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"
    )
    assert counts["failed"] == 0
    assert "\x1b" not in done.out + done.err


def test_an_entry_points_name_and_the_document(cli: Cli, plugin_site: PluginSite) -> None:
    install(plugin_site, "greeter", GREETER)
    rules = ("metadata", "loads", "worker-names", "event-listener")
    document = cli("plugins", "check", "greeter", "--json", *(f"--rule={rule}" for rule in rules), check=0).json
    assert document["schema_version"] == 1
    assert document["ok"] is True
    assert (document["target"], document["plugins"]) == ("hivemind-greeter", ["greeter"])
    assert (document["passed"], document["failed"], document["skipped"]) == (3, 0, 1)
    assert [one["rule"] for one in document["results"]] == list(rules)
    assert document["results"][3] == {
        "rule": "event-listener",
        "title": RULES["event-listener"].title,
        "status": "skipped",
        "detail": "the plugin listens to no event",
        "remedy": "",
    }


def test_a_failure_says_what_and_what_to_do_and_exits_1(cli: Cli, plugin_site: PluginSite) -> None:
    install(plugin_site, "loud", LOUD, requires="click")
    done = cli("plugins", "check", "loud", check=1)
    lines = done.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("failed") and " loads " in line)
    assert lines[at + 1] == "  what    its import prints 'hello'"
    assert lines[at + 2] == f"  remedy  {RULES['loads'].remedy}"
    assert any("does not require 'hivemind-orchestrator'" in line for line in lines)
    assert "2 failed" in lines[-1]
    document = cli("plugins", "check", "loud", "--json", check=1).json
    assert document["ok"] is False
    assert [one["rule"] for one in document["results"] if one["status"] == "failed"] == ["metadata", "loads"]


def test_two_distributions_with_one_worker(cli: Cli, plugin_site: PluginSite) -> None:
    install(plugin_site, "greeter", GREETER)
    install(plugin_site, "other", GREETER)
    done = cli("plugins", "check", "other", "--rule", "worker-names", check=1)
    assert "worker 'greeter' is given by plugins 'greeter' and 'other'" in done.out


def test_targets_that_are_not_there(cli: Cli, tmp_path: Path) -> None:
    done = cli("plugins", "check", "bakend", check=2)
    assert "error: no distribution, entry point or path 'bakend' to be checked" in done.err
    assert "hint: did you mean 'backend'?" in done.err
    assert cli("plugins", "check", "./nothing", "--json", check=2).json["error"]["exit_code"] == 2
    (tmp_path / "empty").mkdir()
    assert "holds no plugin" in cli("plugins", "check", str(tmp_path / "empty"), check=3).err
    assert "did you mean 'files'" in cli("plugins", "check", "backend", "--rule", "file", check=2).err
