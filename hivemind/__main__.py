"""`python -m hivemind`: the same as `hivemind`."""

from __future__ import annotations

import os
import sys

from hivemind.cli.main import main

if __name__ == "__main__":
    # Python puts the current folder first, which may be a repository that somebody cloned: nothing of it is to be
    # imported, as nothing is by the command `hivemind`.
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    sys.exit(main())
