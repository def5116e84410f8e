"""The parts of a report, in the order in which they stand; each is short however large the session was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hivemind.models import EMBEDDED, SEVERITIES, SUCCEEDED, Finding, Usage
from hivemind.notes import NotesDocument
from hivemind.plugin_info import LOCAL
from hivemind.report_material import Material, verification_findings
from hivemind.session.state import ToolCall

MAX_FINDINGS = 150
MAX_DETAILED = 25
MAX_ROWS = 100
MAX_ENDPOINTS = 200
MAX_ACTIONS = 40
_MAX_TEXT = 1_000


def short(text: str, limit: int = _MAX_TEXT) -> str:
    """Text on one line, cut where it is longer than the limit."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def counted(number: int, what: str) -> str:
    """'1 worker', '2 workers'."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def more(document: NotesDocument, shown: int, total: int, what: str, where: str) -> None:
    """Say how many of a capped list are not shown, and where they are."""
    if total > shown:
        document.text(f"{total - shown:,} of {total:,} {what} are not shown here; {where}.")


def head(document: NotesDocument, material: Material) -> None:
    """What the session was about, how it ended, and who made this."""
    state = material.session.state
    status = material.session.effective_status()
    reason = f" ({state.reason})" if state.reason and state.reason != status else ""
    planned = state.plan.workers if state.plan is not None else ()
    local = sorted({f"{one.plugin} ({one.source})" for one in planned if one.source.startswith(LOCAL)})
    document.text(f"# Session {state.id}")
    text = state.task.text if state.task else ""
    document.heading("Task").fence(text if len(text) <= 4_000 else text[:4_000] + "\n… (cut; whole in the journal)")
    document.heading("Status").table(
        ("What", "Value"),
        [
            ("Status", f"{status}{reason}"),
            ("Repository", state.task.repo if state.task else ""),
            ("Created", state.created_at),
            ("Last event", f"{state.updated_at} (seq {state.seq})"),
            ("hivemind", state.version),
            *((("Local plugins", ", ".join(local)),) if local else ()),
        ],
    )
    document.text(who_made_it(material))


def who_made_it(material: Material) -> str:
    """Say honestly which models were asked, or that none was."""
    asked: Counter[str] = Counter()
    by_rule, by_plugin = 0, 0
    for one in material.workers:
        output = material.common.get(one.name)
        made = output.provenance if output is not None else None
        if one.usage.requests or (made is not None and made.model_asked):  # a cached result was asked for earlier
            asked[one.model] += 1
        elif output is not None and one.model in (EMBEDDED, ""):
            by_rule += 1
        elif output is not None:
            by_plugin += 1
    rest = [
        f"{counted(number, 'result')} came from {whom} without a model"
        for number, whom in ((by_rule, "rules"), (by_plugin, "plugins' own code"))
        if number
    ]
    if asked:
        models = ", ".join(f"{model} ({counted(number, 'worker')})" for model, number in sorted(asked.items()))
        told = "".join(f" {one}." for one in rest)
        return f"Models asked: {models}.{told} What a model wrote is to be reviewed before it is used."
    if by_plugin:
        return f"No model was asked: {'; '.join(rest)}."
    if by_rule:
        return (
            "No model was asked: every result below was made by rules from the repository's facts and from earlier "
            "results."
        )
    return "No worker gave a result, and no model was asked."


def summary(document: NotesDocument, material: Material) -> None:
    """How many workers ended how, and what each one says in a sentence or two."""
    counts = Counter(one.status for one in material.workers)
    told = ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
    document.heading("Summary").text(f"{counted(len(material.workers), 'worker')}: {told}." if told else "No workers.")
    said = [one for one in material.workers if one.name in material.outputs and one.last.summary]
    document.bullets(f"**{one.name}**: {short(one.last.summary)}" for one in said[:MAX_ROWS])
    more(document, MAX_ROWS, len(said), "summaries", "see the workers' notes")


def merged(material: Material) -> list[tuple[Finding, list[str]]]:
    """Findings of all workers; one that several made about the same thing is told once, with all its sources."""
    merged: dict[tuple[str, str], tuple[Finding, list[str]]] = {}
    checks = {one.name for one in material.checks}
    for name, output in sorted(material.common.items(), key=lambda pair: pair[0] in checks):
        for number, one in enumerate(output.findings):
            place = one.location or f"{name} {number}"
            if name in checks:  # a check says in the same words what a worker may have found at another of the places
                same = " ".join(one.title.lower().split())
                place = next((where for where, title in merged if title == same), place)
            known = merged.setdefault((place, " ".join(one.title.lower().split())), (one, []))
            source = f"{name} {one.id}"
            known[1].append(source)
            if SEVERITIES.index(one.severity) < SEVERITIES.index(known[0].severity):
                merged[(place, " ".join(one.title.lower().split()))] = (one, known[1])
    return sorted(
        merged.values(), key=lambda pair: (SEVERITIES.index(pair[0].severity), pair[0].possible, pair[0].location or "")
    )


def findings(document: NotesDocument, material: Material) -> None:
    """What an engineer should look at, the most severe first, each with who found it."""
    found = merged(material)
    counts = Counter(one.severity for one, _ in found)
    document.heading("Findings")
    if not found:
        document.text("No worker reported a finding." if material.common else "")
        return
    document.text(", ".join(f"{counts[severity]:,} {severity}" for severity in SEVERITIES if counts[severity]) + ".")
    document.table(
        ("Severity", "Finding", "Where", "Remedy", "Source"),
        [
            (
                f"{one.severity}{' (possible)' if one.possible else ''}",
                short(one.title, 200),
                short(one.location or "", 120),
                short(one.remedy, 300),
                short(", ".join(sources), 160),
            )
            for one, sources in found[:MAX_FINDINGS]
        ],
    )
    more(document, MAX_FINDINGS, len(found), "findings", "see the workers' notes and JSON")
    detailed = [pair for pair in found[:MAX_FINDINGS] if pair[0].evidence or pair[0].detail or pair[0].statement]
    for one, sources in detailed[:MAX_DETAILED]:
        document.heading(f"{sources[0].rsplit(' ', 1)[-1]}: {short(one.title, 160)}", 3)
        document.text(short(one.detail)).text(f"Evidence: {short(one.evidence)}" if one.evidence else "")
        document.fence((one.statement or "")[:4_000], "sql")
    more(document, MAX_DETAILED, len(detailed), "findings with evidence", "see the workers' notes")


def decisions(document: NotesDocument, material: Material) -> None:
    """What was decided, by whom, and what was not taken."""
    found = [(name, one) for name, output in material.common.items() for one in output.decisions]
    document.heading("Decisions")
    for name, one in found[:MAX_ROWS]:
        document.heading(f"{one.id}: {short(one.title, 200)} ({name})", 3)
        document.text(one.decision).text(f"Why: {one.rationale}" if one.rationale else "")
        document.bullets(f"Not {other.name}: {other.why_not}" for other in one.alternatives)
    more(document, MAX_ROWS, len(found), "decisions", "see the workers' notes")


def _scores(output: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The scores of an output, wherever its type keeps them."""
    named = [one for one in output.get("scores") or () if isinstance(one, Mapping)]
    own = [one for one in output.values() if isinstance(one, Mapping) and {"name", "value", "reason"} <= one.keys()]
    return [*named, *own]


