"""`python -m hivemind_backend.runner --session ID --task TEXT --model NAME`: one worker, from a shell."""

from __future__ import annotations

from collections.abc import Sequence


def main(worker: str, argv: Sequence[str] | None = None) -> int:
    """Run one worker in an existing session, as `hivemind workers run WORKER` does.

    Args:
        worker: The worker's name.
        argv: Options without the program's name; the process's own by default.

    Returns:
        The exit code.
    """
    import sys

    from hivemind.cli.errors import run_command
    from hivemind.cli.workers import run_named
    from hivemind.import_path import leave_current_folder

    arguments = list(sys.argv[1:] if argv is None else argv)
    module = getattr(sys.modules.get("__main__"), "__spec__", None)
    if argv is None and module is not None:
        leave_current_folder()
    prog = f"python -m {module.name}" if module is not None else worker
    return run_command(run_named(worker), arguments, prog)
