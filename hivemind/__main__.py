"""`python -m hivemind`: the same as `hivemind`."""

from __future__ import annotations

import sys

from hivemind.import_path import leave_current_folder

if __name__ == "__main__":
    leave_current_folder()

    from hivemind.cli.main import main

    sys.exit(main())
