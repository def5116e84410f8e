"""Following a program: modules, constants, and what must not hang or be guessed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hivemind_facts.models import Facts
from hivemind_facts.readers.javascript.addresses import read as read_address
from hivemind_facts.readers.javascript.naming import camel, plural, singular, snake
from hivemind_facts.readers.javascript.paths import braces
from hivemind_facts.readers.javascript.resolution import relaxed_json
from hivemind_facts.readers.javascript.values import Text, Unknown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Write = Callable[[dict[str, str]], Facts]


def _paths(facts: Facts) -> list[str]:
    return sorted(f"{each.method} {each.path}" for each in facts.endpoints)


def test_a_workspace_package_and_its_source(write: Write) -> None:
    facts = write(
        {
            "package.json": '{"workspaces": ["packages/*"]}',
            "packages/routes/package.json": '{"name": "@app/routes", "main": "dist/index.js"}',
            "packages/routes/src/index.ts": "export * from './users';\n"
            "export { default as things } from './things.js';\n",
            "packages/routes/src/users.ts": "import { Router } from 'express';\nexport const users = Router();\n"
            "users.get('/', (req, res) => res.end());\n",
            "packages/routes/src/things.ts": "import e from 'express';\nconst r = e.Router();\n"
            "r.get('/', () => {});\nexport default r;\n",
            "packages/web/index.ts": "import express from 'express';\nimport { things, users } from '@app/routes';\n"
            "const app = express();\napp.use('/users', users).use('/things', things);\n",
        }
    )
    assert _paths(facts) == ["GET /things", "GET /users"]
    assert facts.unresolved == ()


def test_circular_imports_and_endless_recursion_end(write: Write) -> None:
    started = time.monotonic()
    facts = write(
        {
            "a.js": "import { b } from './b.js';\nimport express from 'express';\nexport const a = () => b() + a();\n"
            "const app = express();\napp.get('/x', () => {});\nconst o = {}; o.o = o; app.use(o);\napp.use(app);\n"
            "function f(n) { return [f(n), f(n), f(n)]; }\nf(1);\n",
            "b.js": "import { a } from './a.js';\nexport const b = () => a();\n"
            "export { a as again } from './a.js';\nb();\n",
        }
    )
    assert _paths(facts) == ["GET /x"]
    assert time.monotonic() - started < 20


def test_a_mount_without_a_constant_prefix_is_listed(write: Write) -> None:
    facts = write(
        {
            "a.js": "const e = require('express');\nconst app = e(), r = e.Router();\nr.get('/x', () => {});\n"
            "app.use(prefix(), r);\n"
        }
    )
    assert facts.endpoints == ()
    assert [(each.what, each.line) for each in facts.unresolved] == [("prefix", 3)]


def test_routers_that_nobody_mounts_are_listed(write: Write) -> None:
    facts = write({"a.js": "const r = require('express').Router();\nr.get('/x', () => {});\nmodule.exports = r;\n"})
    assert facts.endpoints == ()
    assert [each.what for each in facts.unresolved] == ["mount"]


def test_a_guard_holds_only_for_what_comes_after_it(write: Write) -> None:
    facts = write(
        {
            "a.js": "const app = require('express')();\nconst passport = require('passport');\n"
            "app.get('/before', (q, s) => s.end());\napp.use('/in', passport.authenticate('jwt'));\n"
            "app.get('/in/x', (q, s) => s.end());\napp.get('/inner', (q, s) => s.end());\n"
            "app.post('/login', passport.authenticate('local'), (q, s) => s.end());\n"
        }
    )
    assert {each.path: each.auth for each in facts.endpoints} == {
        "/before": "none",
        "/in/x": "required",
        "/inner": "none",
        "/login": "none",
    }


def test_unless_leaves_paths_open(write: Write) -> None:
    facts = write(
        {
            "a.js": "const app = require('express')();\nconst jwt = require('express-jwt');\n"
            "app.use(jwt({ secret: 's' }).unless({ path: ['/login', { url: '/items', methods: ['GET'] }] }));\n"
            "app.post('/login', (q, s) => s.end());\napp.get('/items', (q, s) => s.end());\n"
            "app.post('/items', (q, s) => s.end());\n"
        }
    )
    assert {f"{each.method} {each.path}": each.auth for each in facts.endpoints} == {
        "POST /login": "none",
        "GET /items": "none",
        "POST /items": "required",
    }


def test_koa_routers_and_their_prefix(write: Write) -> None:
    facts = write(
        {
            "a.js": "const Koa = require('koa');\nconst Router = require('@koa/router');\n"
            "const mount = require('koa-mount');\n"
            "const r = new Router({ prefix: '/v1' });\nr.get('named', '/x/:id', (ctx) => {});\n"
            "const app = new Koa();\napp.use(mount('/api', r.routes()));\n"
        }
    )
    assert _paths(facts) == ["GET /api/v1/x/{id}"]


def test_tests_of_the_repository_route_nothing(write: Write) -> None:
    facts = write({"tests/a.test.js": "const app = require('express')();\napp.get('/x', () => {});\n"})
    assert facts.endpoints == ()


def test_type_definitions_in_strings(write: Write) -> None:
    facts = write(
        {
            "schema.js": "export const typeDefs = gql`\n  type Query {\n    # not: this\n"
            "    book(id: ID!, deep: Boolean = true): Book!\n"
            "  }\n  extend type Mutation { add(title: String): [Book] }\n`;\n"
        }
    )
    found = [(each.kind, each.name, each.arguments, each.returns, each.line) for each in facts.graphql]
    assert found == [("query", "book", ("id", "deep"), "Book!", 4), ("mutation", "add", ("title",), "[Book]", 6)]


def test_calls_in_server_code_are_external(write: Write) -> None:
    facts = write(
        {
            "package.json": '{"dependencies": {"express": "4", "axios": "1"}}',
            "a.js": "const axios = require('axios');\n"
            "module.exports = () => axios.get('https://rates.test/v1', { timeout: 1 });\n"
            "exports.b = () => axios.post('https://rates.test/v2', {});\n",
        }
    )
    assert facts.calls == ()
    assert [(each.target, each.timeout, each.line) for each in facts.external] == [
        ("rates.test/v1", True, 2),
        ("rates.test/v2", False, 3),
    ]


def test_endpoints_of_rtk_query(write: Write) -> None:
    facts = write(
        {
            "api.ts": "import { createApi, fetchBaseQuery } from '@reduxjs/toolkit/query/react';\n"
            "export const api = createApi({\n  baseQuery: fetchBaseQuery({ baseUrl: '/api' }),\n"
            "  endpoints: (build) => ({\n"
            "    one: build.query({ query: (id: string) => `posts/${id}` }),\n"
            "    add: build.mutation({ query: (body) => ({ url: 'posts', method: 'POST', body }) }),\n  }),\n});\n"
        }
    )
    assert sorted((each.method, each.path, each.line) for each in facts.calls) == [
        ("GET", "/api/posts/{id}", 5),
        ("POST", "/api/posts", 6),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/:id", ["/a/{id}"]),
        ("/a/:id(\\d+)/b", ["/a/{id}/b"]),
        ("/a/:id?", ["/a/{id}", "/a"]),
        ("/a/*", ["/a/{path}"]),
        ("/a/*rest", ["/a/{rest}"]),
        ("/a{/:b}", ["/a/{b}", "/a"]),
        ("/:from-:to", ["/{from}-{to}"]),
    ],
)
def test_paths_in_braces(path: str, expected: list[str]) -> None:
    assert braces(path) == expected


@pytest.mark.parametrize(
    ("url", "path", "host"),
    [
        ("/a?b=1", "/a", ""),
        ("https://x.test:8080/a/#b", "/a", "x.test:8080"),
        (Text(("/a/", Unknown("this.user.id"), "/b")), "/a/{id}/b", ""),
        (Text((Unknown("process.env.API", env=True), "/a")), "/a", ""),
        (Text(("/a", Unknown("query"))), "/a", ""),
        ("", "/", ""),
    ],
)
def test_addresses(url: object, path: str, host: str) -> None:
    address = read_address(url)
    assert (address.path, address.host) == (path, host)


def test_an_address_that_a_caller_gives_is_open() -> None:
    assert read_address(Unknown("path", param=True)).open
    assert read_address(Text(("/api", Unknown("path", param=True)))).open
    assert not read_address(Text(("/api/", Unknown("id", param=True)))).open


def test_names_of_tables() -> None:
    assert [plural(word) for word in ("user", "category", "box", "person", "Bus", "news", "day")] == [
        *("users", "categories", "boxes", "people", "Buses", "news", "days")
    ]
    assert [singular(word) for word in ("users", "categories", "boxes", "people")] == [
        "user",
        "category",
        "box",
        "person",
    ]
    assert (snake("HTTPServerLog"), snake("userId"), camel("user_id")) == ("http_server_log", "user_id", "userId")


def test_json_with_comments() -> None:
    assert relaxed_json('{"a": "http://x", /* c */ "b": [1, 2,], } // end') == {"a": "http://x", "b": [1, 2]}
    assert relaxed_json("{" * 5000) is None


FRAGMENTS = st.sampled_from(
    (
        *(
            "const app = require('express')();",
            "app.use(app);",
            "app.get(x, y);",
            "const r = app.route('/a');",
            "r.get(r);",
        ),
        *(
            "class A extends A { constructor() { super(); this.a = new A(); } }",
            "new A();",
            "module.exports = (f) => f(f);",
        ),
        *(
            "export default x;",
            "for (const a of [1, 2]) app[a](a);",
            "[].map.call(null);",
            "app.use(...[]);",
            "fetch();",
        ),
        *("app.use(['/a', 1], null);", "const { a: { b } } = c;", "Object.assign(1, 2);", "''.replace(/(/, '$1');"),
        *("require('./' + x);", "require('.');", "axios.create().get({}, null);", "fetch(`/a/${b}`);"),
        *("import * as z from './a.js'; z.default.default();", "new Schema({ a: [{}], b: [[]] });"),
        "mongoose.model('M', new Schema(1));",
    )
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(FRAGMENTS, max_size=12))
def test_any_program_ends_without_a_fault(write: Write, fragments: list[str]) -> None:
    head = "import axios from 'axios';\nimport mongoose, { Schema } from 'mongoose';\nimport fastify from 'fastify';\n"
    facts = write({"a.js": head + "\n".join(fragments)})
    assert [each for each in facts.unresolved if each.what == "reader"] == []