def scores(document: NotesDocument, material: Material) -> None:
    """The judgements on a scale, with their reasons."""
    found = [(name, one) for name, output in material.outputs.items() for one in _scores(output)]
    document.heading("Scores").table(
        ("Score", "Of 10", "Reason", "Source"),
        [
            (one["name"], one["value"], short(str(one["reason"]), 400), f"{name} {one.get('id', '')}".strip())
            for name, one in found[:MAX_ROWS]
        ],
    )
    more(document, MAX_ROWS, len(found), "scores", "see the workers' notes")


def contract(document: NotesDocument, material: Material) -> None:
    """The endpoints that are offered, and how the calls fit them."""
    document.heading("API contract")
    for name, output in material.outputs.items():
        endpoints = [one for one in output.get("api_endpoints") or () if isinstance(one, Mapping)]
        if not endpoints:
            continue
        fresh = [one for one in endpoints if one.get("status") in ("new", "modified")]
        ordered = fresh + [one for one in endpoints if one.get("status") not in ("new", "modified")]
        document.heading(f"Offered by {name}: {counted(len(endpoints), 'endpoint')}, {len(fresh)} new or modified", 3)
        document.table(
            ("Method", "Path", "Authentication", "Status", "Purpose", "Where"),
            [[short(str(one.get(key) or ""), 160) for key in _ENDPOINT_FIELDS] for one in ordered[:MAX_ENDPOINTS]],
        )
        more(document, MAX_ENDPOINTS, len(endpoints), "endpoints", f"see the notes of {name}")
    for check in material.checks:
        document.heading(f"Alignment: {check.name}", 3)
        compared = material.outputs.get(check.name, {})
        document.text(str(compared.get("summary") or f"{check.status}: {check.last.error or 'not run'}"))
        matches = [one for one in compared.get("matches") or () if one.get("kind") != "matched" or one.get("possible")]
        document.table(
            ("Fit", "Call", "Called at", "Endpoint", "Offered at", "Detail", "Remedy"),
            [
                [_fit(one), *(short(str(one.get(key) or ""), 160) for key in _MATCH_FIELDS)]
                for one in matches[:MAX_ROWS]
            ],
        )
        more(document, MAX_ROWS, len(matches), "lines that do not fit", "see the check's JSON")


