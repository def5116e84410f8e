"""Holds a model's result against the repository's facts: what it calls existing must exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hivemind_backend.models import BackendOutput
from hivemind_backend.naming import bare, singular_of, words
from hivemind_backend.tables import table_model

if TYPE_CHECKING:
    from hivemind_facts.models import Facts


def complete(output: BackendOutput, facts: Facts | None) -> BackendOutput:
    """Tell existing tables and endpoints as the facts have them, so that the result stands alone.

    Tables that the changes refer to and endpoints that the result does not list are added; a table that is called
    existing has the columns that the facts know.
    """
    if facts is None:
        return output
    output = _with_known_columns(_with_endpoints(output, facts), facts)
    from hivemind_backend.checks.sql import referred_tables

    listed = {bare(one.name).lower() for one in output.data_model}
    needed = {name.lower() for change in output.database_changes for name in referred_tables(change)} - listed
    added = tuple(table_model(one) for one in facts.tables if bare(one.name).lower() in needed)
    return output.model_copy(update={"data_model": (*output.data_model, *added)}) if added else output


def _with_endpoints(output: BackendOutput, facts: Facts) -> BackendOutput:
    from hivemind_backend.rules.inventory import inventory

    listed = {(one.method, _shape(one.path)) for one in output.api_endpoints}
    added = tuple(one for one in inventory(facts) if (one.method, _shape(one.path)) not in listed)
    return output.model_copy(update={"api_endpoints": (*output.api_endpoints, *added)}) if added else output


def _with_known_columns(output: BackendOutput, facts: Facts) -> BackendOutput:
    known = {bare(one.name).lower(): one for one in facts.tables if one.columns}
    tables = tuple(
        table_model(known[bare(one.name).lower()])
        if one.status == "existing" and bare(one.name).lower() in known
        else one
        for one in output.data_model
    )
    return output if tables == output.data_model else output.model_copy(update={"data_model": tables})


def ungrounded(output: BackendOutput, facts: Facts | None) -> list[str]:
    """Say what a result calls existing that neither the facts know nor a place in the code shows."""
    if facts is None:
        return []
    known = {(one.method, _shape(one.path)) for one in facts.endpoints}
    any_method = {_shape(one.path) for one in facts.endpoints if one.method == "ANY"}
    problems = [
        f"{one.method} {one.path} is called existing, but the facts have no such endpoint: give its place"
        for one in output.api_endpoints
        if one.status == "existing" and not one.location
        if (one.method, _shape(one.path)) not in known and _shape(one.path) not in any_method
    ]
    tables = {tuple(singular_of(words(bare(one.name)))) for one in facts.tables}
    problems += [
        f"table {one.name} is called existing, but the facts have no such table: give its place"
        for one in output.data_model
        if one.status == "existing" and not one.location and tables
        if tuple(singular_of(words(bare(one.name)))) not in tables
    ]
    return problems


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/") or "/")
