"""`hivemind cache`: the store of results that later sessions take where nothing changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, tell

if TYPE_CHECKING:
    from hivemind.result_store import ResultStore


@click.group("cache", short_help="List and clear the results that later sessions take.")
def group() -> None:
    """List and clear the results that later sessions take where nothing changed.

    \b
    Example:
      hivemind cache list
      hivemind cache clear
    """


def _store(repo: Path | None) -> tuple[ResultStore, Path, int]:
    from hivemind.cli.opening import configure
    from hivemind.result_store import ResultStore, cache_folder

    configuration = configure(repo)
    bound = configuration.settings.cache_max_mb * 1024 * 1024
    return ResultStore(cache_folder(), bound), configuration.repo, bound


@group.command(
    "list",
    short_help="List stored results, latest used first.",
    epilog=options.example("hivemind cache list", "hivemind cache list --here --json"),
)
@click.option("--here", is_flag=True, help="Only those of this repository.")
@options.repo_option
@options.json_option
@options.everywhere
def list_(here: bool, repo: Path | None, as_json: bool) -> None:
    """List stored results, latest used first."""
    from hivemind.cli.figures import ago, columns, cost, counted, size, tokens

    store, root, bound = _store(repo)
    entries = [one for one in store.entries() if not here or one.repo == os.path.realpath(root)]
    if as_json:
        from hivemind.cli.reuse_documents import CacheDocument

        emit(CacheDocument(path=str(store.path), size=store.size(), max_bytes=bound, results=tuple(entries)))
        return
    rows: list[tuple[str, ...]] = [
        (one.worker, one.model, tokens(one.usage), cost(one.usage), ago(one.used_at), one.fingerprint[:12], one.repo)
        for one in entries
    ]
    heads = ("worker", "model", "tokens", "cost", "used", "fingerprint", "repository")
    for line in columns(rows, heads) if rows else ():
        say(line)
    tell(f"{counted(len(entries), 'result')}, {size(store.size())} of at most {size(bound)} in {store.path}")


@group.command(
    "clear",
    short_help="Forget stored results.",
    epilog=options.example("hivemind cache clear", "hivemind cache clear --here"),
)
@click.option("--here", is_flag=True, help="Only those of this repository.")
@options.repo_option
@options.json_option
@options.everywhere
def clear(here: bool, repo: Path | None, as_json: bool) -> None:
    """Forget stored results; sessions keep theirs."""
    from hivemind.cli.figures import counted

    store, root, _ = _store(repo)
    cleared = store.clear(os.path.realpath(root) if here else None)
    store.close()
    if as_json:
        from hivemind.cli.reuse_documents import CacheClearDocument

        emit(CacheClearDocument(path=str(store.path), cleared=cleared))
        return
    say(f"{counted(cleared, 'result')} cleared")


@group.command("path", short_help="Print where the store is.", epilog=options.example("hivemind cache path"))
@options.repo_option
@options.json_option
@options.everywhere
def path_(repo: Path | None, as_json: bool) -> None:
    """Print the file that holds stored results."""
    store, _, _ = _store(repo)
    if as_json:
        from hivemind.cli.reuse_documents import CachePathDocument

        emit(CachePathDocument(path=str(store.path)))
        return
    say(str(store.path))
