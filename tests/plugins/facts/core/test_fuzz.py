# ruff: noqa: E501 - the seeds are whole files in a line
"""Any bytes in any file never crash and never hang."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SLOWEST_S = 20.0
SEEDS = {
    "app.py": "from fastapi import FastAPI, Depends\napp = FastAPI()\n@app.get('/a/{id}', dependencies=[Depends(x)])\n"
    "async def get(id: int, q: str = f'{1}') -> dict:\n    return {**a, 'b': [c for c in d if c]}\n",
    "shop/urls.py": "from django.urls import path, include\nurlpatterns = [path('a/', include('shop.urls'))] + urlpatterns\n",
    "shop/models.py": "class A(models.Model):\n    b = models.ForeignKey('self', on_delete=models.CASCADE)\n",
    "src/app.ts": "const app = express(); app.use('/a', require('./app')); app.get(`/${x}`, async (a, b) => { fetch(y) });\n",
    "src/view.tsx": "export const V = () => <a onClick={() => axios.post(`/a/${b}`, {c, ...d})}>e</a>;\n",
    "src/a.controller.ts": "@Controller({path: 'a'}) export class A { @Get(':id') get(@Param('id') id: string) {} }\n",
    "web/index.vue": "<template><a/></template><script setup lang='ts'>fetch('/a')</script>\n",
    "A.java": '@RestController @RequestMapping("/a") class A { @GetMapping("/{id}") String get(int id) { return ""; } }\n',
    "main.go": 'package main\nfunc main() { r := gin.Default(); g := r.Group("/a"); g.GET("/:id", f) }\n',
    "schema.sql": "CREATE TABLE a (id serial PRIMARY KEY, b int REFERENCES a (id)); ALTER TABLE a ADD c text;\n",
    "schema.prisma": 'datasource db { provider = "postgresql" }\nmodel A { id Int @id\n b B @relation(fields: [c]) }\n',
    "schema.graphql": "type Query { a(b: [ID!]!): [A] } extend type Mutation { c: D }\n",
    "openapi.yaml": "openapi: 3.0.0\nservers: [{url: /v1}]\npaths:\n  /a:\n    get: {security: []}\n",
    "openapi.json": '{"openapi": "3.1.0", "paths": {"/a": {"get": {"parameters": [{"$ref": "#/x"}]}}}}\n',
    "pyproject.toml": '[project]\nname = "a"\ndependencies = ["fastapi>=1"]\n[tool.poetry.dependencies]\nx = {version = "1"}\n',
    "package.json": '{"name": "a", "dependencies": {"express": "4"}, "scripts": {"start": "x"}, "bin": {"a": "b"}}\n',
    "pnpm-lock.yaml": "importers:\n  .:\n    dependencies:\n      a:\n        version: 1.0.0\n",
    "pom.xml": "<project><properties><a>${a}</a></properties><dependencies><dependency/></dependencies></project>\n",
    "build.gradle.kts": 'plugins { id("a.b") version "1" }\ndependencies { implementation("a:b:c") }\n',
    "compose.yaml": "services:\n  a:\n    image: postgres:16\n    ports: ['1:2']\n",
    ".github/workflows/a.yml": "name: a\njobs:\n  b: {}\n",
    "src/main/resources/application.yml": "server:\n  servlet:\n    context-path: /a\n",
    "Dockerfile": "FROM a AS b\nEXPOSE 1\nCMD c\n",
    ".env.example": "DATABASE_URL=postgres://a\n",
    ".gitignore": "[\\\n!**/a\n",
}  # fmt: skip


def read(files: dict[str, bytes]) -> Facts:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            target = Path(name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        facts = extract(Path(name))
    assert time.monotonic() - begun < SLOWEST_S
    failed = [one.reason for one in facts.unresolved if " failed: " in one.reason]
    assert failed == []
    assert facts.model_dump_json()
    return facts


def damaged(text: str, chance: random.Random) -> bytes:
    """A text with parts cut out, repeated, moved or replaced by anything."""
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(data) + 1)
        part = data[start : start + chance.randint(0, 40)]
        how = chance.randrange(5)
        if how == 0:
            del data[start : start + len(part)]
        elif how == 1:
            data[start:start] = bytes(part) * chance.choice((2, 3, 50))
        elif how == 2:
            data[start:start] = chance.choice(TOKENS)
        elif how == 3:
            data[start : start + len(part)] = chance.randbytes(len(part))
        else:
            end = chance.randrange(len(data) + 1)
            data[end:end] = part
    return bytes(data)


TOKENS = (
    b"(" * 300, b"[" * 300, b"{" * 300, b"\xff\xfe", b"\xef\xbb\xbf", b"\\u{d800}", b"'\\ud800'", b'"""', b"`${", b"/*", b"--",
    b"9" * 5000, b"\r", b"\x0c", b"\xe2\x80\xa8", b"${a}", b"%s" * 50, b"@" * 100, b"a." * 500, b"\t" * 100, b"\n" * 500, b"<" * 300,
    b"0x", b"1e999", b"not " * 200, b"- " * 200, b"&a *a", b"lambda: " * 100, b"async ", b"if x:\n", b"*" * 200, b"\\" * 99, b"#",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_never_crash_and_never_hang(seed):
    chance = random.Random(seed)
    for _ in range(3):
        read({path: damaged(text, chance) for path, text in SEEDS.items()})


@given(st.binary(max_size=300), st.sampled_from(sorted(SEEDS)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_never_crash(data, path):
    read({path: data})


@given(st.text(max_size=200), st.sampled_from(sorted(SEEDS)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_never_crashes(text, path):
    read({path: text.encode("utf-8", "surrogatepass")})


@pytest.mark.parametrize(
    "filler", [b" ", b"(", b"[", b"{", b"\n", b"a", b"0", b"'", b'"', b"`", b"@", b"<", b"- ", b"a.", b"x:\n "]
)
def test_long_repeats_never_hang(filler):
    size = 30_000 // len(filler)
    read({path: text.encode() + filler * size for path, text in SEEDS.items()})
