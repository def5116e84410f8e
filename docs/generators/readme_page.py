"""What the README shows of the first command and of the graph: what they really print on a copy of the example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
TASK = "Add an orders API with pagination"
_DROPPED = ("HIVEMIND_", "NO_COLOR", "FORCE_COLOR")
_BLOCK = r"(<!-- output: {} -->\n```\w+\n)(.*?)(```)"


def page() -> str:
    """Make the README: its blocks of output are replaced where they say something else than what is printed now."""
    text = README.read_text(encoding="utf-8")
    for name, printed in (("run", run_output()), ("graph", _hivemind(ROOT, "graph", "show", "--format", "mermaid"))):
        found = re.search(_BLOCK.format(name), text, re.DOTALL)
        if found is None:
            raise SystemExit(f"README.md has no block marked '<!-- output: {name} -->'")
        if comparable(found.group(2)) != comparable(printed):
            text = text[: found.start(2)] + printed.strip() + "\n" + text[found.end(2) :]
    return text


def run_output() -> str:
    """Run the first command on a copy of the example, as it stands on the page, and give what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns("Docs", "__pycache__", ".venv", "*.db")
        shutil.copytree(ROOT / "examples" / "shop", Path(folder) / "examples" / "shop", ignore=ignored)
        return _hivemind(Path(folder), "run", TASK, "--repo", "examples/shop")


def _hivemind(folder: Path, *words: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED) and "_KEY" not in name}
    with tempfile.TemporaryDirectory() as settings:
        done = subprocess.run(
            [sys.executable, "-m", "hivemind", *words],
            cwd=folder,
            env={**kept, "HIVEMIND_CONFIG_DIR": settings, "HIVEMIND_CACHE_DIR": settings, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"hivemind {' '.join(words)} ended with {done.returncode}:\n{done.stdout}")
    lines = done.stdout.splitlines(keepends=True)
    last = [line for line in lines if line.startswith(("completed:", "report:", "session:"))]
    return "".join([*(line for line in lines if line not in last), *last])


def comparable(text: str) -> list[str]:
    """The lines of an output without what differs from run to run: ids, times, durations, the order of workers."""
    text = re.sub(r"\d{4}-\d\d-\d\d-\d\d-\d\d(-[a-z0-9-]+)", r"ID\1", text)
    text = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", text)
    text = re.sub(r"\b\d+(\.\d+)? (ms|s|min)\b", "DURATION", text)
    return sorted(line.rstrip() for line in text.strip().splitlines())
