"""Rules of a worker's output type: a model can fill it, and JSON carries it there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticOmit

from hivemind.conformance.bench import Bench
from hivemind.conformance.code_named import output_type_of
from hivemind.conformance.hive import small_hive_of
from hivemind.conformance.instances import CannotFillError, fill
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.conformance.workers import own_workers
from hivemind.models import WorkerOutput, WorkerSpec

NO_TYPE = "no worker has an output type of its own"
_CORE_FIELDS = ("provenance",)
"""Filled in by the core; no model sees them."""


def own_types(workers: list[WorkerSpec]) -> dict[str, type[WorkerOutput]]:
    """The output types of workers, by worker."""
    found = {spec.name: output_type_of(spec) for spec in workers}
    return {name: kind for name, kind in found.items() if kind is not None and kind is not WorkerOutput}


def output_schema(bench: Bench) -> Verdict:
    """Every output type has a JSON schema, the same in every process, whose fields a model can fill."""
    types = own_types(own_workers(bench))
    if not types:
        return skipped(NO_TYPE)
    problems: list[str] = []
    prints: dict[str, str] = {}
    for worker, kind in types.items():
        wrong = list(_unfillable(kind))
        problems += [f"{kind.__name__} of worker {worker!r}: {one}" for one in wrong]
        if not wrong:
            prints[f"the schema of {kind.__name__}"] = json.dumps(kind.model_json_schema(), indent=1)
            for full in (False, True):
                made = instance_of(kind, full=full)
                if isinstance(made, WorkerOutput):
                    what = f"the JSON of {'a full' if full else 'a small'} {kind.__name__}"
                    prints[what] = made.model_dump_json(indent=1)
    return judge(problems, ", ".join(kind.__name__ for kind in types.values()), prints)


def _unfillable(kind: type[WorkerOutput]) -> Iterator[str]:
    """Why a model can't fill a type, field by field."""
    from pydantic.errors import PydanticUserError

    broken = False
    for name, field in kind.model_fields.items():
        if name in _CORE_FIELDS:
            continue
        try:
            annotated: Any = field.rebuild_annotation()
            TypeAdapter(annotated, config=kind.model_config if _needs_config(annotated) else None).json_schema()
        except PydanticOmit:
            continue  # the schema does not show it, which is looked at below
        except (PydanticUserError, TypeError, ValueError) as error:
            broken = True
            yield f"a model can't fill the field {name!r}: {_short(error)}"
    if broken:
        return
    try:
        schema = kind.model_json_schema()
    except (PydanticUserError, TypeError, ValueError) as error:
        yield f"it has no JSON schema: {_short(error)}"
        return
    shown = schema.get("properties", {})
    for name, field in kind.model_fields.items():
        if field.is_required() and (field.alias or name) not in shown and name not in shown:
            yield f"a model can't fill the field {name!r}: it is required, and the schema does not show it"


def _needs_config(annotated: Any) -> bool:
    """Whether a type takes its model's settings; pydantic refuses them beside a type that has its own."""
    from pydantic import BaseModel

    return not (isinstance(annotated, type) and issubclass(annotated, BaseModel))


def _short(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def instance_of(kind: type[WorkerOutput], *, full: bool) -> WorkerOutput | str:
    """Make an output from its schema, as a model would give it; a sentence where that can't be done."""
    try:
        data = fill(kind.model_json_schema(), full=full)
        return kind.model_validate_json(json.dumps(data))
    except CannotFillError as error:
        return str(error)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def output_round_trip(bench: Bench) -> Verdict:
    """An output that becomes JSON and an output again is the same: what its schema allows, and what its rules gave."""
    from hivemind.conformance.running import outputs_of_runs

    workers = small_hive_of(bench).workers()
    types = own_types(workers)
    if not types:
        return skipped(NO_TYPE)
    problems: list[str] = []
    tried: list[str] = []
    untried: list[str] = []
    for worker, kind in types.items():
        made = [instance_of(kind, full=full) for full in (False, True)]
        outputs = [one for one in made if isinstance(one, WorkerOutput)]
        real = [one for one in outputs_of_runs(bench).get(worker, ()) if isinstance(one, kind)]
        if not outputs and not real:
            untried.append(f"none of {kind.__name__} can be made from its schema ({made[0]})")
        for one in (*outputs, *real):
            tried.append(kind.__name__)
            problems += [f"{kind.__name__} of worker {worker!r}: {wrong}" for wrong in _changed(one)]
    if not problems and not tried:
        return skipped("; ".join(untried))
    return judge(problems, f"{len(tried)} outputs of {', '.join(sorted(set(tried)))}")


def _changed(output: WorkerOutput) -> Iterator[str]:
    kind = type(output)
    try:
        text = output.model_dump_json()
        again = kind.model_validate_json(text)
        plain = kind.model_validate(output.model_dump(mode="json"))
    except (ValidationError, ValueError, TypeError) as error:
        yield f"its own JSON is refused: {_short(error)}"
        return
    for one in (again, plain):
        if one != output:
            fields = [name for name in kind.model_fields if getattr(one, name) != getattr(output, name)]
            told = ", ".join(
                f"{name} was {_cut(getattr(output, name))}, is {_cut(getattr(one, name))}" for name in fields
            )
            yield f"it is not the same after JSON: {told or 'in what no field holds'}"
            return
    if again.model_dump_json() != text:
        yield "its JSON is not the same the second time"


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
