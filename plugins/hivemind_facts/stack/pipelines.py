"""Continuous integration: which workflows there are, and what their jobs are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename
from typing import Any

from hivemind_facts.models import Place
from hivemind_facts.repository import TreeRepository
from hivemind_facts.stack import yaml_text

_NOT_JOBS = frozenset(
    {
        "stages",
        "variables",
        "include",
        "default",
        "workflow",
        "image",
        "services",
        "before_script",
        "after_script",
        "cache",
        "pages",
    }
)


def pipelines(repository: TreeRepository) -> tuple[Place, ...]:
    """Every workflow file of every known system."""
    found = [place for file in repository.files() for place in _of(repository, file.path)]
    return tuple(sorted(found, key=lambda one: (one.file, one.name)))


def _of(repository: TreeRepository, path: str) -> Iterator[Place]:
    name = basename(path)
    if re.fullmatch(r"(.*/)?\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml", path):
        data = yaml_text.load(repository.text(path))
        yield _place(str(data.get("name") or name), "GitHub Actions", path, _keys(data.get("jobs")))
    elif name in (".gitlab-ci.yml", ".gitlab-ci.yaml"):
        data = yaml_text.load(repository.text(path))
        jobs = [str(key) for key, value in data.items() if isinstance(value, dict) and key not in _NOT_JOBS]
        yield _place(name, "GitLab CI", path, [job for job in jobs if not job.startswith(".")])
    elif name == "Jenkinsfile" or name.startswith("Jenkinsfile."):
        stages = re.findall(r"\bstage\s*\(\s*[\"']([^\"']+)", repository.text(path))
        yield _place(name, "Jenkins", path, stages, "stages")
    elif path.endswith((".circleci/config.yml", ".circleci/config.yaml")):
        yield _place(name, "CircleCI", path, _keys(yaml_text.load(repository.text(path)).get("jobs")))
    elif re.fullmatch(r"\.?azure-pipelines[\w.-]*\.ya?ml", name):
        yield _place(name, "Azure Pipelines", path, _azure(yaml_text.load(repository.text(path))))
    elif name in (
        "bitbucket-pipelines.yml",
        ".travis.yml",
        ".drone.yml",
        "appveyor.yml",
        ".woodpecker.yml",
        "cloudbuild.yaml",
    ):
        kind = {
            "bitbucket-pipelines.yml": "Bitbucket Pipelines",
            ".travis.yml": "Travis CI",
            ".drone.yml": "Drone",
            "appveyor.yml": "AppVeyor",
            ".woodpecker.yml": "Woodpecker",
            "cloudbuild.yaml": "Cloud Build",
        }[name]
        yield _place(name, kind, path, [])


def _place(name: str, kind: str, path: str, jobs: list[str], word: str = "jobs") -> Place:
    detail = f"{word}: {', '.join(jobs[:20])}" if jobs else ""
    return Place(name=name, kind=kind, file=path, line=1, detail=detail)


def _keys(value: Any) -> list[str]:
    return [str(key) for key in value] if isinstance(value, dict) else []


def _azure(data: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for part in (data, *[one for one in _list(data.get("stages")) if isinstance(one, dict)]):
        for job in _list(part.get("jobs")):
            found += [str(job.get("job") or job.get("deployment") or "job")] if isinstance(job, dict) else []
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
