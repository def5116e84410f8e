"""Measure how fast the facts of a large tree are read: cold, warm, and after one change.

    python benchmarks/facts_speed.py [--files 10000] [--keep DIR]

Makes a synthetic monorepo of Python, TypeScript, Java, Go and SQL files in a temporary folder (or DIR), all different,
with a cache of its own, and reads it in a new process each time. Prints wall time in seconds and peak memory in MB,
of the process and of its largest child.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

NOUNS = ("order", "invoice", "customer", "product", "payment", "shipment", "account", "ticket", "message", "review")
_MEASURE = """
import resource, sys, time
from pathlib import Path
begun = time.perf_counter()
from hivemind_facts.loading import read_facts
facts = read_facts(Path(sys.argv[1]))
took = time.perf_counter() - begun
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
spent = sum(sum(resource.getrusage(which)[:2]) for which in both)
print(f"{took:7.2f} s  {spent:6.2f} s of processors  {own:5d} MB  child {child:4d} MB", end="  ")
print(f"{len(facts.endpoints)} endpoints, {len(facts.tables)} tables")
"""


def python_file(number: int, noun: str, filler: str) -> str:
    """A FastAPI router of four routes."""
    return f'''"""{noun} number {number}."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.database import database
from app.security import current_user

router = APIRouter(prefix="/{noun}s{number}", tags=["{noun}"])


class {noun.title()}{number}(BaseModel):
    id: int
    name: str
    total: float | None = None


@router.get("/")
def list_{noun}s(limit: int = 50, offset: int = 0) -> list[{noun.title()}{number}]:
    rows = database.fetch_all("SELECT id, name, total FROM {noun}_{number} LIMIT :limit OFFSET :offset", limit, offset)
    return [{noun.title()}{number}(**row) for row in rows]


@router.get("/{{item_id}}")
def get_{noun}(item_id: int) -> {noun.title()}{number}:
    return {noun.title()}{number}(id=item_id, name="one")


@router.post("/", dependencies=[Depends(current_user)])
def create_{noun}(data: {noun.title()}{number}) -> {noun.title()}{number}:
    return data


def {noun}_total(values: list[float]) -> float:
{filler}
    return sum(values)
'''


def typescript_file(number: int, noun: str, filler: str) -> str:
    """A client module with calls."""
    return f"""import axios from 'axios';

export interface {noun.title()}{number} {{ id: number; name: string; total?: number }}

export async function list{noun.title()}s(): Promise<{noun.title()}{number}[]> {{
  const answer = await axios.get('/{noun}s{number}');
  return answer.data;
}}

export async function create{noun.title()}(data: {noun.title()}{number}) {{
  return fetch('/{noun}s{number}', {{ method: 'POST', body: JSON.stringify(data) }});
}}

export function total{number}(values: number[]): number {{
{filler.replace("#", "//")}
  return values.reduce((sum, one) => sum + one, 0);
}}
"""


def java_file(number: int, noun: str, filler: str) -> str:
    """A Spring controller."""
    name = f"{noun.title()}{number}Controller"
    return f"""package com.example.{noun};

import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/j/{noun}s{number}")
public class {name} {{
    @GetMapping("/{{id}}")
    public String get(@PathVariable Long id) {{ return "one"; }}

    @PostMapping
    public String create(@RequestBody String data) {{ return data; }}

    double total(double[] values) {{
{filler.replace("#", "//")}
        double sum = 0;
        for (double one : values) {{ sum += one; }}
        return sum;
    }}
}}
"""


def go_file(number: int, noun: str, filler: str) -> str:
    """A package with handlers."""
    return f"""package {noun}{number % 50}

import "github.com/gin-gonic/gin"

func Register{number}(group *gin.RouterGroup) {{
\tgroup.GET("/{noun}s{number}", list{number})
\tgroup.POST("/{noun}s{number}", list{number})
}}

func list{number}(context *gin.Context) {{
{filler.replace("#", "//")}
\tcontext.JSON(200, nil)
}}
"""


def sql_file(number: int, noun: str, _filler: str) -> str:
    """A migration."""
    return f"""CREATE TABLE {noun}_{number} (
  id bigint PRIMARY KEY,
  name varchar(200) NOT NULL,
  parent_id bigint REFERENCES {noun}_{number} (id)
);
CREATE INDEX {noun}_{number}_name ON {noun}_{number} (name);
"""


Maker = Callable[[int, str, str], str]
KINDS: tuple[tuple[str, Maker, int], ...] = (
    ("api/app/{noun}/{noun}_{number}.py", python_file, 40),
    ("web/src/{noun}/{noun}{number}.ts", typescript_file, 30),
    ("core/src/main/java/com/example/{noun}/{title}{number}Controller.java", java_file, 15),
    ("edge/{noun}{group}/{noun}{number}.go", go_file, 13),
    ("api/migrations/{number:05d}_{noun}.sql", sql_file, 2),
)


def make_tree(root: Path, files: int) -> None:
    """Write a tree of so many source files."""
    chance = random.Random(7)
    for pattern, maker, share in KINDS:
        for number in range(files * share // 100):
            noun = NOUNS[number % len(NOUNS)]
            filler = "\n".join(f"    # step {chance.random()} of {noun}" for _ in range(chance.randint(5, 60)))
            path = root / pattern.format(noun=noun, number=number, title=noun.title(), group=number % 50)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(maker(number, noun, filler), encoding="utf-8")
    (root / "api/requirements.txt").write_text("fastapi==0.115.6\nuvicorn\n", encoding="utf-8")
    imports = "\n".join(
        f"from app.{noun}.{noun}_{number} import router as r{number}\napp.include_router(r{number})"
        for number in range(files * 40 // 100)
        for noun in (NOUNS[number % len(NOUNS)],)
    )
    (root / "api/app/main.py").write_text(f"from fastapi import FastAPI\n\napp = FastAPI()\n{imports}\n")
    (root / "api/app/database.py").write_text("class Database:\n    pass\n\n\ndatabase = Database()\n")
    (root / "api/app/security.py").write_text("def current_user() -> str:\n    return 'nobody'\n", encoding="utf-8")
    (root / "web/package.json").write_text('{"name": "web", "dependencies": {"axios": "1.7.0"}}', encoding="utf-8")
    (root / "edge/go.mod").write_text(
        "module example.com/edge\n\nrequire github.com/gin-gonic/gin v1.10.0\n", encoding="utf-8"
    )
    (root / "core/pom.xml").write_text("<project><artifactId>core</artifactId></project>", encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)


def measure(root: Path, cache: Path, what: str) -> None:
    """Read the tree in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(root)],
        env={**os.environ, "HIVEMIND_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{what:12s}{done.stdout.strip() or done.stderr.strip()}", flush=True)


def main() -> None:
    """Make the tree and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="make the tree here and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = options.keep or Path(name) / "tree"
        cache = Path(name) / "cache"
        if not root.exists():
            make_tree(root, options.files)
            time.sleep(2.1)  # younger files are not trusted to stay as they are
        measure(root, cache, "cold")
        measure(root, cache, "warm")
        changed = root / "api/app/order/order_0.py"
        changed.write_text(changed.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        measure(root, cache, "one change")


if __name__ == "__main__":
    main()
