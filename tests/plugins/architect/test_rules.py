"""The architecture is told from the facts, with evidence, and nothing beyond them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hivemind_architect.agent import build, problems_of
from hivemind_architect.models import ArchitectOutput, Component
from hivemind_architect.notes import render
from hivemind_architect.plugin import hivemind_workers
from hivemind_facts.models import Facts, Module, Service
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from hivemind.models import Alternative, Decision

Judge = Callable[..., ArchitectOutput]


def test_the_parts_are_there_with_their_evidence(judge: Judge, layered: Facts) -> None:
    output = judge(layered)
    assert {one.name for one in output.components} == {"service app", "app", "web", "sqlite", "rates"}
    service = output.components[0]
    assert service.depends_on == ("rates", "sqlite")
    assert [one.level for one in output.layers] == [0, 1, 2]
    assert any("one writer" in one.limit and one.where == "app/db.py:1" for one in output.scalability_limits)
    assert any("without a timeout" in one.limit for one in output.scalability_limits)
    assert any("3 lists given whole" in one.limit for one in output.scalability_limits)
    assert any(one.name == "version in the path" for one in output.patterns)
    assert any(one.name.endswith("user_of") and one.evidence.startswith("3 endpoints") for one in output.patterns)
    assert all(one.evidence for one in output.patterns)
    assert all(one.evidence for one in output.scalability_limits)
    assert all(one.rationale and one.alternatives for one in output.decisions)
    assert any(one.title == "module of 1,200 lines" and one.location == "web/cart.js:1" for one in output.findings)
    assert "index every new foreign key" in output.backend_requirements
    assert problems_of(output) == []


def test_ids_are_unique_and_the_roadmap_addresses_them(judge: Judge, layered: Facts) -> None:
    output = judge(layered)
    ids = [
        one.id for part in (output.findings, output.risks, output.scalability_limits, output.decisions) for one in part
    ]
    assert len(ids) == len(set(ids))
    assert [one.order for one in output.roadmap] == list(range(1, len(output.roadmap) + 1))
    assert output.roadmap[0].horizon == "now"
    assert output.roadmap[0].title == "use parameters"
    assert {address for one in output.roadmap for address in one.addresses} <= set(ids)


def test_scores_name_what_they_count(judge: Judge, layered: Facts) -> None:
    output = judge(layered)
    assert output.maturity is not None
    assert output.maintainability is not None
    assert output.extensibility is not None
    assert "no CI was found" in output.maturity.reason
    assert "1 critical or high finding" in output.maturity.reason
    mended = layered.model_copy(update={"findings": ()})
    better = judge(mended)
    assert better.maturity is not None
    assert better.maturity.value > output.maturity.value
    untested = layered.model_copy(update={"stack": layered.stack.model_copy(update={"tests": ()})})
    worse = judge(untested)
    assert worse.maintainability is not None
    assert worse.maintainability.value < output.maintainability.value
    assert "no test was found" in worse.maintainability.reason


def test_circles_are_findings_risks_and_lower_scores(judge: Judge, layered: Facts) -> None:
    circle = (
        *layered.modules[1:],
        Module(path="app/main.py", imports=("app/users.py",)),
        Module(path="app/x.py", imports=("app/y.py",)),
        Module(path="app/y.py", imports=("app/x.py",)),
    )
    output = judge(layered.model_copy(update={"modules": circle}))
    assert output.dependency_cycles[0].modules == ("app/x.py", "app/y.py")
    assert any("in a circle" in one.title for one in output.findings)
    whole = judge(layered)
    assert output.maintainability is not None
    assert whole.maintainability is not None
    assert output.maintainability.value < whole.maintainability.value
    assert "app/x.py → app/y.py → app/x.py" in render(output)


def test_nothing_gives_no_judgement(judge: Judge) -> None:
    output = judge(Facts())
    assert "nothing to judge" in output.summary
    assert (output.maturity, output.maintainability, output.extensibility) == (None, None, None)
    assert output.decisions == ()
    assert output.roadmap == ()
    assert output.component_diagram == ""
    assert judge(None).unresolved


def test_modules_that_the_task_names_come_first(judge: Judge, layered: Facts) -> None:
    assert judge(layered, "Add teams to the user page").next_actions[0] == (
        "read first what the task names: app/users.py, app/teams.py"
    )


def test_the_notes_render_every_part(judge: Judge, layered: Facts) -> None:
    notes = render(judge(layered))
    for heading in (
        "Summary",
        "Components",
        "Layers",
        "Patterns",
        "Scalability limits",
        "Risks",
        "Roadmap",
        "Decisions",
        "Maturity, maintainability, extensibility",
        "What the backend must heed",
        "Findings",
    ):
        assert f"## {heading}\n" in notes
    assert notes.count("```mermaid\nflowchart LR\n") == 1
    assert render(ArchitectOutput(summary="nothing")) == "## Summary\n\nnothing\n"


def test_names_of_services_can_be_anything(judge: Judge) -> None:
    odd = 'a "b" [c] <d>\n|e|'
    output = judge(Facts(services=(Service(name=odd, path="x", modules=1),), modules=(Module(path="x/a.py"),)))
    assert '"service a #quot;b#quot; [c] #lt;d#gt; |e|"' in output.component_diagram
    rows = [line for line in render(output).splitlines() if line.startswith("| service a")]
    assert len(rows) == 1


def test_the_worker_depends_on_nobody() -> None:
    (spec,) = hivemind_workers()
    assert (spec.name, spec.role, spec.model) == ("architect-worker", "architect", None)
    assert (spec.requires, spec.after, spec.aligns_with) == ((), (), ())
    assert spec.capabilities


def test_what_a_model_leaves_out_goes_back_to_it() -> None:
    seen: list[str] = []
    score = {"id": "S", "name": "n", "value": 5, "reason": "r"}
    whole = {"summary": "whole", "maturity": score, "maintainability": score, "extensibility": score}

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(str(messages[-1]))
        result = {"summary": "half"} if len(seen) == 1 else whole
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, result)])

    assert build().run_sync("go", model=FunctionModel(answer)).output.summary == "whole"
    assert "maturity is missing" in seen[1]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"decisions": (Decision(id="D", title="t", decision="d", rationale="r"),)}, "no alternative"),
        (
            {
                "decisions": (
                    Decision(id="D", title="t", decision="d", alternatives=(Alternative(name="x", why_not="y"),)),
                )
            },
            "no rationale",
        ),
        ({"components": (Component(name="a", depends_on=("ghost",)),)}, "ghost"),
    ],
)
def test_problems_are_named(parts: dict[str, object], said: str) -> None:
    output = ArchitectOutput.model_validate({"summary": "s", **parts})
    assert any(said in one for one in problems_of(output))
