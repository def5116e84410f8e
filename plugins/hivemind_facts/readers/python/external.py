"""Services outside that Python code talks to: HTTP clients, SDKs, queues, caches, mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from hivemind_facts.models import External
from hivemind_facts.reading import Digest, Repository, Yielded

Kind: TypeAlias = Literal["http", "sdk", "queue", "cache", "database", "mail", "storage"]

_VERBS = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "urlopen"))
_HTTP = ("requests", "httpx", "aiohttp", "urllib3", "urllib", "grequests", "treq")
_CLIENTS = ("Session", "session", "Client", "AsyncClient", "ClientSession", "PoolManager")
_AWS: dict[str, Kind] = {"s3": "storage", "sqs": "queue", "sns": "queue", "ses": "mail", "dynamodb": "database"}
_SERVICES: dict[str, tuple[str, Kind]] = {
    "redis": ("redis", "cache"),
    "aioredis": ("redis", "cache"),
    "pymemcache": ("memcached", "cache"),
    "celery": ("celery", "queue"),
    "rq": ("rq", "queue"),
    "dramatiq": ("dramatiq", "queue"),
    "arq": ("arq", "queue"),
    "kafka": ("kafka", "queue"),
    "aiokafka": ("kafka", "queue"),
    "confluent_kafka": ("kafka", "queue"),
    "pika": ("rabbitmq", "queue"),
    "aio_pika": ("rabbitmq", "queue"),
    "kombu": ("rabbitmq", "queue"),
    "nats": ("nats", "queue"),
    "smtplib": ("smtp", "mail"),
    "aiosmtplib": ("smtp", "mail"),
    "fastapi_mail": ("smtp", "mail"),
    "flask_mail": ("smtp", "mail"),
    "emails": ("smtp", "mail"),
    "sendgrid": ("sendgrid", "mail"),
    "resend": ("resend", "mail"),
    "stripe": ("stripe", "sdk"),
    "twilio": ("twilio", "sdk"),
    "openai": ("openai", "sdk"),
    "anthropic": ("anthropic", "sdk"),
    "sentry_sdk": ("sentry", "sdk"),
    "slack_sdk": ("slack", "sdk"),
    "firebase_admin": ("firebase", "sdk"),
    "googleapiclient": ("google", "sdk"),
    "minio": ("minio", "storage"),
    "elasticsearch": ("elasticsearch", "database"),
    "opensearchpy": ("opensearch", "database"),
    "pymongo": ("mongodb", "database"),
    "motor": ("mongodb", "database"),
    "asyncpg": ("postgresql", "database"),
    "psycopg2": ("postgresql", "database"),
    "psycopg": ("postgresql", "database"),
    "pymysql": ("mysql", "database"),
    "sqlite3": ("sqlite", "database"),
}
_OPENERS = frozenset(
    (
        "connect",
        "connect_robust",
        "from_url",
        "create_pool",
        "init",
        "build",
        "send",
        "create",
        "initialize_app",
        "send_mail",
    )
)


class PythonExternal:
    """Reads the services that Python code talks to."""

    name = "python-external"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield every HTTP call, and every service once a file."""
        for path, digest in repository.digests("python").items():
            if not digest["test"]:
                yield from _file(path, digest)


def _file(path: str, digest: Digest) -> Iterator[External]:
    names: dict[str, str] = {}
    for _, module, level, name, alias in digest["imports"]:
        if not level:
            dotted = module if name is None else f"{module}.{name}"
            names[alias or (module.partition(".")[0] if name is None else name)] = (
                module.partition(".")[0] if name is None and not alias else dotted
            )
    seen: set[tuple[str, str]] = set()
    for call in digest["calls"]:
        head, _, rest = call["callee"].partition(".")
        base = head.removesuffix("()")
        dotted = f"{names[base]}{'()' if base != head else ''}{'.' if rest else ''}{rest}" if base in names else ""
        fact = _fact(dotted, call, path) if dotted else None
        if fact is not None and (fact.kind == "http" or (fact.name, fact.kind) not in seen):
            seen.add((fact.name, fact.kind))
            yield fact


def _fact(dotted: str, call: Digest, path: str) -> External | None:
    package = dotted.partition(".")[0].removesuffix("()")
    last = dotted.rpartition(".")[2]
    first = call["first"] or ""
    if package in _HTTP:
        return _http(package, last, call, path)
    if package in ("boto3", "aioboto3") and last in ("client", "resource"):
        kind = _AWS.get(first, "sdk")
        return External(kind=kind, name=f"aws {first}".strip(), file=path, line=call["line"])
    if dotted.startswith("django.core.mail."):
        return External(kind="mail", name="smtp", file=path, line=call["line"])
    if dotted.startswith("google.cloud."):
        product = dotted.split(".")[2]
        kind = "storage" if product == "storage" else "queue" if product == "pubsub" else "sdk"
        return External(kind=kind, name=f"google {product}", file=path, line=call["line"])
    if package in _SERVICES and (last[:1].isupper() or last in _OPENERS):
        name, kind = _SERVICES[package]
        target = first if "://" in first else ""
        return External(kind=kind, name=name, target=_masked(target), file=path, line=call["line"])
    return None


def _http(package: str, last: str, call: Digest, path: str) -> External | None:
    if package == "urllib" and last != "urlopen":
        return None
    client = last in _CLIENTS
    if last not in _VERBS and not client:
        return None
    timed = "timeout" in call["keywords"] or (package == "urllib" and call["arguments"] > 2)
    timeout: bool | None = timed or package in ("httpx", "aiohttp")  # those two have a default of their own
    if "**" in call["keywords"] or (client and not timed):
        timeout = None if package not in ("httpx", "aiohttp") or "**" in call["keywords"] else True
    target = call["first"] or ""
    return External(
        kind="http",
        name=package,
        target=_masked(target) if "://" in target else "",
        timeout=timeout,
        file=path,
        line=call["line"],
    )


def _masked(url: str) -> str:
    """A URL without the credentials in it."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else url
