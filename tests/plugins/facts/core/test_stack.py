"""The stack: real manifests and configuration, in the forms that people write."""

from __future__ import annotations

import json

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.repository import TreeRepository


def versions(root) -> dict[str, str | None]:
    return {one.name: one.version for one in extract(root).stack.frameworks}


def resources(root) -> set[str]:
    return {one.name for one in extract(root).stack.resources}


PYPROJECT = """
[project]
name = "shop"
dependencies = ["fastapi[standard]>=0.115,<1", "SQLAlchemy==2.0.36 ; python_version > '3.8'"]
[project.optional-dependencies]
test = ["pytest"]
[dependency-groups]
dev = ["hypothesis>=6"]
"""
POETRY = """
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.11"
Django = "^5.0"
celery = {version = "^5.3", extras = ["redis"]}
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""


def test_pyproject_of_pep_621_and_735(write):
    root = write({"pyproject.toml": PYPROJECT})
    assert versions(root) == {"FastAPI": ">=0.115,<1", "SQLAlchemy": "2.0.36", "pytest": None, "Hypothesis": ">=6"}
    (manifest,) = extract(root).stack.manifests
    assert (manifest.kind, manifest.name, manifest.dependencies) == ("pyproject", "shop", 4)


def test_poetry_with_its_lock(write):
    lock = '[[package]]\nname = "django"\nversion = "5.1.4"\n\n[[package]]\nname = "celery"\nversion = "5.4.0"\n'
    root = write({"pyproject.toml": POETRY, "poetry.lock": lock})
    assert versions(root) == {"Django": "5.1.4", "Celery": "5.4.0", "pytest": "*"}


def test_requirements_setup_cfg_setup_py_pipfile_and_conda(write):
    root = write(
        {
            "requirements/base.txt": "-r other.txt\nFlask==3.0.3 \\\n    --hash=sha256:abc\n"
            "# comment\ngit+https://x/y#egg=Bottle\n",
            "setup.cfg": "[options]\ninstall_requires =\n    sanic>=23\n",
            "setup.py": "from setuptools import setup\nREQ = ['tornado==6.4']\nsetup(name='x', install_requires=REQ)\n",
            "Pipfile": '[packages]\nfalcon = "==4.0"\n',
            "environment.yml": "name: x\ndependencies:\n  - python=3.11\n"
            "  - pandas=2.2.0\n  - pip:\n    - quart==0.19\n",
        }
    )
    found = versions(root)
    assert found == {
        "Flask": "3.0.3",
        "Bottle": None,
        "Sanic": ">=23",
        "Tornado": "6.4",
        "Falcon": "==4.0",
        "pandas": "2.2.0",
        "Quart": "0.19",
    }


PACKAGE = json.dumps({"name": "web", "dependencies": {"express": "^4.18.0"}, "devDependencies": {"jest": "^29"}})
LOCKS = {
    "package-lock.json": json.dumps(
        {"lockfileVersion": 3, "packages": {"": {}, "node_modules/express": {"version": "4.19.2"}}}
    ),
    "yarn.lock": 'express@^4.18.0:\n  version "4.19.2"\n  resolved "https://x"\n',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      express:\n"
    "        specifier: ^4.18.0\n        version: 4.19.2(supports-color@8)\n\n"
    "packages:\n\n  express@4.0.0:\n    x: y\n",
}


@pytest.mark.parametrize("lock", LOCKS)
def test_package_json_with_each_lock(write, lock):
    root = write({"package.json": PACKAGE, lock: LOCKS[lock]})
    assert versions(root) == {"Express": "4.19.2", "Jest": "^29"}


def test_a_lock_above_a_workspace_counts(write):
    root = write(
        {"package.json": "{}", "yarn.lock": LOCKS["yarn.lock"], "apps/web/package.json": PACKAGE, "apps/web/i.js": ""}
    )
    (express,) = [one for one in extract(root).stack.frameworks if one.name == "Express"]
    assert (express.version, express.service, express.file) == ("4.19.2", "web", "apps/web/package.json")


POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <artifactId>shop</artifactId>
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>
    <version>3.3.5</version></parent>
  <properties><flyway.version>10.20.1</flyway.version></properties>
  <dependencies>
    <dependency><groupId>org.flywaydb</groupId><artifactId>flyway-core</artifactId>
      <version>${flyway.version}</version></dependency>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId></dependency>
  </dependencies>
</project>"""


