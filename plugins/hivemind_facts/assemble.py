"""Everything together: languages and readers over one repository make its facts."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from hivemind_facts import merging, registry
from hivemind_facts.cache import RUNTIME, Cache
from hivemind_facts.contents import Progress
from hivemind_facts.listing import Listing
from hivemind_facts.models import (
    Call,
    Endpoint,
    EnvironmentVariable,
    External,
    Fact,
    Facts,
    GraphqlOperation,
    Module,
    RuleFinding,
    Skipped,
    Table,
    Unresolved,
)
from hivemind_facts.order import ordered
from hivemind_facts.paging import Paging
from hivemind_facts.reading import Language, Reader, Rule
from hivemind_facts.repository import TreeRepository
from hivemind_facts.source import code_version, identity
from hivemind_facts.stack import detect

FIELDS: dict[type[Fact], str] = {
    Endpoint: "endpoints",
    Table: "tables",
    GraphqlOperation: "graphql",
    Call: "calls",
    External: "external",
    EnvironmentVariable: "environment",
    Module: "modules",
    RuleFinding: "findings",
    Unresolved: "unresolved",
    Skipped: "skipped",
}
_Found: TypeAlias = dict[str, list[Any]]


def extract(
    root: Path,
    readers: Iterable[Reader] | None = None,
    rules: Iterable[Rule] | None = None,
    *,
    languages: Iterable[Language] | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
    listing: Listing | None = None,
) -> Facts:
    """Read the facts of a repository.

    Args:
        root: The repository's folder.
        readers: Those to run; all that are known if None.
        rules: Those to run; all that are known if None.
        languages: Foreign languages; those that plugins give if None.
        cache: Where digests and whole results are kept; None to make all anew.
        progress: Told what is being done on large trees.
        listing: The files to take, if somebody else has listed them already.
    """
    using_readers = registry.readers() if readers is None else list(readers)
    using_rules = registry.rules() if rules is None else list(rules)
    foreign = registry.foreign_languages() if languages is None else list(languages)
    repository = TreeRepository(root, cache=cache, progress=progress, languages=foreign, listing=listing)
    key = _key(repository, [*using_readers, *using_rules, *foreign])
    facts = _recall(cache, key)
    if facts is None:
        facts = _read(repository, using_readers, using_rules, progress)
        if cache is not None:
            cache.put_many({key: zlib.compress(facts.model_dump_json(exclude_defaults=True).encode(), 1)})
    if not repository.sessions:
        return facts
    # added last, so that a session that was written changes nothing that is cached
    return facts.model_copy(update={"skipped": ordered([*facts.skipped, *repository.sessions])})


def _key(repository: TreeRepository, parts: Sequence[object]) -> str:
    told = "\n".join((code_version(), repository.fingerprint(), *identity(parts)))
    return f"facts:{RUNTIME}:{hashlib.sha256(told.encode()).hexdigest()}"


def _recall(cache: Cache | None, key: str) -> Facts | None:
    packed = cache.get(key) if cache is not None else None
    if packed is None:
        return None
    try:
        return Facts.model_validate_json(zlib.decompress(packed))
    except (ValueError, zlib.error):
        return None


def _read(
    repository: TreeRepository, readers: Sequence[Reader], rules: Sequence[Rule], progress: Progress | None
) -> Facts:
    found: _Found = {name: [] for name in FIELDS.values()}
    repository.prepare()
    for number, reader in enumerate(readers):
        if progress is not None:
            progress(f"reading facts: {reader.name}", number, len(readers))
        _take(found, reader.name, reader.read(repository))
    found["unresolved"] += [*repository.unresolved, *repository.manifests().unresolved]
    found["skipped"] += repository.skipped
    for name, values in found.items():
        found[name] = [_served(repository, fact) for fact in values]
    made = detect.stack(repository)
    found["tables"] = merging.one_each(found["tables"], made.resources, repository.service_of)
    found["endpoints"] = Paging(repository).fill(found["endpoints"])
    rest = {"stack": made, "services": detect.services(repository, made)}
    facts = Facts(**{name: tuple(values) for name, values in found.items()}, **rest)
    for rule in rules:
        more: _Found = {name: [] for name in FIELDS.values()}
        _take(more, rule.name, rule.check(facts, repository))
        for name, values in more.items():
            found[name] += [_served(repository, fact) for fact in values]
    repository.close()
    return Facts(**{name: ordered(values) for name, values in found.items()}, **rest)


def _take(found: _Found, name: str, facts: Iterator[Fact]) -> None:
    """Collect what one reader or rule yields; a fault of one must not cost the facts of all others."""
    try:
        for fact in facts:
            found[FIELDS[type(fact)]].append(fact)
    except Exception as error:  # noqa: BLE001 - see above
        reason = f"{name} failed: {type(error).__name__}: {error}"[:500]
        found["unresolved"].append(Unresolved(what="reader", reason=reason, file=""))


def _served(repository: TreeRepository, fact: Any) -> Any:
    """A fact with its service filled in."""
    if getattr(fact, "service", None) != "":
        return fact
    service = repository.service_of(fact.path if isinstance(fact, Module) else fact.file)
    return fact.model_copy(update={"service": service}) if service else fact
