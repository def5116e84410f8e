"""Containers: Dockerfiles, compose services, Kubernetes workloads and platform files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

from hivemind_facts.models import Place
from hivemind_facts.repository import TreeRepository
from hivemind_facts.stack import yaml_text

_COMPOSE = re.compile(r"(^|/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")
_NAME = re.compile(r"^metadata:[ \t]*\n(?:[ \t]+.*\n){0,40}?[ \t]+name:[ \t]*(\S+)", re.MULTILINE)
_PLATFORM = {
    "fly.toml": "Fly.io", "render.yaml": "Render", "vercel.json": "Vercel", "netlify.toml": "Netlify",
    "serverless.yml": "Serverless Framework", "serverless.yaml": "Serverless Framework", "Chart.yaml": "Helm chart",
    "skaffold.yaml": "Skaffold", "railway.json": "Railway", "app.json": "Heroku", "samconfig.toml": "AWS SAM",
}  # fmt: skip


@dataclass(frozen=True)
class ComposeService:
    """One service of a compose file."""

    name: str
    image: str
    build: str
    ports: tuple[str, ...]
    file: str
    line: int | None


def compose_services(repository: TreeRepository) -> list[ComposeService]:
    """The services of all compose files."""
    found: list[ComposeService] = []
    for file in repository.files(".yml", ".yaml"):
        if not _COMPOSE.search(file.path):
            continue
        text = repository.text(file.path)
        services = yaml_text.load(text).get("services")
        for name, one in (services if isinstance(services, dict) else {}).items():
            one = one if isinstance(one, dict) else {}
            build = one.get("build")
            build = build.get("context", ".") if isinstance(build, dict) else build
            ports = one.get("ports")
            found.append(
                ComposeService(
                    str(name),
                    str(one.get("image") or ""),
                    str(build or ""),
                    tuple(_port(port) for port in ports) if isinstance(ports, list) else (),
                    file.path,
                    yaml_text.line_of(text, rf"^[ \t]+[\"']?{re.escape(str(name))}[\"']?\s*:"),
                )
            )
    return found


def _port(port: object) -> str:
    return f"{port.get('published', '?')}:{port.get('target', '?')}" if isinstance(port, dict) else str(port)


def containers(repository: TreeRepository) -> tuple[Place, ...]:
    """Everything that says how the repository is packed and deployed."""
    found = [*_dockerfiles(repository), *_workloads(repository)]
    for one in compose_services(repository):
        what = [f"image {one.image}" if one.image else "", f"build {one.build}" if one.build else ""]
        what.append("ports " + ", ".join(one.ports) if one.ports else "")
        detail = "; ".join(part for part in what if part)
        found.append(Place(name=one.name, kind="compose service", file=one.file, line=one.line, detail=detail))
    named = [(file.path, basename(file.path)) for file in repository.files(*_PLATFORM)]
    found += [Place(name=name, kind=_PLATFORM[name], file=path) for path, name in named if name in _PLATFORM]
    return tuple(sorted(found, key=lambda one: (one.file, one.line or 0, one.name)))


def _dockerfiles(repository: TreeRepository) -> Iterator[Place]:
    for file in repository.files():
        if file.language != "dockerfile":
            continue
        text = re.sub(r"\\\s*\n", " ", repository.text(file.path))
        bases = re.findall(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)", text, re.MULTILINE | re.IGNORECASE)
        stages = set(re.findall(r"^[ \t]*FROM[ \t].*[ \t]AS[ \t]+(\S+)", text, re.MULTILINE | re.IGNORECASE))
        ports = re.findall(r"^[ \t]*EXPOSE[ \t]+(.+)", text, re.MULTILINE | re.IGNORECASE)
        runs = re.findall(r"^[ \t]*(?:CMD|ENTRYPOINT)[ \t]+(.+)", text, re.MULTILINE | re.IGNORECASE)
        detail = ["from " + ", ".join(dict.fromkeys(base for base in bases if base not in stages))] if bases else []
        detail += ["exposes " + " ".join(ports).strip()] if ports else []
        detail += ["runs " + runs[-1].strip()[:200]] if runs else []
        yield Place(name=basename(file.path), kind="dockerfile", file=file.path, line=1, detail="; ".join(detail))


def _workloads(repository: TreeRepository) -> Iterator[Place]:
    for file in repository.files(".yml", ".yaml"):
        if file.size > yaml_text.MAX_CHARS or _COMPOSE.search(file.path):
            continue
        text = repository.text(file.path)
        if "apiVersion:" not in text or not any(f"kind: {kind}" in text for kind in _WORKLOADS):
            continue
        for one in re.finditer(rf"^kind: ({'|'.join(_WORKLOADS)})\s*$", text, re.MULTILINE):
            start = text.rfind("\n---", 0, one.start()) + 1
            end = text.find("\n---", one.start())
            name = _NAME.search(text[start : end if end > 0 else None])
            line = text.count("\n", 0, one.start()) + 1
            yield Place(
                name=name.group(1) if name else basename(file.path),
                kind=f"kubernetes {one.group(1)}",
                file=file.path,
                line=line,
            )
