"""The written pages: links, names of dependencies and rules, examples, and the build of the manual."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest


def anchor(heading: str) -> str:
    """How GitHub and mkdocs name a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_relative_links_resolve(manual) -> None:
    broken = []
    for page in manual.pages:
        text = re.sub(r"^```.*?^```", "", manual.text(page), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, wanted = target.partition("#")
            file = (manual.root / page).parent / path if path else manual.root / page
            if not file.exists():
                broken.append(f"{page}: {target}")
            elif wanted:
                headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                if wanted not in {anchor(one) for one in headings}:
                    broken.append(f"{page}: {target}")
    assert not broken


@pytest.mark.skipif(find_spec("material") is None, reason="the extra 'docs' is not installed")
def test_the_manual_builds_strictly_and_fetches_nothing(manual, tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)],
        cwd=manual.root,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    assert not list(site.rglob("*.py"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|iframe)[^>]+src=[\"']?(https?:[^\"' >]+)", text)
        fetched += re.findall(
            r"<link[^>]+rel=[\"']?(?:stylesheet|preconnect|icon)[^>]+href=[\"']?(https?:[^\"' >]+)", text
        )
        assert not fetched, page


def test_every_dependency_is_named_with_its_reason(manual) -> None:
    project = tomllib.loads(manual.text("pyproject.toml"))["project"]
    core = {re.split(r"[^A-Za-z0-9_.-]", one)[0] for one in project["dependencies"]}
    page = manual.text("docs/dependencies.md")
    rows = re.findall(r"^\| (`.+?`) \| (.+) \|$", page.split("## Extras")[0], re.MULTILINE)
    assert {name.strip("`") for name, _ in rows} == core
    assert all(len(reason) > 20 for _, reason in rows)
    for extra in project["optional-dependencies"]:
        assert f"`{extra}`" in page.split("## Extras")[1]


def test_every_rule_of_the_facts_is_on_their_page(manual) -> None:
    from hivemind_facts import registry

    registry.use_hook(None)
    section = manual.text("docs/facts.md").split("## Rules")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == {rule.name for rule in registry.rules()}


def test_every_status_is_explained(manual) -> None:
    from typing import get_args

    from hivemind.models import SessionStatus, WorkerStatus

    for status in get_args(WorkerStatus):
        assert f"`{status}`" in manual.text("docs/concepts.md")
    for status in get_args(SessionStatus):
        assert f"| `{status}` |" in manual.text("docs/sessions.md")


def test_every_page_is_in_the_navigation(manual) -> None:
    listed = set(re.findall(r": ([\w/-]+\.md)$", manual.text("mkdocs.yml"), re.MULTILINE))
    assert listed == {page.removeprefix("docs/") for page in manual.pages if page.startswith("docs/")}


def test_the_plugin_of_the_front_page_works_as_it_stands(manual, cli, plugin_site) -> None:
    ((name, source),) = re.findall(
        r"<!-- plugin: (\w+)\.py -->\n```python\n(.*?)```", manual.text("README.md"), re.DOTALL
    )
    assert len([line for line in source.splitlines() if line.strip()]) <= 20
    points = re.search(r"\[project\.entry-points\.\"hivemind\.plugins\"\]\n(\w+) = \"(\w+)\"", manual.text("README.md"))
    assert points is not None
    plugin_site.add(points.group(1), source, module=name, entry_points=[f"{points.group(1)} = {points.group(2)}"])
    run = cli("run", "Look at the licence", "--worker", "licence", "--json", check=0).json
    report = Path(run["report"]).read_text(encoding="utf-8")
    assert "the repository has no licence file" in report
    (cli.cwd / "LICENSE").write_text("MIT", encoding="utf-8")
    run = cli("run", "Look at the licence", "--worker", "licence", "--json", check=0).json
    assert "The repository says its licence." in Path(run["report"]).read_text(encoding="utf-8")


def test_the_plugin_of_the_plugins_page_is_the_tested_example(manual) -> None:
    example = (manual.root / "docs/examples/hivemind_workers.py").read_text(encoding="utf-8")
    assert example in manual.blocks("docs/plugins.md", "python")


def test_the_worker_file_of_the_agent_files_page_loads(manual, cli) -> None:
    (source,) = manual.blocks("docs/agent-files.md", "markdown")
    (cli.cwd / "database-reviewer.md").write_text(source, encoding="utf-8")
    shown = cli("workers", "show", "database-reviewer.md", "--json", check=0).json
    assert (shown["name"], shown["role"], shown["after"]) == ("database-reviewer", "database", ["backend"])
    assert shown["tools"] == ["read_file", "search_files"]
    assert (shown["paths"], shown["problems"]) == (["migrations/**", "src/**/*.sql"], [])


def test_the_example_configuration_is_accepted(manual, cli) -> None:
    (source,) = [one for one in manual.blocks("docs/reference/configuration.md", "toml") if "max_parallel" in one]
    (cli.cwd / "hivemind.toml").write_text(source, encoding="utf-8")
    shown = {one["name"]: one for one in cli("config", "show", "--json", check=0).json["settings"]}
    assert (shown["max_parallel"]["value"], shown["max_parallel"]["origin"]) == (4, "hivemind.toml")
    assert shown["models"]["value"] == {"backend": "google-gla:gemini-2.5-pro"}


def test_the_folder_that_the_pages_describe_is_the_one_that_a_session_leaves(manual, cli) -> None:
    shop = shutil.copytree(manual.root / "examples" / "shop", cli.cwd / "shop", ignore=shutil.ignore_patterns("Docs"))
    path = Path(cli("run", "Add an orders API", "--repo", str(shop), "--json", check=0).json["path"])
    page = manual.text("docs/sessions.md") + manual.text("README.md")
    for entry in path.iterdir():
        assert entry.name in page, f"{entry.name} is not described"
    for entry in (path / "workers").iterdir():
        assert f"workers/{entry.name}/" in manual.text("docs/sessions.md")