def _fit(match: Mapping[str, Any]) -> str:
    doubtful = match.get("possible") and match.get("kind") != "unused"
    return str(match.get("kind")).replace("_", " ") + (" (possible)" if doubtful else "")


_MATCH_FIELDS = ("call", "location", "endpoint", "endpoint_location", "detail", "remedy")
_ENDPOINT_FIELDS = ("method", "path", "authentication", "status", "purpose", "location")


def files(document: NotesDocument, material: Material) -> None:
    """What lies in the session folder for people to take."""
    rows = [
        (f"`{artifact.path}`", artifact.kind, artifact.size, artifact.sha256[:12], worker.name)
        for worker in material.session.state.workers.values()
        for artifact in worker.artifacts
        if artifact.kind not in ("output", "notes")
    ]
    document.heading("Generated files")
    document.text("Nothing was written into the repository; these are in the session folder." if rows else "")
    document.table(
        ("Path", "Kind", "Bytes", "SHA-256", "Worker"), [(*row[:2], f"{row[2]:,}", *row[3:]) for row in rows[:MAX_ROWS]]
    )
    more(document, MAX_ROWS, len(rows), "files", "see `workers/files/`")
    notes = [
        f"[{worker.name}]({artifact.path})"
        for worker in material.workers
        for artifact in worker.artifacts
        if artifact.kind == "notes"
    ]
    if notes:
        document.heading("Notes", 3).text(", ".join(notes[:MAX_ROWS]))
        more(document, MAX_ROWS, len(notes), "notes", "see `workers/notes/`")


def not_run(document: NotesDocument, material: Material) -> None:
    """Who gave no usable result, and why."""
    rows = [
        (one.name, one.status, short(one.last.error or _why(one.status), 400), short(one.last.hint or "", 200))
        for one in material.session.state.workers.values()
        if one.status not in SUCCEEDED
    ]
    document.heading("What did not run, and why").table(("Worker", "Status", "Why", "What to do"), rows[:MAX_ROWS])
    more(document, MAX_ROWS, len(rows), "workers without a result", "see SESSION.json")


def _why(status: str) -> str:
    return {"pending": "the session ended before its turn", "running": "still running when this was written"}.get(
        status, "no reason is on record"
    )


def verification(document: NotesDocument, material: Material) -> None:
    """What the checks of the results found."""
    found = [(one.name, finding) for one in material.workers for finding in verification_findings(one)]
    document.heading("Verification").table(
        ("Worker", "Level", "Finding", "Where", "Detail"),
        [
            (
                name,
                one.level or one.severity,
                short(one.title, 200),
                short(one.location or "", 120),
                short(one.detail or one.evidence, 300),
            )
            for name, one in found[:MAX_ROWS]
        ],
    )
    more(document, MAX_ROWS, len(found), "findings of checks", "see the journal")