def test_maven_with_properties(write):
    root = write({"pom.xml": POM})
    assert versions(root) == {"Spring Boot": "3.3.5", "Flyway": "10.20.1"}
    assert resources(root) == {"postgresql"}


def test_gradle_with_a_version_catalogue(write):
    root = write(
        {
            "gradle/libs.versions.toml": '[versions]\nspring = "3.3.5"\n[libraries]\n'
            'web = { module = "org.springframework.boot:spring-boot-starter-web", version.ref = "spring" }\n'
            'unused = "io.javalin:javalin:6.0"\n',
            "build.gradle.kts": 'plugins { id("org.springframework.boot") version "3.3.5" }\ndependencies {\n'
            '    implementation(libs.web)\n    // implementation("io.ktor:ktor-server-core:2.0")\n'
            '    testImplementation("org.junit.jupiter:junit-jupiter:5.11.3")\n'
            '    runtimeOnly "com.h2database:h2"\n}\n',
        }
    )
    assert versions(root) == {"Spring Boot": "3.3.5", "Spring Boot (MVC)": "3.3.5", "JUnit 5": "5.11.3"}
    assert resources(root) == {"h2"}


def test_go_modules_without_the_indirect_ones(write):
    root = write(
        {
            "go.mod": "module example.com/shop\n\ngo 1.23\n\nrequire (\n\tgithub.com/labstack/echo/v4 v4.12.0\n"
            "\tgithub.com/gin-gonic/gin v1.10.0 // indirect\n)\nrequire github.com/lib/pq v1.10.9\n"
        }
    )
    assert versions(root) == {"Echo": "v4.12.0"}
    assert resources(root) == {"postgresql"}


def test_uses_compares_whole_names(write):
    repository = TreeRepository(
        write(
            {
                "requirements.txt": "Flask_RESTful==0.3\n# django\n",
                "pom.xml": POM,
                "go.mod": "module x\nrequire github.com/labstack/echo/v4 v4.12.0\n",
                "package.json": '{"dependencies": {"express-jwt": "8"}, "keywords": ["react"]}',
            }
        )
    )
    assert repository.uses("flask-restful")
    assert repository.uses("org.flywaydb:flyway-core")
    assert repository.uses("flyway-core")
    assert repository.uses("github.com/labstack/echo")
    assert repository.uses("nothing", "express-jwt")
    assert not repository.uses("flask", "django", "express", "react", "echo")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {".env.example": "DATABASE_URL=postgresql+asyncpg://u:p@db/x\nCACHE=redis://cache\n"},
            {"postgresql", "redis"},
        ),
        ({"shop/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\n"}, {"mysql"}),
        ({"src/main/resources/application.yml": "spring:\n  datasource:\n    url: jdbc:mariadb://db/x\n"}, {"mariadb"}),
        ({"src/main/resources/application.properties": "spring.datasource.url=jdbc:h2:mem:x\n"}, {"h2"}),
        ({"knexfile.js": "module.exports = { client: 'pg' }\n"}, {"postgresql"}),
        ({"prisma/schema.prisma": 'datasource db {\n  provider = "mysql"\n  url = env("X")\n}\n'}, {"mysql"}),
        ({"src/data-source.ts": "new DataSource({ type: 'better-sqlite3' })\n"}, {"sqlite"}),
        (
            {"compose.yaml": "services:\n  q:\n    image: docker.io/bitnami/kafka:3\n  m:\n    image: mongo:7\n"},
            {"kafka", "mongodb"},
        ),
        ({"package.json": '{"dependencies": {"ioredis": "5", "amqplib": "1"}}'}, {"redis", "rabbitmq"}),
        ({"a.py": "import sqlite3\n"}, {"sqlite"}),
        ({"notes.md": "we use postgres://nowhere and redis\n"}, set()),
        ({"a.py": "# import sqlite3\n"}, set()),
    ],
)
def test_resources(write, files, expected):
    assert resources(write(files)) == expected


