"""Prefixes that come from settings: the package `config`, and schemas over the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hivemind_facts.assemble import extract

APP = """
const express = require('express');
const config = require('config');
const app = express();
const routes = [{ path: '/orders', handler: (req, res) => res.end() }];
routes.forEach(({ path, handler }) => { app.get(%s + path, handler); });
app.listen(3000);
"""
FASTIFY = """
const envSchema = require('env-schema');
const env = envSchema({ schema: {} });
const server = require('fastify')();
const options = { prefix: env.API_PREFIX };
server.register(require('@fastify/autoload'), { dir: __dirname + '/routes', options, dirNameRoutePrefix: false });
server.listen({ port: 3000 });
"""
ROUTES = """
const fp = require('fastify-plugin');
module.exports = fp(async (server, options) => {
  server.route({ method: 'GET', path: options.prefix + 'orders', handler: async () => [] });
});
"""


def write(root: Path, files: dict[str, str]) -> list[str]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return [f"{one.method} {one.path}" for one in extract(root).endpoints]


@pytest.mark.parametrize(
    ("expression", "name", "text"),
    [
        ("config.API_PREFIX", "default.yaml", "API_PREFIX: /api/v1\n"),
        ("config.get('api.prefix')", "default.json", '{"api": {"prefix": "/api/v1"}}'),
    ],
)
def test_the_default_file_of_the_package_config(expression: str, name: str, text: str, tmp_path: Path) -> None:
    files = {"package.json": '{"dependencies": {"express": "4", "config": "3"}}', f"config/{name}": text}
    assert write(tmp_path, {**files, "app.js": APP % expression}) == ["GET /api/v1/orders"]


def test_a_schema_over_the_environment_gives_what_samples_say(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"fastify": "4", "env-schema": "5", "fastify-plugin": "4"}}',
        ".env.sample": "API_PREFIX=/api\n",
        "index.js": FASTIFY,
        "routes/orders/index.js": ROUTES,
    }
    assert write(tmp_path, files) == ["GET /api/orders"]
