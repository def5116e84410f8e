"""The Python program of a repository after its abstract run: what all readers of Python look at.

Every module that has to do with a framework, or that such a module imports, is run once with abstract values: calls of
foreign classes give objects that remember their arguments and every method called on them. Functions that make an
application or a router and that nothing calls are called with unknown arguments, as a server would.
"""

from __future__ import annotations

import re
import weakref
from collections import defaultdict
from collections.abc import Iterable
from posixpath import dirname

from hivemind_facts.languages.python import is_test
from hivemind_facts.readers.python import environment
from hivemind_facts.readers.python.machine import Machine
from hivemind_facts.readers.python.packages import Packages
from hivemind_facts.readers.python.values import UNKNOWN, Cls, Func, Obj, made_by
from hivemind_facts.reading import Digest, Repository

FRAMEWORKS = frozenset(
    (
        *("fastapi", "starlette", "flask", "flask_restful", "flask_restx", "flask_restplus", "quart", "django"),
        *("rest_framework", "ninja", "strawberry", "graphene", "graphene_django", "ariadne", "sqlalchemy", "sqlmodel"),
        *(
            "peewee",
            "tortoise",
            "flask_sqlalchemy",
            "flask_jwt_extended",
            "flask_login",
            "flask_smorest",
            "fastapi_utils",
        ),
        *("fastapi_users", "rest_framework_nested", "flask_openapi3", "apiflask", "ninja_extra", "pydantic_settings"),
    )
)
APPS = ("FastAPI", "Flask", "Starlette", "Quart", "APIFlask", "OpenAPI", "NinjaAPI", "NinjaExtraAPI")
ROUTERS = ("APIRouter", "Blueprint", "Api", "Namespace", "Router", "APIBlueprint", "DefaultRouter", "SimpleRouter")
REGISTERING = frozenset(
    ("include_router", "add_api_route", "register_blueprint", "add_url_rule", "add_resource", "add_namespace", "route")
)
_MIGRATION = re.compile(r"(^|/)migrations/(\d{4}_\w+|__init__)\.py$|(^|/)(alembic|migrations)/versions/")
_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["']?\s*(?:\]\s*=|,|=)\s*["']([\w.]+)["']""")
_programs: weakref.WeakKeyDictionary[Repository, Program]


class Program:
    """All that the abstract run of a repository has found."""

    def __init__(self, repository: Repository) -> None:
        self._repository = weakref.ref(repository)
        self.imports: dict[str, set[str]] = {}
        self._makers: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self.registrars: dict[str, dict[str, set[str]]] = defaultdict(dict)
        """By file and function, the names that routes are put on."""
        digests = repository.digests("python")
        self.packages = Packages(path for path in digests if not is_test(path))
        relevant = self._relevant(digests.items())
        self.machine = Machine(self.packages, self._digest, environment.samples(repository))
        self.machine.django_settings = self._django_settings(repository, relevant)
        for path in relevant:
            if not _MIGRATION.search(path):
                self.machine.module(path)
        self._start_makers()

    def _digest(self, path: str) -> Digest | None:
        repository = self._repository()
        return None if repository is None or is_test(path) else repository.digest(path)

    def _relevant(self, digests: Iterable[tuple[str, Digest]]) -> list[str]:
        """The modules that import a framework, and all that import those, in path order."""
        importers: dict[str, set[str]] = defaultdict(set)
        seeds: list[str] = []
        for path, digest in digests:
            if digest["test"]:
                continue
            foreign = set()
            for _, module, level, name, _ in digest["imports"]:
                found = self.imported(path, module, level, name)
                for one in found:
                    importers[one].add(path)
                if not found and not level:
                    foreign.add(module.partition(".")[0])
            self.imports[path] = foreign
            for call in digest["calls"]:
                last = call["callee"].rpartition(".")[2]
                if call["function"] and (last in APPS or last in ROUTERS):
                    self._makers[path].setdefault(call["function"], set()).add(last)
                if call["function"] and last in REGISTERING:
                    head = call["callee"].partition(".")[0]
                    self.registrars[path].setdefault(call["function"], set()).add(head)
            if foreign & FRAMEWORKS:
                seeds.append(path)
        reached = set(seeds)
        while seeds:
            for path in importers[seeds.pop()]:
                if path not in reached:
                    reached.add(path)
                    seeds.append(path)
        return sorted(reached)

    def imported(self, path: str, module: str, level: int, name: str | None) -> list[str]:
        """The files of the repository that one imported name brings in."""
        packages = self.packages
        found = packages.relative(path, level, module) if level else packages.absolute(path, module)
        if found is None:
            return []
        inner = self.packages.submodule(found, name) if name and name != "*" else None
        return [one for one in (inner, found) if one is not None and one.endswith(".py")][:1]

    def _django_settings(self, repository: Repository, relevant: list[str]) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        places = [f.path for f in repository.files("manage.py", "wsgi.py", "asgi.py", "pytest.ini", "setup.cfg")]
        places += [f.path for f in repository.files("pyproject.toml", "tox.ini")]
        places.sort(key=lambda path: (path.rpartition("/")[2] not in ("wsgi.py", "asgi.py"), path))
        for place in places:
            for match in _SETTINGS.finditer(repository.text(place)):
                path = self.packages.absolute(place, match.group(1))
                if path is not None and path.endswith(".py") and path not in found:
                    found[path] = dirname(place)
        if not found:
            found = {path: dirname(path) for path in self.packages.paths if path.endswith("/settings.py")}
        relevant += sorted(set(found) - set(relevant))
        return [(folder, path) for path, folder in found.items()]

    def _start_makers(self) -> None:
        for wanted in (APPS, ROUTERS):
            for func in list(self.machine.functions):
                made = self._makers.get(func.path, {}).get(func.qualname, set())
                if not func.calls and made.intersection(wanted):
                    self.start(func)

    def start(self, func: Func) -> None:
        """Call a function that nothing calls, with unknown arguments."""
        if func.owner is not None:
            func = func.bind(Obj(func.owner, path=func.path, line=func.owner.line))
        required = [name for name, kind, _, default in func.args if default is None and kind in "pak"]
        skip = 1 if func.owner is not None else 0
        self.machine.start(func, dict.fromkeys(required[skip:], UNKNOWN))

    @property
    def functions(self) -> list[Func]:
        """Every function that was defined while the modules ran."""
        return self.machine.functions

    def objects(self, *leaves: str) -> list[Obj]:
        """Every object that was made by a foreign class of one of these last names, in the order of making."""
        return [obj for obj in self.machine.made if made_by(obj, *leaves)]

    def events(self, name: str) -> list[Obj]:
        """What a method of this name gave, whatever object it was called on: `db.Table(...)`."""
        found = [event for obj in self.machine.made for event in obj.events if event.name == name]
        return [Obj(event.base, event.args, event.kwargs, event.path, event.line) for event in found]

    @property
    def classes(self) -> list[Cls]:
        """Every class that was defined while the modules ran."""
        return self.machine.classes


_programs = weakref.WeakKeyDictionary()


def program_of(repository: Repository) -> Program:
    """The program of a repository; made once."""
    found = _programs.get(repository)
    if found is None:
        found = _programs[repository] = Program(repository)
    return found
