"""Which default workers a small task does not call for, by its words and the repository's kinds of files.

It is careful: it leaves a worker out only where the task's words speak against it and none speaks for it, never one
that was asked for or that another requires, and never all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hivemind.models import LeftOut, WorkerSpec
from hivemind.repository_rules import UNWALKED

MAX_WORDS = 25
"""A task of more words is not small."""
_MAX_FILES = 20_000
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+#-]*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXT = _words("typo typos spelling wording readme changelog docs documentation comment comments docstring")
_BROWSER = _words(
    "button buttons css style styles styling colour color colours colors font fonts layout margin padding tooltip "
    "icon icons modal dialog navbar sidebar footer header responsive animation hover dark-mode theme aria "
    "accessibility component components react vue svelte angular html jsx tsx browser frontend front-end ui ux"
)
_SERVER = _words(
    "sql index indexes indices migration migrations schema query queries database db postgres mysql sqlite table "
    "tables column columns cron queue worker job jobs celery kafka redis cache caching server backend back-end orm "
    "transaction transactions endpoint endpoints api apis route routes"
)
_SHARED = _words(
    "api apis endpoint endpoints route routes rest graphql grpc webhook feature features page pages form forms "
    "screen user users login logout signup auth authentication authorization session sessions security secure "
    "password payment payments checkout upload download search pagination filter dashboard admin app application "
    "system architecture design redesign refactor rewrite migrate everything whole full-stack fullstack end-to-end "
    "client clients view views show display"
)
"""Words of what crosses from server to browser, or is about the whole: nobody is left out for these."""
_BROWSER_FILES = frozenset((".html", ".htm", ".css", ".scss", ".sass", ".less", ".jsx", ".tsx", ".vue", ".svelte"))
_SERVER_FILES = frozenset(
    (".py", ".rb", ".go", ".java", ".kt", ".cs", ".php", ".rs", ".ex", ".exs", ".scala", ".sql", ".prisma")
)


@dataclass(frozen=True)
class Kinds:
    """What kinds of files a repository has; None where there are too many to tell.

    Attributes:
        browser: Files of a browser side.
        server: Files of a server side.
    """

    browser: bool | None
    server: bool | None


def kinds_of(repo: Path, limit: int = _MAX_FILES) -> Kinds:
    """Look at the names of a repository's files, at most so many."""
    seen, browser, server = 0, False, False
    for _folder, folders, files in os.walk(repo):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in UNWALKED)
        for name in files:
            suffix = os.path.splitext(name)[1].lower()
            browser = browser or suffix in _BROWSER_FILES
            server = server or suffix in _SERVER_FILES
        seen += len(files)
        if browser and server:
            break
        if seen > limit:
            return Kinds(browser or None, server or None)
    return Kinds(browser, server)


def triage(task: str, workers: Mapping[str, WorkerSpec], kinds: Kinds) -> list[LeftOut]:
    """Say which of the default workers a task does not call for, and why.

    Args:
        task: What the user asks for.
        workers: The default workers by name.
        kinds: What the repository has.
    """
    words = [word.lower() for word in _WORD.findall(task)]
    said = frozenset(words)
    if not words or len(words) > MAX_WORDS or said & _SHARED or _named(task, workers):
        return []
    roles, why = _against(said, kinds)
    proposed = {name: role for name, spec in workers.items() if (role := spec.role) in roles}
    kept = {name: spec for name, spec in workers.items() if name not in proposed}
    for name in sorted(proposed):
        if _needed(workers[name], kept):
            kept[name] = workers[name]
            del proposed[name]
    if not kept:
        return []
    return [LeftOut(worker=name, reason=why) for name in sorted(proposed)]


def _against(said: frozenset[str], kinds: Kinds) -> tuple[frozenset[str], str]:
    """The roles that a task's words speak against, and the sentence that says why."""
    text, browser, server = said & _TEXT, said & _BROWSER, said & _SERVER
    if text and not browser and not server:
        return frozenset(("architect", "backend", "frontend")), f"the task is about text only ({_list(text)})"
    if browser and not server and kinds.browser is not False:
        return frozenset(("backend",)), f"the task is about the browser side only ({_list(browser)})"
    if server and not browser:
        more = ", and the repository has no files of one" if kinds.browser is False else ""
        return frozenset(("frontend",)), f"the task names nothing of a browser side, only {_list(server)}{more}"
    return frozenset(), ""


def _named(task: str, workers: Mapping[str, WorkerSpec]) -> bool:
    """Whether the task names a worker itself: then nobody second-guesses who is meant."""
    lowered = task.lower()
    return any(name.lower() in lowered for name in workers)


def _needed(spec: WorkerSpec, kept: Mapping[str, WorkerSpec]) -> bool:
    names = {spec.name, spec.role, *(f"capability:{one}" for one in spec.capabilities)}
    return any(names.intersection(other.requires) for other in kept.values())


def _list(words: Sequence[str] | frozenset[str]) -> str:
    return ", ".join(sorted(words)[:4])
