"""Each rule of code on each language family: the defect is found, the sound code beside it is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import RuleFinding

PYTHON = """
import requests
from flask import abort

JWT_SECRET = "9f8a7d6c5b4a39281706"
TOKEN_HEADER = "x-access-token-name"

def require_admin(user):
    if not user.admin:
        abort(403)

def require_login(user):
    if not user:
        abort(401)

def show(db, name, ids):
    require_login(name)
    db.execute("SELECT * FROM users WHERE name = ?", (name,))
    db.execute(f"SELECT * FROM users WHERE name = '{name}'")
    for id in ids:
        db.execute("SELECT * FROM orders WHERE user_id = ?", (id,))
    requests.get("https://pay.example.com/v1")
    requests.get("https://pay.example.com/v1", timeout=3)
"""
JAVASCRIPT = """
const axios = require('axios');
const jwtSecret = '9f8a7d6c5b4a39281706';
const tokenHeader = 'x-access-token-name';

function requireAdmin(req, res, next) {
  if (!req.user.admin) return res.status(403).end();
  next();
}
const requireLogin = (req, res, next) => {
  if (!req.user) return res.sendStatus(401);
  next();
};
async function show(db, name, ids) {
  app.get('/me', requireLogin, (req, res) => res.end());
  await db.query('SELECT * FROM users WHERE name = $1', [name]);
  await db.query(`SELECT * FROM users WHERE name = '${name}'`);
  for (const id of ids) {
    await db.query('SELECT * FROM orders WHERE user_id = $1', [id]);
  }
  console.log(`select one from ${name}`);
  await axios.get('https://pay.example.com/v1');
  await axios.get('https://pay.example.com/v1', { timeout: 3000 });
}
module.exports = { requireAdmin, requireLogin, show };
"""
TYPESCRIPT = """
import axios from 'axios';
import { CanActivate, ForbiddenException, UnauthorizedException, UseGuards } from '@nestjs/common';
export const jwtSecret: string = '9f8a7d6c5b4a39281706';
export const tokenHeader = 'x-access-token-name';

export class RequireAdmin implements CanActivate {
  canActivate(context: any): boolean { throw new ForbiddenException(); }
}
export class RequireLogin implements CanActivate {
  canActivate(context: any): boolean { throw new UnauthorizedException(); }
}
@Module({ providers: [RequireAdmin, RequireLogin], exports: [RequireAdmin] })
export class AppModule {}
@UseGuards(RequireLogin)
export class Users {
  async show(name: string, ids: string[]) {
    await this.manager.query('SELECT * FROM users WHERE name = $1', [name]);
    const sql = `SELECT * FROM users WHERE name = '${name}'`;
    await this.manager.query(sql);
    const all = ids.map((id) => this.manager.query('SELECT * FROM orders WHERE user_id = $1', [id]));
    await axios.get('https://pay.example.com/v1');
    await axios.get('https://pay.example.com/v1', { timeout: 3000 });
    return all;
  }
}
"""
GO = """
package app

import (
	"database/sql"
	"fmt"
	"net/http"
	"time"
)

const jwtSecret = "9f8a7d6c5b4a39281706"
const tokenHeader = "x-access-token-name"

// RequireAdmin is spoken of here.
func RequireAdmin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "RequireAdmin", http.StatusForbidden)
	})
}

func RequireLogin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no", http.StatusUnauthorized)
	})
}

func show(db *sql.DB, mux *http.ServeMux, name string, ids []int) {
	mux.Handle("/me", RequireLogin(http.NotFoundHandler()))
	db.Query("SELECT * FROM users WHERE name = $1", name)
	db.Query(fmt.Sprintf("SELECT * FROM users WHERE name = '%s'", name))
	for _, id := range ids {
		db.QueryRow("SELECT * FROM orders WHERE user_id = $1", id)
	}
	http.Get("https://pay.example.com/v1")
	client := &http.Client{Timeout: 3 * time.Second}
	client.Get("https://pay.example.com/v1")
}
"""
JAVA = """
package app;

import org.springframework.web.client.RestTemplate;

public class Users {
    private static final String JWT_SECRET = "9f8a7d6c5b4a39281706";
    private static final String TOKEN_HEADER = "x-access-token-name";

    public void show(JdbcTemplate jdbc, FilterRegistration registration, String name, List<Long> ids) {
        registration.add(new LoginAuthFilter());
        jdbc.query("SELECT * FROM users WHERE name = ?", name);
        jdbc.query("SELECT * FROM users WHERE name = '" + name + "'");
        for (Long id : ids) {
            jdbc.query("SELECT * FROM orders WHERE user_id = ?", id);
        }
    }
}

class AdminAuthFilter extends OncePerRequestFilter {
    public AdminAuthFilter() {}
    protected void doFilterInternal(Request request, Response response) { response.sendError(403); }
}

