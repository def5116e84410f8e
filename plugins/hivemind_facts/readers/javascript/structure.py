"""Structure: modules and what they import, environment variables, packages that talk to something outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from hivemind_facts.models import EnvironmentVariable, External, Module
from hivemind_facts.readers.javascript import program
from hivemind_facts.readers.javascript.resolution import Resolver
from hivemind_facts.reading import Repository, Yielded

Kind: TypeAlias = Literal["http", "sdk", "queue", "cache", "database", "mail", "storage"]

PACKAGES: dict[str, tuple[Kind, str]] = {
    "pg": ("database", "postgresql"),
    "pg-promise": ("database", "postgresql"),
    "postgres": ("database", "postgresql"),
    "mysql": ("database", "mysql"),
    "mysql2": ("database", "mysql"),
    "sqlite3": ("database", "sqlite"),
    "better-sqlite3": ("database", "sqlite"),
    "mongodb": ("database", "mongodb"),
    "mongoose": ("database", "mongodb"),
    "@prisma/client": ("database", "prisma"),
    "typeorm": ("database", "typeorm"),
    "sequelize": ("database", "sequelize"),
    "knex": ("database", "knex"),
    "drizzle-orm": ("database", "drizzle"),
    "cassandra-driver": ("database", "cassandra"),
    "neo4j-driver": ("database", "neo4j"),
    "@elastic/elasticsearch": ("database", "elasticsearch"),
    "redis": ("cache", "redis"),
    "ioredis": ("cache", "redis"),
    "memcached": ("cache", "memcached"),
    "memjs": ("cache", "memcached"),
    "bull": ("queue", "redis"),
    "bullmq": ("queue", "redis"),
    "@nestjs/bull": ("queue", "redis"),
    "@nestjs/bullmq": ("queue", "redis"),
    "bee-queue": ("queue", "redis"),
    "agenda": ("queue", "mongodb"),
    "amqplib": ("queue", "rabbitmq"),
    "amqp-connection-manager": ("queue", "rabbitmq"),
    "kafkajs": ("queue", "kafka"),
    "kafka-node": ("queue", "kafka"),
    "nats": ("queue", "nats"),
    "mqtt": ("queue", "mqtt"),
    "@aws-sdk/client-sqs": ("queue", "amazon sqs"),
    "@aws-sdk/client-sns": ("queue", "amazon sns"),
    "@google-cloud/pubsub": ("queue", "google pub/sub"),
    "@azure/service-bus": ("queue", "azure service bus"),
    "@aws-sdk/client-s3": ("storage", "amazon s3"),
    "@google-cloud/storage": ("storage", "google cloud storage"),
    "@azure/storage-blob": ("storage", "azure blob storage"),
    "minio": ("storage", "minio"),
    "cloudinary": ("storage", "cloudinary"),
    "nodemailer": ("mail", "smtp"),
    "@sendgrid/mail": ("mail", "sendgrid"),
    "mailgun.js": ("mail", "mailgun"),
    "resend": ("mail", "resend"),
    "postmark": ("mail", "postmark"),
    "stripe": ("sdk", "stripe"),
    "twilio": ("sdk", "twilio"),
    "aws-sdk": ("sdk", "amazon web services"),
    "firebase-admin": ("sdk", "firebase"),
    "firebase": ("sdk", "firebase"),
    "openai": ("sdk", "openai"),
    "@anthropic-ai/sdk": ("sdk", "anthropic"),
    "@supabase/supabase-js": ("sdk", "supabase"),
    "@slack/web-api": ("sdk", "slack"),
    "@octokit/rest": ("sdk", "github"),
    "googleapis": ("sdk", "google"),
    "@sentry/node": ("sdk", "sentry"),
    "algoliasearch": ("sdk", "algolia"),
}


class Structure:
    """Reads modules, environment variables and packages that reach outside."""

    name = "javascript-structure"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield modules, environment variables and externals."""
        resolver = Resolver(repository)
        for path, digest in repository.digests(*program.LANGUAGES).items():
            if path.endswith((".html", ".htm")) and not digest["imports"]:
                continue
            own: dict[str, None] = {}
            for line, source, kind in digest["imports"]:
                target = resolver.resolve(source, path)
                if target is not None and target != path:
                    own[target] = None
                elif target is None and kind != "type" and not program.is_test(path):
                    known = PACKAGES.get(source) or PACKAGES.get(source.split("/")[0])
                    if known is not None:
                        yield External(kind=known[0], name=known[1], target=source, file=path, line=line)
            yield Module(path=path, imports=tuple(own), lines=digest["lines"])
            for line, name, default in digest["environment"]:
                yield EnvironmentVariable(name=name, default=default, file=path, line=line)
