"""What Go code talks to and reads: outgoing calls, queues and caches, environment variables, packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import EnvironmentVariable, External, Module
from hivemind_facts.readers.go.handlers import nodes
from hivemind_facts.readers.go.program import Program
from hivemind_facts.reading import Digest, Repository, Yielded

_SDKS: tuple[tuple[str, Any, str], ...] = (
    (r"go-redis|redigo", "cache", "redis"),
    (r"bradfitz/gomemcache", "cache", "memcached"),
    (r"segmentio/kafka-go|confluent-kafka-go|[Ss]hopify/sarama|IBM/sarama|twmb/franz-go", "queue", "kafka"),
    (r"amqp091-go|streadway/amqp", "queue", "rabbitmq"),
    (r"nats-io/nats", "queue", "nats"),
    (r"aws-sdk-go.*/sqs", "queue", "sqs"),
    (r"aws-sdk-go.*/s3$", "storage", "s3"),
    (r"minio/minio-go", "storage", "minio"),
    (r"cloud\.google\.com/go/storage", "storage", "gcs"),
    (r"go-mail|gomail|^net/smtp$|sendgrid", "mail", "smtp"),
    (r"lib/pq$|jackc/pgx|gorm\.io/driver/postgres|gorm/dialects/postgres", "database", "postgresql"),
    (r"go-sql-driver/mysql|gorm\.io/driver/mysql|gorm/dialects/mysql", "database", "mysql"),
    (r"go-sqlite3|gorm\.io/driver/sqlite|gorm/dialects/sqlite|modernc\.org/sqlite", "database", "sqlite"),
    (r"mongodb\.org/mongo-driver|go\.mongodb\.org", "database", "mongodb"),
    (r"elastic/go-elasticsearch|olivere/elastic", "database", "elasticsearch"),
    (r"stripe/stripe-go", "sdk", "stripe"),
    (r"sashabaranov/go-openai|openai/openai-go", "sdk", "openai"),
    (r"twilio/twilio-go", "sdk", "twilio"),
    (r"google\.golang\.org/grpc$", "sdk", "grpc"),
)
_SHORT = frozenset(("http.Get", "http.Post", "http.PostForm", "http.Head"))
_VIPER = frozenset(("GetString", "GetInt", "GetBool", "GetDuration", "Get", "BindEnv", "GetInt64", "GetStringSlice"))
_TAG = re.compile(r'\b(?:env|envconfig):"([A-Z][A-Z0-9_]+)[^"]*"')
_CONSTANT = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")


class StructureReader:
    """External services, environment variables and packages of Go code."""

    name = "go-structure"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield what the code talks to, reads and imports."""
        program = Program(repository)
        for path, digest in program.digests.items():
            yield from _sdks(path, digest)
            yield from _clients(program, path, digest)
            yield from _variables(path, digest)
        yield from _modules(program)


def _sdks(path: str, digest: Digest) -> Iterator[External]:
    for line, imported, _ in digest["imports"]:
        for pattern, kind, name in _SDKS:
            if re.search(pattern, imported):
                yield External(kind=kind, name=name, target="", file=path, line=line)
                break


def _clients(program: Program, path: str, digest: Digest) -> Iterator[External]:
    if "net/http" not in program.imports[path].values():
        return
    for call in digest["calls"]:
        if call["callee"] in _SHORT:
            yield External(
                kind="http", name="net/http", target=call["first"] or "", timeout=False, file=path, line=call["line"]
            )
        elif call["callee"] == "http.DefaultClient.Do":
            yield External(kind="http", name="net/http", timeout=False, file=path, line=call["line"])
    bodies = [function["body"] for function in digest["functions"] if function["body"]] + [digest["values"]]
    for node in (node for body in bodies for node in nodes(body)):
        if node[0] == "lit" and len(node) == 4 and node[1] == "http.Client":
            timeout = any(key == ("id", "Timeout") for key, _ in node[2])
            yield External(kind="http", name="net/http", timeout=timeout, file=path, line=node[3])


def _variables(path: str, digest: Digest) -> Iterator[EnvironmentVariable]:
    for item in digest["env"]:
        yield EnvironmentVariable(name=item["name"], default=item["default"], file=path, line=item["line"])
    for call in digest["calls"]:
        owner, _, name = call["callee"].rpartition(".")
        if owner.endswith("viper") and name in _VIPER and call["first"] and _CONSTANT.match(call["first"]):
            yield EnvironmentVariable(name=call["first"], file=path, line=call["line"])
    for declared in digest["types"].values():
        if declared[0] == "struct":
            for _, _, tag, line in declared[1]:
                for name in _TAG.findall(tag):
                    default = "envDefault" in tag or "default:" in tag
                    yield EnvironmentVariable(name=name, default=default, file=path, line=line)


def _modules(program: Program) -> Iterator[Module]:
    """Packages, and the packages of the repository that they import; a package is its folder."""
    for folder, files in program.packages.items():
        imported = {
            where
            for file in files
            for _, path, _ in program.digests[file]["imports"]
            if (where := program.folder(path)) is not None and where in program.packages and where != folder
        }
        lines = sum(program.digests[file]["lines"] for file in files)
        yield Module(path=folder or ".", imports=tuple(sorted(name or "." for name in imported)), lines=lines)