def tools(document: NotesDocument, material: Material) -> None:
    """What tools that may write did, and what nobody knows whether they did."""
    workers = [one for one in material.workers if one.tool_calls]
    document.heading("Tools that may write")
    alive = material.session.effective_status() == "running"
    doubts = [
        f"**{one.name}**: {call.doubt} (call {call.number})"
        for one in workers
        for call in one.doubtful_calls(alive=alive)
    ]
    if doubts:
        document.text("Look whether these were done:").bullets(doubts[:MAX_ROWS])
        more(document, MAX_ROWS, len(doubts), "calls in doubt", "see the journal")
    counts = Counter((one.name, call.tool, _became(call)) for one in workers for call in one.tool_calls.values())
    rows = [(*key, f"{number:,}") for key, number in sorted(counts.items())]
    document.table(("Worker", "Tool", "What became of it", "Calls"), rows[:MAX_ROWS])
    more(document, MAX_ROWS, len(rows), "lines", "see the events tool_started and tool_finished in the journal")


def _became(call: ToolCall) -> str:
    words = {"not_run": "not run", "retry": "asked for another call", "unknown": "may have been done"}
    return words.get(call.outcome or "unknown", call.outcome or "")


def _usage_cells(usage: Usage) -> Sequence[object]:
    cost = "unknown" if usage.cost_usd is None else f"{usage.cost_usd:.4f}"
    return f"{usage.requests:,}", f"{usage.input_tokens:,}", f"{usage.output_tokens:,}", cost


def cost(document: NotesDocument, material: Material) -> None:
    """Models, tokens, cost and times of each worker."""
    rows: list[Sequence[object]] = [
        (
            one.name,
            one.status,
            f"{one.model} ({one.model_origin})" if one.model_origin else one.model,
            *_usage_cells(one.usage),
            f"{one.last.duration_s:.2f}" if one.finished_at else "",
            one.attempts,
        )
        for one in material.workers
    ]
    document.heading("Models, tokens, cost and times")
    shown = rows[:MAX_ROWS]
    planner = material.session.state.planner
    if planner.requests:
        shown = [("the planner, before any worker", "", "", *_usage_cells(planner), "", ""), *shown]
    if rows:
        busy = sum(one.last.duration_s for one in material.workers if one.finished_at)
        total = ("**all**", "", "", *_usage_cells(material.session.state.usage), f"{busy:.2f}", "")
        shown = [*shown, total]
    document.table(
        ("Worker", "Status", "Model", "Requests", "Input tokens", "Output tokens", "Cost (USD)", "Seconds", "Attempts"),
        shown,
    )
    more(document, MAX_ROWS, len(rows), "workers", "see SESSION.json")
    models = material.session.state.models
    if models:
        document.heading("By model, all runs of the session", 3).table(
            ("Model", "Requests", "Input tokens", "Output tokens", "Cost (USD)", "Cache read", "Cache written"),
            [
                (name, *_usage_cells(used), f"{used.cache_read_tokens:,}", f"{used.cache_write_tokens:,}")
                for name, used in models.items()
            ],
        )


def cuts(document: NotesDocument, material: Material) -> None:
    """What workers were not given, for length."""
    rows = [(name, one.name, f"{one.tokens:,}", one.reason) for name, cut in material.cuts.items() for one in cut]
    document.heading("Cut from contexts").table(("Worker", "What", "Tokens (estimated)", "Why"), rows[:MAX_ROWS])
    more(document, MAX_ROWS, len(rows), "cuts", "see the journal")


def troubles(document: NotesDocument, material: Material) -> None:
    """What went wrong beside the workers."""
    document.heading("Troubles").table(
        ("Who", "What"), [(who, short(what, 400)) for who, what in material.troubles[:MAX_ROWS]]
    )
    more(document, MAX_ROWS, len(material.troubles), "troubles", "see the journal")


def next_actions(document: NotesDocument, material: Material) -> None:
    """What to do next: first what failed, then what the workers say."""
    session = material.session.id
    again = [
        f"`hivemind workers run {one.name} --session {session}` ({one.status}: {short(one.last.error or '', 160)})"
        for one in material.workers
        if one.status in ("failed", "unverified", "blocked", "cancelled")
    ]
    said: dict[str, list[str]] = {}
    for name, output in material.common.items():
        for action in output.next_actions:
            said.setdefault(short(action, 500), []).append(name)
    actions = [f"{action} ({', '.join(names)})" for action, names in said.items()]
    document.heading("Next actions").bullets([*again[:10], *actions[:MAX_ACTIONS]])
    more(document, 10, len(again), "workers to run again", "see 'What did not run, and why'")
    more(document, MAX_ACTIONS, len(actions), "next actions", "see the workers' notes")
