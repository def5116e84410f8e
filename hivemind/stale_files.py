"""Takes away generated files that an earlier run of a worker made and its last one did not."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable

from hivemind.models import SUCCEEDED
from hivemind.session.folder import SessionFolder


def remove_stale(session: SessionFolder, workers: Iterable[str]) -> list[str]:
    """Remove what the journal says an earlier run made, as it was made: a file that somebody changed since is kept.

    Args:
        session: The session.
        workers: Whose files; only of those that ended with an output.

    Returns:
        The paths removed, relative to the session's folder.
    """
    removed: list[str] = []
    for name in workers:
        worker = session.state.workers.get(name)
        if worker is None or (worker.status not in SUCCEEDED and worker.status != "unverified"):
            continue
        current = {artifact.path for artifact in worker.last.artifacts}
        own = f"{session.layout.files_name(session.slug(name))}/"
        for path, sha256 in worker.made.items():
            if path in current or not path.startswith(own):
                continue
            with contextlib.suppress(OSError):
                file = session.path / path
                if hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
                    file.unlink()
                    removed.append(path)
    return removed
