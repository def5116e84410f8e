"""The command `hivemind facts` and its `diff`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hivemind_facts.models import Facts

ONLY = (
    "stack",
    "services",
    "endpoints",
    "tables",
    "graphql",
    "calls",
    "external",
    "environment",
    "modules",
    "findings",
    "unresolved",
    "skipped",
)
_SEVERITIES = ("critical", "high", "medium", "low", "info")


def _sections(_context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """`--only endpoints,tables`, which may be given more than once."""
    names = [name.strip() for part in value for name in part.split(",") if name.strip()]
    for name in names:
        if name not in ONLY:
            import difflib

            near = difflib.get_close_matches(name, ONLY, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ONLY)}"
            raise click.BadParameter(f"there is no section {name!r} ({hint})")
    return tuple(name for name in ONLY if name in names)


_repo = click.option(
    "--repo", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The repository; here by default."
)
_no_cache = click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
_as_json = click.option("--json", "json_", is_flag=True, help="The same as --format json.")


@click.group(
    "facts",
    invoke_without_command=True,
    short_help="Read what a repository offers from its code, without a model.",
    help="Read what a repository offers from its code, without a model: stack, endpoints with their authentication, "
    "tables, calls of browser code, and findings by rule.\n\n"
    "\b\nExamples:\n"
    "  hivemind facts\n"
    "  hivemind facts --only endpoints,tables --format markdown\n"
    "  hivemind facts --repo services/orders --format openapi > openapi.json\n"
    "  hivemind facts --format mermaid > tables.mmd\n"
    "  hivemind facts diff main --fail-on high",
)
@_repo
@click.option(
    "--only", multiple=True, callback=_sections, metavar="NAME,...", help=f"Only these sections: {', '.join(ONLY)}."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json", "markdown", "openapi", "mermaid")),
    default="table",
    help="How it is printed; 'openapi' is a document of the endpoints, 'mermaid' a diagram of the tables.",
)
@_as_json
@_no_cache
@click.pass_context
def facts(
    context: click.Context, repo: Path, only: tuple[str, ...], format_: str, json_: bool, no_cache: bool
) -> int | None:
    """Read a repository and print its facts."""
    if context.invoked_subcommand is not None:
        return None
    from hivemind_facts.loading import read_facts
    from hivemind_facts.progress import Progress

    progress = Progress()
    try:
        found = read_facts(repo, cached=not no_cache, progress=progress)
    finally:
        progress.close()
    _print(_formatted(found, repo, only, "json" if json_ else format_))
    return 0


def _formatted(found: Facts, repo: Path, only: tuple[str, ...], format_: str) -> str:
    from hivemind_facts import formats

    if format_ == "json":
        return formats.as_json(found, only)
    if format_ == "openapi":
        from hivemind_facts.openapi import document

        return json.dumps(document(found.endpoints, repo.resolve().name or "repository"), indent=2, ensure_ascii=False)
    if format_ == "mermaid":
        from hivemind_facts.mermaid import er_diagram

        return er_diagram(found.tables)
    return formats.as_markdown(found, only) if format_ == "markdown" else formats.as_table(found, only)


@facts.command(
    "diff",
    short_help="Say what a change does to endpoints, tables and findings.",
    help="Say which endpoints, tables and findings were added, removed or changed between two commits, or between a "
    "commit and the working tree. Nothing is checked out, and no hook or filter of the repository runs.\n\n"
    "\b\nExamples:\n"
    "  hivemind facts diff HEAD\n"
    "  hivemind facts diff main feature --format markdown\n"
    "  hivemind facts diff origin/main HEAD --fail-on high",
)
@click.argument("rev1")
@click.argument("rev2", required=False)
@_repo
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Exit 1 on a new finding of this severity or above.")
@click.option("--format", "format_", type=click.Choice(("table", "json", "markdown")), default="table")
@_as_json
@_no_cache
@click.pass_context
def diff(context: click.Context, /, rev1: str, rev2: str | None, **options: Any) -> int:
    """Compare two states of a repository."""
    from hivemind_facts import diff as comparing
    from hivemind_facts.loading import check_root, read_facts
    from hivemind_facts.progress import Progress

    above = context.parent.params if context.parent is not None else {}
    repo: Path = options["repo"] if options["repo"] != Path() else above.get("repo", Path())
    cached = not (options["no_cache"] or above.get("no_cache"))
    root = check_root(repo)
    progress = Progress()
    try:
        old, said = _at_commit(root, rev1, cached, progress)
        if rev2 is None:
            new, now = read_facts(root, cached=cached, progress=progress), "working tree"
        else:
            new, now = _at_commit(root, rev2, cached, progress)
    finally:
        progress.close()
    made = comparing.compare(old, new, said, now)
    if options["json_"] or options["format_"] == "json":
        _print(json.dumps(made.model_dump(mode="json"), indent=2, ensure_ascii=False))
    else:
        _print(comparing.as_text(made, markdown=options["format_"] == "markdown"))
    fail_on = options["fail_on"]
    return 1 if fail_on and comparing.fails(made, fail_on) else 0


def _at_commit(root: Path, rev: str, cached: bool, progress: Any) -> tuple[Facts, str]:
    from hivemind_facts.assemble import extract
    from hivemind_facts.cache import Cache, cache_folder
    from hivemind_facts.commits import find_commit, materialised

    commit = find_commit(root, rev)
    with materialised(root, commit) as (folder, listing):
        found = extract(folder, cache=Cache(cache_folder()) if cached else None, progress=progress, listing=listing)
    return found, f"{rev} ({commit.sha[:12]})" if not commit.sha.startswith(rev) else rev


def _print(text: str) -> None:
    """Write to stdout whatever it can show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    click.echo(text)
