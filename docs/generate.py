"""Write the reference pages from the code: commands, hooks, settings, events, JSON documents, errors, facts, names.

python docs/generate.py            write docs/reference/*.md, and the outputs that README.md shows
python docs/generate.py --check    write nothing; exit 1 and name the pages that are not what the code says
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGES = ("cli", "hooks", "api", "configuration", "events", "json", "errors", "facts")
HEAD = "<!-- Written by docs/generate.py from the code: change the code, then run it. -->\n\n"


def render() -> dict[Path, str]:
    """Make every page."""
    for folder in (DOCS, DOCS.parent):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    pages = {name: importlib.import_module(f"generators.{name}_page").page() for name in PAGES}
    made = {DOCS / "reference" / f"{name}.md": HEAD + text.rstrip() + "\n" for name, text in pages.items()}
    made[DOCS.parent / "README.md"] = importlib.import_module("generators.readme_page").page()
    return made


def stale(pages: dict[Path, str]) -> list[Path]:
    """The pages whose file is missing or says something else."""
    return [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write or check the pages.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is stale")
    options = parser.parse_args()
    pages = render()
    changed = stale(pages)
    if not options.check:
        (DOCS / "reference").mkdir(exist_ok=True)
        for path in changed:
            path.write_text(pages[path], encoding="utf-8", newline="\n")
    for path in changed:
        print(f"{'stale' if options.check else 'written'}: {path.relative_to(DOCS.parent).as_posix()}")
    if options.check and changed:
        print("run: python docs/generate.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
