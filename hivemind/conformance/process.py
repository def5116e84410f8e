"""The other end of a check: a process that runs the plugin's code, rule by rule, and says what it found.

python -m hivemind.conformance.process JOB.json
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from hivemind.conformance.bench import Bench
from hivemind.conformance.catalogue import RULES
from hivemind.conformance.guard import Guard, allowed_folders, is_foreign, know_own_code
from hivemind.conformance.job import Answers, Job
from hivemind.conformance.verdict import Verdict, failed

Look = Callable[[Bench], Verdict]


def perform(job: Job) -> None:
    """Look at the rules of a job; what they find is on disk when this returns."""
    answers = Answers(Path(job.answers))
    for entry in reversed(job.target.paths):
        sys.path.insert(0, entry)
    sys.path += [entry for entry in job.path if entry not in sys.path]
    root = Path(job.root)
    guard = Guard(allowed_folders((root / "sessions", root / "own")))
    guard.install()
    know_own_code(ref.module for ref in job.target.plugins if not ref.file)
    bench = Bench(job, guard)
    for name in job.rules:
        answers.begin(name)
        answers.result(name, _look(name, bench))
        if guard.network:
            answers.attempts(guard.network)
    answers.close()


def _look(name: str, bench: Bench) -> Verdict:
    module, _, function = RULES[name].code.partition(":")
    look = cast("Look", getattr(importlib.import_module(f"hivemind.conformance.{module}"), function))
    try:
        return look(bench)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (whatever a plugin raises, SystemExit included, fails its rule)
        told = f"{type(error).__name__}: {error}".removesuffix(": ")
        place = place_of(error)
        return failed(f"{told}{place}" if place else f"the check itself failed, which may be a bug in hivemind: {told}")


def place_of(error: BaseException) -> str:
    """Where an error was raised: the innermost line of code that is neither a library's nor hivemind's own."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if is_foreign(name):
            where = f" ({os.path.basename(name)}:{trace.tb_lineno})"
        trace = trace.tb_next
    return where


def main() -> None:
    """Do one job and end at once: threads that a plugin left behind hold nothing up."""
    job = Job.read(Path(sys.argv[1]))
    os.chdir(Path(job.root) / "cwd")
    perform(job)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
