"""Print a command of the README exactly as it stands on the page: the shell block after `<!-- command: NAME -->`."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def command(name: str) -> str:
    """Find the block of this name."""
    page = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- command: {re.escape(name)} -->\s*```(?:sh|bash|shell)\n(.*?)```", page, re.DOTALL)
    if found is None:
        raise SystemExit(f"README.md has no shell block marked '<!-- command: {name} -->'")
    return found.group(1).strip()


if __name__ == "__main__":
    print(command(sys.argv[1]))
