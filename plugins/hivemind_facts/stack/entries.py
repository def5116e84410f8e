"""Entry points: where a program starts, as manifests, process files and code say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath
from typing import Any

from hivemind_facts.models import Place
from hivemind_facts.repository import TreeRepository
from hivemind_facts.stack.dependency import ParsedManifest

_PYTHON = (
    "manage.py",
    "wsgi.py",
    "asgi.py",
    "__main__.py",
    "main.py",
    "app.py",
    "run.py",
    "server.py",
    "application.py",
)
_APP = re.compile(
    r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(FastAPI|Flask|Starlette|Quart|Sanic|Litestar"
    r"|(?:get|create|make|build)_(?:app|application))\s*\(",
    re.MULTILINE,
)
_MAIN_GUARD = re.compile(r"^if\s+__name__\s*==\s*[\"']__main__[\"']", re.MULTILINE)
_JVM_MAIN = re.compile(r"@SpringBootApplication|public\s+static\s+void\s+main\s*\(|^fun\s+main\s*\(", re.MULTILINE)
_GO_MAIN = re.compile(r"^func\s+main\s*\(\s*\)", re.MULTILINE)
_STARTS = ("start", "serve", "dev", "start:prod", "start:dev")


def entry_points(repository: TreeRepository) -> tuple[Place, ...]:
    """Every entry point, by file."""
    found = [place for manifest in repository.manifests().all for place in _stated(repository, manifest)]
    for file in repository.files("Procfile"):
        for number, line in enumerate(repository.text(file.path).splitlines(), 1):
            name, colon, command = line.partition(":")
            if colon and re.fullmatch(r"[\w-]+", name):
                found.append(
                    Place(name=name, kind="process", file=file.path, line=number, detail=command.strip()[:200])
                )
    found += _in_code(repository)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line or 0, one.kind, one.name)))


def _stated(repository: TreeRepository, manifest: ParsedManifest) -> Iterator[Place]:
    data = manifest.data
    scripts = data.get("scripts")
    table: dict[str, Any] = scripts if isinstance(scripts, dict) else {}
    if manifest.kind == "pyproject":
        for name, target in table.items():
            yield Place(name=name, kind="command", file=manifest.file, detail=str(target)[:200])
    if manifest.kind != "package.json":
        return
    for name in _STARTS:
        if isinstance(table.get(name), str):
            yield Place(name=f"npm run {name}", kind="script", file=manifest.file, detail=str(table[name])[:200])
    main = data.get("main")
    if isinstance(main, str):
        target = normpath(join(dirname(manifest.file), main))
        there = next((one for one in (target, f"{target}.js", f"{target}/index.js") if repository.exists(one)), None)
        yield Place(
            name=main, kind="main", file=there or manifest.file, detail="" if there else "the file is not there"
        )
    bins = data.get("bin")
    bins = {manifest.name or "bin": bins} if isinstance(bins, str) else bins
    for name, target in bins.items() if isinstance(bins, dict) else ():
        yield Place(name=str(name), kind="command", file=manifest.file, detail=str(target)[:200])


def _in_code(repository: TreeRepository) -> Iterator[Place]:
    for file in repository.files(*_PYTHON):
        if basename(file.path) in _PYTHON:
            yield from _python(file.path, repository.text(file.path))
    for file in repository.files(".go"):
        if not file.path.endswith("_test.go"):
            line = _line(_GO_MAIN, repository.text(file.path)) if _may_be_main(file.path) else None
            if line:
                yield Place(name=dirname(file.path) or "main", kind="program", file=file.path, line=line)
    for file in repository.files("Application.java", "Application.kt", "Main.java", "Main.kt", "App.java", "App.kt"):
        line = _line(_JVM_MAIN, repository.text(file.path))
        if line:
            yield Place(name=basename(file.path).rpartition(".")[0], kind="program", file=file.path, line=line)


def _may_be_main(path: str) -> bool:
    return basename(path) in ("main.go", "server.go", "app.go") or "/" not in path or "cmd/" in path


def _python(path: str, text: str) -> Iterator[Place]:
    for app in _APP.finditer(text):
        at = text.count("\n", 0, app.start()) + 1
        kind = "application" if "_" in app.group(2) else f"{app.group(2)} application"
        yield Place(name=app.group(1), kind=kind, file=path, line=at)
    name = basename(path)
    if name in ("manage.py", "wsgi.py", "asgi.py", "__main__.py"):
        yield Place(
            name=name, kind={"__main__.py": "program", "manage.py": "command"}.get(name, "server"), file=path, line=1
        )
    elif (line := _line(_MAIN_GUARD, text)) is not None:
        yield Place(name=name, kind="program", file=path, line=line)


def _line(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None
