"""`python -m hivemind`: the same as `hivemind`."""

from __future__ import annotations

import sys

from hivemind.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
