"""What Java code talks to and reads: outgoing calls, queues and caches, environment variables, packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname
from typing import Any

from hivemind_facts.models import EnvironmentVariable, External, Module
from hivemind_facts.readers.jvm.program import Program, Type, program
from hivemind_facts.reading import Digest, Repository, Yielded

_CLIENTS = {
    "RestTemplate": ("http", "RestTemplate"),
    "WebClient": ("http", "WebClient"),
    "RestClient": ("http", "RestClient"),
    "HttpClient": ("http", "HttpClient"),
    "OkHttpClient": ("http", "OkHttp"),
    "KafkaTemplate": ("queue", "kafka"),
    "RabbitTemplate": ("queue", "rabbitmq"),
    "JmsTemplate": ("queue", "jms"),
    "SqsTemplate": ("queue", "sqs"),
    "RedisTemplate": ("cache", "redis"),
    "StringRedisTemplate": ("cache", "redis"),
    "JavaMailSender": ("mail", "smtp"),
    "MailSender": ("mail", "smtp"),
    "S3Client": ("storage", "s3"),
    "AmazonS3": ("storage", "s3"),
    "MinioClient": ("storage", "minio"),
    "MongoTemplate": ("database", "mongodb"),
    "ElasticsearchOperations": ("database", "elasticsearch"),
}
_TIMEOUT = re.compile(r"timeout", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]{2,})(:[^}]*)?\}")


class StructureReader:
    """External services, environment variables and packages of Java code."""

    name = "java-structure"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield what the code talks to, reads and imports."""
        code = program(repository)
        digests = {path: digest for path, digest in repository.digests("java", "kotlin").items() if not digest["test"]}
        for owner in code.types:
            yield from _external(code, owner)
            yield from _values(owner)
        for path, digest in digests.items():
            for item in digest["env"]:
                yield EnvironmentVariable(name=item["name"], default=item["default"], file=path, line=item["line"])
        yield from _settings(repository)
        yield from _modules(digests)


def _external(code: Program, owner: Type) -> Iterator[External]:
    for name, values, line in owner.data["annotations"]:
        if name.rsplit(".", 1)[-1] in ("FeignClient", "HttpExchange", "RegisterRestClient"):
            target = next(
                (t for key in ("url", "baseUri", "name", "value") if (t := code.text(values.get(key), owner))), ""
            )
            yield External(
                kind="http", name=name.rsplit(".", 1)[-1], target=target or "", timeout=None, file=owner.file, line=line
            )
    seen: set[str] = set()
    timed = bool(_TIMEOUT.search(str(owner.data["methods"])))
    for field in owner.data["fields"]:
        kind = field["type"].split("<", 1)[0].rsplit(".", 1)[-1]
        if kind in _CLIENTS and kind not in seen:
            seen.add(kind)
            yield _made(owner, kind, field["line"], timed, created="'new'" in str(field["value"]))
    for method in owner.data["methods"]:
        for node in _constructions(method["body"]):
            kind = node[1].split("<", 1)[0].rsplit(".", 1)[-1]
            if kind in _CLIENTS and kind not in seen:
                seen.add(kind)
                yield _made(owner, kind, node[3], timed, created=True)


def _made(owner: Type, kind: str, line: int, timed: bool, created: bool) -> External:
    group, name = _CLIENTS[kind]
    timeout = (True if timed else False if created else None) if group == "http" else None
    return External(kind=group, name=name, timeout=timeout, file=owner.file, line=line)


def _constructions(body: Any) -> Iterator[tuple[Any, ...]]:
    stack, budget = [body], 20_000
    while stack and budget:
        budget -= 1
        item = stack.pop()
        if isinstance(item, tuple) and len(item) == 4 and item[0] == "new":
            yield item
        if isinstance(item, tuple | list):
            stack += [child for child in reversed(item) if isinstance(child, tuple | list)]


def _values(owner: Type) -> Iterator[EnvironmentVariable]:
    """`@Value("${NAME}")` on fields and parameters, where the key is spelt as an environment variable."""
    noted = [(field["annotations"], field["line"]) for field in owner.data["fields"]]
    noted += [(notes, method["line"]) for method in owner.data["methods"] for _, _, notes in method["params"]]
    for notes, line in noted:
        for name, values, _ in notes:
            given = values.get("value")
            if name.rsplit(".", 1)[-1] in ("Value", "ConfigProperty") and given and given[0] == "s":
                for key, default in _VARIABLE.findall(given[1]):
                    yield EnvironmentVariable(name=key, default=bool(default), file=owner.file, line=line)


def _settings(repository: Repository) -> Iterator[EnvironmentVariable]:
    """`${NAME}` in the application's settings files."""
    for file in repository.files(".properties", ".yml", ".yaml"):
        if "src/main/resources/" not in f"/{file.path}" or "application" not in file.path.rsplit("/", 1)[-1]:
            continue
        for number, line in enumerate(repository.text(file.path).splitlines(), 1):
            for key, default in _VARIABLE.findall(line):
                yield EnvironmentVariable(name=key, default=bool(default), file=file.path, line=number)


def _modules(digests: dict[str, Digest]) -> Iterator[Module]:
    """Packages, and the packages of the repository that they import; a package is its folder."""
    folders: dict[str, str] = {}
    lines: dict[str, int] = {}
    imports: dict[str, set[str]] = {}
    for path, digest in digests.items():
        folders.setdefault(digest["package"], dirname(path))
        lines[dirname(path)] = lines.get(dirname(path), 0) + digest["lines"]
    for path, digest in digests.items():
        here = imports.setdefault(dirname(path), set())
        for _, name, _, star in digest["imports"]:
            package = name if star else name.rpartition(".")[0]
            while package and package not in folders:
                package = package.rpartition(".")[0]
            if package and folders[package] != dirname(path):
                here.add(folders[package])
    for folder, others in sorted(imports.items()):
        yield Module(path=folder, imports=tuple(sorted(others)), lines=lines[folder])