def test_containers_pipelines_entry_points_and_tests(write):
    root = write(
        {
            "Dockerfile": "FROM node:22 AS build\nRUN x\nFROM nginx:1.27\nCOPY --from=build /x /y\n"
            "EXPOSE 80\nCMD nginx\n",
            "compose.yaml": "services:\n  api:\n    build: ./api\n    ports: ['80:80']\n    environment: !reset []\n",
            "k8s/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n---\nkind: Service\n",
            ".github/workflows/test.yml": "name: Tests\non: push\njobs:\n  unit: {}\n  lint: {}\n",
            ".gitlab-ci.yml": "stages: [a]\n.hidden: {script: x}\nbuild:\n  script: make\n",
            "Jenkinsfile": "pipeline { stages { stage('Build') { steps { sh 'x' } } } }\n",
            ".circleci/config.yml": "jobs:\n  go: {}\n",
            "azure-pipelines.yml": "jobs:\n- job: Linux\n",
            "Procfile": "web: gunicorn app:app\n",
            "package.json": '{"main": "src/index.js", "scripts": {"start": "node ."}, '
            '"devDependencies": {"vitest": "2"}}',
            "src/index.js": "",
            "src/a.test.ts": "",
            "app.py": "from flask import Flask\napp = Flask(__name__)\n",
            "tests/test_app.py": "",
            "cmd/shop/main.go": "package main\n\nfunc main() {}\n",
            "pkg/a_test.go": "package pkg\n",
            "src/main/java/ShopApplication.java": "@SpringBootApplication\nclass ShopApplication {}\n",
        }
    )
    stack = extract(root).stack
    assert [(one.kind, one.name, one.detail) for one in stack.containers] == [
        ("dockerfile", "Dockerfile", "from node:22, nginx:1.27; exposes 80; runs nginx"),
        ("compose service", "api", "build ./api; ports 80:80"),
        ("kubernetes Deployment", "api", ""),
    ]
    assert {(one.kind, one.name, one.detail) for one in stack.ci} == {
        ("GitHub Actions", "Tests", "jobs: unit, lint"),
        ("GitLab CI", ".gitlab-ci.yml", "jobs: build"),
        ("Jenkins", "Jenkinsfile", "stages: Build"),
        ("CircleCI", "config.yml", "jobs: go"),
        ("Azure Pipelines", "azure-pipelines.yml", "jobs: Linux"),
    }
    assert {(one.kind, one.file, one.line) for one in stack.entry_points} == {
        ("process", "Procfile", 1),
        ("script", "package.json", None),
        ("main", "src/index.js", None),
        ("Flask application", "app.py", 2),
        ("program", "cmd/shop/main.go", 3),
        ("program", "src/main/java/ShopApplication.java", 1),
    }
    assert {(one.name, one.kind, one.detail) for one in stack.tests} == {
        ("src", "Vitest", "1 file"),
        ("tests", "unittest", "1 file"),
        ("pkg", "go test", "1 file"),
    }


def test_languages_by_their_share_of_bytes(write):
    root = write({"a.py": "x" * 300, "b.ts": "y" * 60, "c.tsx": "y" * 40, "d.md": "z" * 999})
    assert [(one.name, one.files, one.share) for one in extract(root).stack.languages] == [
        ("python", 1, 0.75),
        ("typescript", 2, 0.25),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", "{broken"),
        ("pyproject.toml", "[project\n"),
        ("pom.xml", "<project>"),
        ("pom.xml", '<!DOCTYPE x [<!ENTITY a "b">]><project>&a;</project>'),
        ("setup.py", "def ("),
        ("package-lock.json", "[" * 100_000),
        ("composer.json", '{"require": 3}{'),
    ],
)
def test_a_manifest_that_does_not_parse_is_named(write, name, text):
    facts = extract(write({name: text}))
    assert name in [one.file for one in facts.unresolved]


@pytest.mark.parametrize(
    "text", ["[]", '{"dependencies": []}', '{"dependencies": {"express": 3}}', '{"bin": 4, "main": []}']
)
def test_a_manifest_of_strange_shape_does_not_matter(write, text):
    extract(write({"package.json": text}))


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 5000, "services: [1, 2]\n", "services:\n  a: 3\n", "&a [*a]\n", "x: *nowhere\n", "- " * 5000]
)
def test_strange_yaml_does_not_matter(write, text):
    extract(write({"compose.yaml": text, ".gitlab-ci.yml": text, ".github/workflows/x.yml": text}))
