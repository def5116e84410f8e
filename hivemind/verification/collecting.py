"""Asks every plugin's checks about one output, within a bounded time."""

from __future__ import annotations

import asyncio

from pydantic import ValidationError

from hivemind.errors import PluginError
from hivemind.models import Finding, WorkerOutput, WorkerSpec
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder

HOOK = "hivemind_verify"
TIMEOUT_S = 120.0
_ERROR_LEVELS = ("error",)
_ERROR_SEVERITIES = ("critical", "high")


async def collect_findings(
    manager: PluginManager, worker: WorkerSpec, output: WorkerOutput, session: SessionFolder
) -> list[Finding]:
    """Collect what all checks find in an output.

    Checks that do not end in time are an error of the output: nothing unchecked is called verified.

    Raises:
        PluginError: A check raised, or gave something that is no finding.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            results = await manager.collect(HOOK, worker=worker, output=output, session=session)
    except TimeoutError:
        return [
            Finding(
                id="V-TIME",
                severity="high",
                level="error",
                title=f"the checks took longer than {TIMEOUT_S:g} s",
                detail="what they would have found is not known; give a shorter result",
            )
        ]
    findings: list[Finding] = []
    for plugin, result in results:
        try:
            findings.extend(Finding.model_validate(one) for one in result)
        except (ValidationError, TypeError) as error:
            raise PluginError(plugin, HOOK, f"gave something that is no Finding: {error}") from error
    return findings


def is_error(finding: Finding) -> bool:
    """Whether a finding of a check makes its worker unverified."""
    if finding.level is not None:
        return finding.level in _ERROR_LEVELS
    return finding.severity in _ERROR_SEVERITIES and not finding.possible