class LoginAuthFilter extends OncePerRequestFilter {
    protected void doFilterInternal(Request request, Response response) { response.sendError(401); }
}
"""
FAMILIES = {
    "python": ("app/users.py", PYTHON),
    "javascript": ("app/users.js", JAVASCRIPT),
    "typescript": ("app/users.ts", TYPESCRIPT),
    "go": ("app/users.go", GO),
    "java": ("src/main/java/app/Users.java", JAVA),
}
EXTRA = {
    "go.mod": "module example.com/app\n\ngo 1.22\n",
    "package.json": '{"dependencies": {"axios": "1", "express": "4"}}',
    "requirements.txt": "requests\nflask\n",
}


@pytest.fixture(params=FAMILIES)
def found(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, list[RuleFinding]]:
    path, text = FAMILIES[request.param]
    for name, content in {**EXTRA, path: text, f"tests/{path}": text}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    findings = list(extract(tmp_path).findings)
    assert all(not one.file.startswith("tests/") for one in findings)
    return request.param, findings


def lines(family: str, found: list[RuleFinding], rule: str) -> list[str]:
    """The source lines that a rule points at."""
    source = FAMILIES[family][1].split("\n")
    return [source[one.line - 1].strip() for one in found if one.rule == rule]


def test_a_guard_that_nobody_uses(found: tuple[str, list[RuleFinding]]) -> None:
    (one,) = [one for one in found[1] if one.rule == "unused-guard"]
    assert "admin" in one.title.lower()


def test_sql_from_strings(found: tuple[str, list[RuleFinding]]) -> None:
    (line,) = lines(*found, "sql-from-strings")
    assert "name = '" in line
    assert [one.possible for one in found[1] if one.rule == "sql-from-strings"] == [False]


def test_a_query_in_a_loop(found: tuple[str, list[RuleFinding]]) -> None:
    (line,) = lines(*found, "query-in-loop")
    assert "orders" in line


def test_a_secret_in_the_code(found: tuple[str, list[RuleFinding]]) -> None:
    (line,) = lines(*found, "hard-coded-secret")
    assert "9f8a7d6c5b4a39281706" in line
    assert "9f8a7d6c5b4a39281706" not in "".join(one.model_dump_json() for one in found[1])


def test_a_call_without_a_timeout(found: tuple[str, list[RuleFinding]]) -> None:
    if found[0] == "java":
        pytest.skip("Java's clients take their timeouts from elsewhere: the reader says that it is not known")
    (line,) = lines(*found, "missing-timeout")
    assert "pay.example.com" in line
    assert "imeout" not in line


def test_java_streams_are_loops(tmp_path: Path) -> None:
    text = """package app;
class Orders {
    List<User> users(List<Order> orders) {
        Optional.of(1L).map(id -> repository.findById(id));
        return orders.stream().map(one -> repository.findById(one.userId())).toList();
    }
    void all(List<Long> ids) { ids.forEach(repository::findById); }
}
"""
    (tmp_path / "Orders.java").write_text(text, encoding="utf-8")
    assert sorted(one.line for one in extract(tmp_path).findings if one.rule == "query-in-loop") == [5, 7]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.go", 'package a\nfunc f(n string) {\n\tq := "SELECT * FROM t "\n\tq += "WHERE n=" + n\n\tdb.Query(q)\n}'),
        ("a.py", 'def f(db, n):\n    q = "SELECT * FROM t WHERE 1=1 "\n    q += "AND n = " + n\n    db.execute(q)\n'),
    ],
)  # fmt: skip
def test_sql_that_grows(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (one,) = [one for one in extract(tmp_path).findings if one.rule == "sql-from-strings"]
    assert not one.possible


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("application.properties", "jwt.secret=9f8a7d6c5b4a39281706", 1),
        ("src/main/resources/application.yml", "jwt:\n  secret: '9f8a7d6c5b4a39281706'", 1),
        ("config.toml", 'api_key = "sk9f8a7d6c5b4a39281706"', 1),
        ("application.yml", "jwt:\n  secret: ${JWT_SECRET}\n  token-validity: 86400000\npassword: changeme", 0),
        ("locales/en.yml", "password: 'Your pass-word'", 0),
        ("messages.properties", "login.password=Pass-word1", 0),
    ],
)
def test_secrets_in_settings(path: str, text: str, count: int, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert len([one for one in extract(tmp_path).findings if one.rule == "hard-coded-secret"]) == count


@pytest.mark.parametrize("framework", ["express", "nestjs", "fastapi", "django", "fiber", "gorilla/mux"])
def test_the_first_match_answers(framework: str, tmp_path: Path) -> None:
    from collections.abc import Iterator

    from hivemind_facts.models import Endpoint

    class Given:
        name, version = "given", 1

        def read(self, repository: object) -> Iterator[Endpoint]:
            for line, path in ((1, "/a/{id}"), (9, "/a/b")):
                yield Endpoint(method="GET", path=path, file="a.x", line=line, framework=framework)

    (tmp_path / "a.x").write_text("urlpatterns = []" + "\n" * 20, encoding="utf-8")
    (one,) = extract(tmp_path, [Given()]).findings
    assert (one.rule, one.line) == ("shadowed-route", 9)


@pytest.mark.parametrize(
    ("name", "value", "answer"),
    [
        ("JWT_SECRET", "my-very-own-secret", True),
        ("password", "hunter2hunter2", True),
        ("PASSWORD_CHANGED", "password_changed", False),
        ("TOKEN_GENERATOR_CLASS", "a.b.c.Generator", False),
        ("token", "background-primary", False),
        ("token", "ghp_9f8a7d6c5b4a", True),
        ("api_key", "${API_KEY}", False),
        ("secretName", "9f8a7d6c5b4a", False),
    ],
)
def test_what_a_secret_looks_like(name: str, value: str, answer: bool) -> None:
    from hivemind_facts.languages.secrets import is_secret

    assert is_secret(name, value) is answer
