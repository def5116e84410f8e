"""Score the facts of a checkout against hand-read truth.

    python benchmarks/facts_score.py CHECKOUT TRUTH.json [--auth FILE] [--tables FILE] [--key NAME]

TRUTH.json is a list of [METHOD, path]; NAME.auth.json beside it maps "METHOD path" to required, optional or none;
tables.json beside it lists tables and foreign keys under NAME (a kind that starts with
'optional' does not count).
Two paths match if they agree after parameter names are dropped; `unknown` authentication counts as half.
Exits 1 if recall or precision is under 0.95 or the agreement under 0.9.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hivemind_facts.assemble import extract
from hivemind_facts.models import Endpoint, Facts, Table

PATHS_AT_LEAST = 0.95
AUTH_AT_LEAST = 0.9
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Pair = tuple[str, str]


def shape(path: str) -> str:
    """A path without the names of its parameters and without a trailing slash."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") or "/"


def pairs_of(endpoints: Iterable[Endpoint], truth: Iterable[Pair]) -> dict[Pair, Endpoint]:
    """Method and shape of each endpoint; ANY stands for those methods of a path that the truth names."""
    asked = set(truth)
    found: dict[Pair, Endpoint] = {}
    for one in endpoints:
        methods = [one.method]
        if one.method == "ANY":
            methods = [method for method in METHODS if (method, shape(one.path)) in asked] or ["ANY"]
        for method in methods:
            found.setdefault((method, shape(one.path)), one)
    return found


def score_paths(facts: Facts, truth: list[list[str]]) -> tuple[float, float, list[Pair], list[Pair]]:
    """Recall, precision, what was missed, and what is too much."""
    wanted = {(method.upper(), shape(path)) for method, path in truth}
    found = set(pairs_of(facts.endpoints, wanted))
    hits = wanted & found
    recall = len(hits) / len(wanted) if wanted else 1.0
    precision = len(hits) / len(found) if found else float(not wanted)
    return recall, precision, sorted(wanted - found), sorted(found - wanted)


def score_auth(facts: Facts, truth: Mapping[str, str]) -> tuple[float, list[str]]:
    """Agreement over the endpoints of the truth that were found, and each disagreement."""
    wanted = {(key.split(" ", 1)[0].upper(), shape(key.split(" ", 1)[1])): value for key, value in truth.items()}
    found = pairs_of(facts.endpoints, wanted)
    total = points = 0.0
    wrong = []
    for pair, expected in wanted.items():
        one = found.get(pair)
        if one is None:
            continue
        total += 1
        points += 1.0 if one.auth == expected else 0.5 if one.auth == "unknown" else 0.0
        if one.auth != expected:
            wrong.append(f"{pair[0]} {pair[1]}: {one.auth}, not {expected} ({one.auth_evidence})")
    return (points / total if total else 0.0), wrong


def _keys(tables: Iterable[tuple[str, Iterable[tuple[str, str, bool]]]]) -> dict[tuple[str, str, str], bool]:
    return {(name, column, to): indexed for name, keys in tables for column, to, indexed in keys}


def score_tables(facts: Facts, truth: list[dict[str, Any]]) -> dict[str, Any]:
    """Recall and precision of tables and of foreign keys, and agreement on indexes."""
    optional = {one["table"] for one in truth if str(one.get("kind", "")).startswith("optional")}
    truth = [one for one in truth if one["table"] not in optional]
    wanted = {one["table"] for one in truth}
    counted = [one for one in facts.tables if one.name not in optional]
    found: dict[str, Table] = {one.name: one for one in counted}
    expected = _keys(
        (one["table"], [(key["column"], key["ref_table"], key["indexed"]) for key in one["foreign_keys"]])
        for one in truth
    )
    seen = _keys((one.name, [(key.column, key.ref_table, key.indexed) for key in one.foreign_keys]) for one in counted)
    both = expected.keys() & seen.keys()
    return {
        "tables_recall": _share(len(wanted & found.keys()), len(wanted)),
        "tables_precision": _share(len(wanted & found.keys()), len(found) or len(wanted)),
        "keys_recall": _share(len(both), len(expected)),
        "keys_precision": _share(len(both), len(seen) or len(expected)),
        "indexed_agreement": _share(sum(expected[key] == seen[key] for key in both), len(both) or len(expected)),
        "missed": sorted(wanted - found.keys()) + [" ".join(key) for key in sorted(expected.keys() - seen.keys())],
        "too_much": sorted(found.keys() - wanted) + [" ".join(key) for key in sorted(seen.keys() - expected.keys())],
        "index_wrong": [" ".join(key) for key in sorted(both) if expected[key] != seen[key]],
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def main() -> int:
    """Score one checkout and print what was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--auth", type=Path)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--key", help="the checkout's name in the file of tables; the truth file's by default")
    options = parser.parse_args()
    facts = extract(options.checkout)
    recall, precision, missed, more = score_paths(facts, json.loads(options.truth.read_text(encoding="utf-8")))
    good = recall >= PATHS_AT_LEAST and precision >= PATHS_AT_LEAST
    print(f"paths   recall {recall:.3f}  precision {precision:.3f}")
    _tell("missed", [" ".join(one) for one in missed])
    _tell("too much", [" ".join(one) for one in more])
    auth = options.auth or options.truth.with_suffix(".auth.json")
    if auth.is_file():
        agreement, wrong = score_auth(facts, json.loads(auth.read_text(encoding="utf-8")))
        good = good and agreement >= AUTH_AT_LEAST
        print(f"auth    agreement {agreement:.3f}")
        _tell("differs", wrong)
    tables = options.tables or options.truth.with_name("tables.json")
    key = options.key or options.truth.stem
    truth = json.loads(tables.read_text(encoding="utf-8")).get(key) if tables.is_file() else None
    if truth is not None:
        scored = score_tables(facts, truth)
        numbers = {name: value for name, value in scored.items() if isinstance(value, float)}
        good = good and all(value >= PATHS_AT_LEAST for name, value in numbers.items())
        print("tables  " + "  ".join(f"{name} {value:.3f}" for name, value in numbers.items()))
        for name in ("missed", "too_much", "index_wrong"):
            _tell(name.replace("_", " "), scored[name])
    _tell("unresolved", [f"{one.what}: {one.reason} ({one.file}:{one.line})" for one in facts.unresolved])
    return 0 if good else 1


def _tell(what: str, rows: list[str]) -> None:
    for row in rows:
        print(f"        {what}: {row}")


if __name__ == "__main__":
    sys.exit(main())
