"""Databases, caches and brokers: what configuration names, then what manifests have a driver for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname

from hivemind_facts.models import Resource
from hivemind_facts.repository import TreeRepository
from hivemind_facts.stack.catalog import ResourceKind
from hivemind_facts.stack.containers import compose_services
from hivemind_facts.stack.dependency import normal

_SCHEMES: dict[str, str] = {
    "postgres": "postgresql", "postgresql": "postgresql", "postgis": "postgresql", "psql": "postgresql",
    "pgsql": "postgresql", "pg": "postgresql", "cockroachdb": "cockroachdb", "asyncpg": "postgresql",
    "mysql": "mysql", "mysql2": "mysql", "mariadb": "mariadb", "sqlite": "sqlite", "sqlite3": "sqlite",
    "better-sqlite3": "sqlite", "spatialite": "sqlite", "libsql": "sqlite", "mssql": "sqlserver",
    "sqlserver": "sqlserver", "oracle": "oracle", "oracledb": "oracle", "h2": "h2", "mongodb": "mongodb",
    "mongo": "mongodb", "redis": "redis", "rediss": "redis", "valkey": "valkey", "memcached": "memcached",
    "memcache": "memcached", "amqp": "rabbitmq", "amqps": "rabbitmq", "pyamqp": "rabbitmq", "rabbitmq": "rabbitmq",
    "kafka": "kafka", "cp-kafka": "kafka", "nats": "nats", "elasticsearch": "elasticsearch",
    "opensearch": "opensearch", "clickhouse": "clickhouse", "clickhouse-server": "clickhouse",
    "cassandra": "cassandra", "neo4j": "neo4j", "influxdb": "influxdb", "minio": "s3", "s3": "s3", "sqs": "sqs",
    "meilisearch": "meilisearch", "mosquitto": "mqtt", "mqtt": "mqtt", "dynamodb": "dynamodb",
    "dynamodb-local": "dynamodb", "timescaledb": "postgresql", "pgvector": "postgresql", "hsqldb": "hsqldb",
    "derby": "derby", "redpanda": "kafka", "dragonfly": "redis", "activemq": "activemq", "qdrant": "qdrant",
    "weaviate": "weaviate",
}  # fmt: skip
_KINDS: dict[str, ResourceKind] = {
    "redis": "cache", "valkey": "cache", "memcached": "cache", "rabbitmq": "broker", "kafka": "broker",
    "nats": "broker", "mqtt": "broker", "sqs": "broker", "activemq": "broker", "elasticsearch": "search",
    "opensearch": "search", "meilisearch": "search", "qdrant": "search", "weaviate": "search", "s3": "storage",
}  # fmt: skip
_DRIVERS = {
    "postgresql": (
        "psycopg psycopg2 psycopg2-binary psycopg-binary asyncpg pg8000 aiopg pg pg-promise postgres @types/pg "
        "github.com/lib/pq github.com/jackc/pgx gorm.io/driver/postgres org.postgresql:postgresql "
        "io.r2dbc:r2dbc-postgresql org.postgresql:r2dbc-postgresql"
    ),
    "mysql": (
        "mysqlclient pymysql aiomysql asyncmy mysql-connector-python mysql mysql2 github.com/go-sql-driver/mysql "
        "gorm.io/driver/mysql com.mysql:mysql-connector-j mysql:mysql-connector-java"
    ),
    "mariadb": "mariadb org.mariadb.jdbc:mariadb-java-client",
    "sqlite": (
        "aiosqlite sqlite3 better-sqlite3 sqlite github.com/mattn/go-sqlite3 gorm.io/driver/sqlite "
        "github.com/glebarez/sqlite modernc.org/sqlite org.xerial:sqlite-jdbc @libsql/client"
    ),
    "h2": "com.h2database:h2",
    "sqlserver": "pyodbc pymssql mssql tedious com.microsoft.sqlserver:mssql-jdbc gorm.io/driver/sqlserver",
    "oracle": "oracledb cx-oracle com.oracle.database.jdbc:ojdbc8 com.oracle.database.jdbc:ojdbc11",
    "mongodb": (
        "pymongo motor mongoengine beanie mongodb mongoose go.mongodb.org/mongo-driver "
        "org.springframework.boot:spring-boot-starter-data-mongodb"
    ),
    "redis": (
        "redis aioredis django-redis ioredis connect-redis @redis/client github.com/redis/go-redis "
        "github.com/go-redis/redis org.springframework.boot:spring-boot-starter-data-redis redis.clients:jedis "
        "io.lettuce:lettuce-core github.com/gomodule/redigo"
    ),
    "memcached": "pymemcache pylibmc python-memcached memcached memjs github.com/bradfitz/gomemcache",
    "rabbitmq": (
        "pika aio-pika amqplib amqp-connection-manager github.com/rabbitmq/amqp091-go github.com/streadway/amqp "
        "org.springframework.boot:spring-boot-starter-amqp"
    ),
    "kafka": (
        "kafka-python confluent-kafka aiokafka kafkajs github.com/segmentio/kafka-go github.com/ibm/sarama "
        "github.com/shopify/sarama org.springframework.kafka:spring-kafka org.apache.kafka:kafka-clients "
        "node-rdkafka"
    ),
    "nats": "nats-py nats github.com/nats-io/nats.go",
    "elasticsearch": "elasticsearch @elastic/elasticsearch github.com/elastic/go-elasticsearch",
    "opensearch": "opensearch-py @opensearch-project/opensearch",
    "clickhouse": "clickhouse-driver clickhouse-connect @clickhouse/client github.com/clickhouse/clickhouse-go",
    "cassandra": "cassandra-driver github.com/gocql/gocql",
    "neo4j": "neo4j neo4j-driver",
    "s3": "minio @aws-sdk/client-s3 github.com/minio/minio-go",
    "sqs": "@aws-sdk/client-sqs",
    "dynamodb": "@aws-sdk/client-dynamodb",
}
"""By resource: the packages that are drivers of it."""
_BY_PACKAGE = {normal(package): name for name, packages in _DRIVERS.items() for package in packages.split()}
_URL = re.compile(
    r"\b(jdbc:)?([a-z][a-z0-9]*)(?:\+[a-z0-9_]+)*:(?://|(?<=h2:)|(?<=sqlite:)|(?<=oracle:))", re.IGNORECASE
)
_CONFIG_KINDS = frozenset({"env", "yaml", "properties", "ini", "toml"})
_CODE_CONFIG = re.compile(
    r"(^|[/._-])(settings|config|conf|database|db|knexfile|ormconfig|data-?source|sequelize|app\.module|\.sequelizerc)"
    r"[\w.-]*(/[\w.-]+)?\.(py|js|cjs|mjs|ts|json|go|java|kt)$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"django\.(?:contrib\.gis\.)?db\.backends\.(\w+)"
    r"|[\"']?\b(?:dialect|client|provider|connection|DB_CONNECTION|DB_DIALECT|DATABASE_ENGINE|DB_ENGINE)[\"']?\s*[:=]\s*[\"']?(\w[\w-]*)"
    r"|\btype\s*:\s*[\"'](postgres|mysql|mariadb|sqlite|better-sqlite3|mongodb|mssql|oracle|cockroachdb)[\"']",
    re.IGNORECASE,
)
_MAX_CHARS = 200_000


def resources(repository: TreeRepository) -> tuple[Resource, ...]:
    """What is configured, then what there is a driver for; each once a file."""
    found: dict[tuple[str, str], Resource] = {}
    for one in (*_composed(repository), *_configured(repository), *_prisma(repository), *_driven(repository)):
        found.setdefault((one.name, one.file), one)
    if not any(one.kind == "database" for one in found.values()):
        for one in _imported(repository):
            found.setdefault((one.name, one.file), one)
    return tuple(sorted(found.values(), key=lambda one: (one.kind, one.name, one.file, one.line or 0)))


def _resource(word: str, evidence: str, file: str, line: int | None) -> Iterator[Resource]:
    name = _SCHEMES.get(word.lower())
    if name:
        yield Resource(name=name, kind=_KINDS.get(name, "database"), evidence=evidence, file=file, line=line)


def _composed(repository: TreeRepository) -> Iterator[Resource]:
    for service in compose_services(repository):
        word = re.split(r"[:@]", basename(service.image))[0]
        yield from _resource(
            word, f"image {service.image} of compose service {service.name}", service.file, service.line
        )


def _configured(repository: TreeRepository) -> Iterator[Resource]:
    for file in repository.files():
        in_code = bool(_CODE_CONFIG.search(file.path))
        if not (in_code or file.language in _CONFIG_KINDS) or file.size > _MAX_CHARS or _beside_the_point(file.path):
            continue
        for number, line in enumerate(repository.text(file.path).splitlines(), 1):
            if len(line) > 2000 or line.lstrip().startswith(("#", "//", ";")):
                continue
            for url in _URL.finditer(line):
                yield from _resource(url.group(2), f"a {url.group(2).lower()} URL", file.path, number)
            for named in _NAMED.finditer(line) if in_code or file.language == "env" else ():
                word = next(group for group in named.groups() if group)
                yield from _resource(word, f"configured as {word}", file.path, number)


def _beside_the_point(path: str) -> bool:
    return path.endswith(("lock.yaml", ".lock", "pnpm-workspace.yaml")) or path.startswith((".github/", ".gitlab"))


def _prisma(repository: TreeRepository) -> Iterator[Resource]:
    for file in repository.files(".prisma"):
        text = repository.text(file.path)
        for block in re.finditer(r"^[ \t]*datasource[ \t]+\w+[ \t]*\{(.*?)^[ \t]*\}", text, re.MULTILINE | re.DOTALL):
            provider = re.search(r"provider\s*=\s*\[?\s*\"([\w]+)\"", block.group(1))
            if provider:
                line = text.count("\n", 0, block.start(1) + provider.start()) + 1
                yield from _resource(provider.group(1), f"Prisma datasource {provider.group(1)}", file.path, line)


def _driven(repository: TreeRepository) -> Iterator[Resource]:
    for manifest in repository.manifests().all:
        if manifest.lock or manifest.kind == "version catalogue":
            continue
        for one in manifest.dependencies:
            bare = re.sub(r"/v\d+$", "", one.name)
            name = _BY_PACKAGE.get(normal(bare))
            if name and not (one.ecosystem == "go" and one.dev):
                yield from _resource(name, f"driver {one.name}", manifest.file, one.line)


_IMPORTED = re.compile(
    r"^[ \t]*(?:import (sqlite3)|from (sqlite3) import|(?:_[ \t]+)?\"github\.com/jinzhu/gorm/dialects/(\w+)\")", re.M
)


def _imported(repository: TreeRepository) -> Iterator[Resource]:
    """Drivers that no manifest names (SQLite comes with Python): asked only where nothing else names a database."""
    seen: set[str] = set()
    for file in repository.files(".py", ".go"):
        folder = dirname(file.path)
        if folder in seen or file.size > _MAX_CHARS:
            continue
        text = repository.text(file.path)
        found = _IMPORTED.search(text)
        if found:
            seen.add(folder)
            word = next(group for group in found.groups() if group)
            yield from _resource(
                word, f"imports {word}", file.path, text.count("\n", 0, found.start(found.lastindex or 0)) + 1
            )
