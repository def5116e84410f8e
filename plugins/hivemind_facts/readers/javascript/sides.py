"""Which files are browser code, and which addresses are the application's own API."""

from __future__ import annotations

import re
from posixpath import dirname
from typing import Any

from hivemind_facts.readers.javascript.resolution import env_samples, relaxed_json
from hivemind_facts.reading import Digest, Repository

_BROWSER = (
    "react",
    "vue",
    "svelte",
    "@angular/core",
    "next",
    "nuxt",
    "preact",
    "solid-js",
    "jquery",
    "react-dom",
    "lit",
    "ember-source",
    "react-native",
    "expo",
    "astro",
)
_SERVER = (
    "express",
    "fastify",
    "koa",
    "@nestjs/core",
    "@hapi/hapi",
    "hono",
    "restify",
    "apollo-server",
    "@apollo/server",
    "moleculer",
    "mongoose",
    "typeorm",
    "sequelize",
    "prisma",
    "@prisma/client",
)
_BROWSER_PATH = re.compile(
    r"(^|/)(public|static|client|frontend|web|www|assets|components|pages|views|hooks|store|ui|webapp|composables)/"
)
_SERVER_PATH = re.compile(
    r"(^|/)(server|api|backend|controllers|routes|middlewares?|models|lambda|functions|workers?|jobs|scripts)/|(^|/)server\.[cm]?[jt]s$"
)
_BASE_NAME = re.compile(r"api|base|root|url|host|endpoint|server|backend|domain", re.IGNORECASE)
_HOST = re.compile(r"^https?://([^/?#]+)")


class Sides:
    """Tells browser code from server code."""

    def __init__(self, repository: Repository, files: dict[str, Digest]) -> None:
        self._packages: dict[str, set[str]] = {}
        for file in repository.files("package.json"):
            if file.path.rsplit("/", 1)[-1] == "package.json":
                self._packages[dirname(file.path)] = _dependencies(relaxed_json(repository.text(file.path)))
        self._files = files
        self.bases = {
            match.group(1)
            for digest in files.values()
            for _line, name, value in digest["literals"]
            if _BASE_NAME.search(name) and (match := _HOST.match(value)) is not None
        }
        """Hosts that a constant or a sample of the environment names as the base of an API."""
        for value in env_samples(repository).values():
            if (match := _HOST.match(value)) is not None:
                self.bases.add(match.group(1))

    def browser(self, path: str) -> bool:
        """Whether a file is browser code."""
        if path.endswith((".vue", ".svelte", ".html", ".htm", ".jsx", ".tsx")):
            return not re.search(r"(^|/)(pages|app)/api/", path)
        folder = dirname(path)
        while folder not in self._packages and folder:
            folder = dirname(folder)
        known = self._packages.get(folder)
        if known is None:
            return not _SERVER_PATH.search(path)
        front, back = any(name in known for name in _BROWSER), any(name in known for name in _SERVER)
        inner = path[len(folder) :].lstrip("/")
        if front and back:
            if _SERVER_PATH.match(re.sub(r"^src/", "", inner)):
                return False
            return _requires(self._files.get(path)) is False
        if front:
            return re.search(r"(^|/)pages/api/|(^|/)app/api/.*route\.|^server/", inner) is None
        if back:
            return _BROWSER_PATH.search(inner) is not None and _requires(self._files.get(path)) is False
        return _requires(self._files.get(path)) is False and "bin" not in known


def _requires(digest: Digest | None) -> bool:
    """Whether a file loads modules the way that only Node does."""
    if digest is None:
        return False
    return any(kind == "require" or source.startswith("node:") for _line, source, kind in digest["imports"])


def _dependencies(data: Any) -> set[str]:
    if not isinstance(data, dict):
        return set()
    found: set[str] = {"bin"} if "bin" in data else set()
    for field in ("dependencies", "devDependencies", "peerDependencies"):
        inner = data.get(field)
        found |= set(inner) if isinstance(inner, dict) else set()
    return found
