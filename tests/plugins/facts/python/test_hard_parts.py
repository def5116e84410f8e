"""Parts of Python applications that a first attempt gets wrong, each in a few lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hivemind_facts.models import Facts

Source = Callable[..., Facts]


def found(facts: Facts) -> dict[str, str]:
    return {f"{one.method} {one.path}": one.auth for one in facts.endpoints}


def test_router_lists_in_a_package_found_by_walking_it(source: Source) -> None:
    facts = source(
        main__py="",
        app__init="",
        app__main="from fastapi import FastAPI\nfrom app.routes import routers\napp = FastAPI()\n"
        "for prefix, router in routers.items():\n    app.include_router(router, prefix=prefix)\n",
        app__routes__init="import importlib, pkgutil\nrouters = {}\nfor info in pkgutil.iter_modules(__path__):\n"
        "    module = importlib.import_module(f'{__name__}.{info.name}')\n"
        "    routers[f'/{info.name}'] = module.router\n",
        app__routes__users="from fastapi import APIRouter\nrouter = APIRouter()\n"
        "@router.get('/list')\ndef listed(): ...\n",
    )
    assert found(facts) == {"GET /users/list": "none"}


def test_a_prefix_that_is_not_constant_is_listed(source: Source) -> None:
    facts = source(
        main="import sys\nfrom fastapi import APIRouter, FastAPI\napp = FastAPI()\nrouter = APIRouter()\n"
        "@router.get('/x')\ndef x(): ...\napp.include_router(router, prefix=sys.argv[1])\n"
    )
    assert found(facts) == {}
    assert [(one.what, one.file, one.line) for one in facts.unresolved] == [("prefix", "main.py", 6)]


def test_a_prefix_that_depends_on_a_condition_is_not_guessed(source: Source) -> None:
    facts = source(
        main="import socket\nfrom fastapi import FastAPI, APIRouter\napp = FastAPI()\nrouter = APIRouter()\n"
        "if socket.gethostname() == 'a':\n    prefix = '/a'\nelse:\n    prefix = '/b'\n"
        "@router.get('/x')\ndef x(): ...\napp.include_router(router, prefix=prefix)\n"
    )
    assert found(facts) == {}
    assert len(facts.unresolved) == 1


def test_a_registering_function_that_nothing_calls_is_listed(source: Source) -> None:
    facts = source(
        main="from flask import Flask\napp = Flask(__name__)\n",
        more="from flask import Flask\ndef register(app: Flask):\n    app.add_url_rule('/x', 'x', lambda: '')\n",
    )
    assert [(one.file, one.line) for one in facts.unresolved] == [("more.py", 2)]
    assert "register()" in facts.unresolved[0].reason


def test_two_functions_of_one_name_in_two_packages(source: Source) -> None:
    route = "def setup(app):\n    @app.get('/{0}')\n    def view(): return ''\n"
    facts = source(
        main="from flask import Flask\nfrom one.routes import setup\nfrom two import routes\napp = Flask(__name__)\n"
        "setup(app)\nroutes.setup(app)\n",
        one__init="",
        one__routes="import flask\n" + route.replace("{0}", "one"),
        two__init="",
        two__routes="import flask\n" + route.replace("{0}", "two"),
    )
    assert found(facts) == {"GET /one": "none", "GET /two": "none"}


def test_a_monorepo_keeps_equal_package_names_apart(source: Source) -> None:
    app = (
        "from fastapi import FastAPI\nfrom app.routes import router\napp = FastAPI()\n"
        "app.include_router(router, prefix='/{0}')\n"
    )
    routes = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/{0}')\ndef x(): ...\n"
    files = {}
    for name in ("a", "b"):
        files[f"{name}__app__init"] = ""
        files[f"{name}__app__main"] = app.replace("{0}", name)
        files[f"{name}__app__routes"] = routes.replace("{0}", f"only-{name}")
    assert set(found(source(**files))) == {"GET /a/only-a", "GET /b/only-b"}


def test_settings_from_a_sample_of_the_environment(source: Source, tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text('export API_PREFIX="/from-sample"  # comment\n')
    facts = source(
        main="from fastapi import FastAPI, APIRouter\nfrom pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings):\n    api_prefix: str\n    version: str = '/v3'\nsettings = Settings()\n"
        "app = FastAPI()\nrouter = APIRouter()\n@router.get('/x')\ndef x(): ...\n"
        "app.include_router(router, prefix=f'{settings.api_prefix}{settings.version}')\n"
    )
    assert found(facts) == {"GET /from-sample/v3/x": "none"}
    assert {(one.name, one.default) for one in facts.environment} == {("API_PREFIX", False), ("VERSION", True)}


def test_an_alias_of_a_dependency_that_another_file_exports(source: Source) -> None:
    facts = source(
        deps="from typing import Annotated\nfrom fastapi import Depends\n"
        "from fastapi.security import OAuth2PasswordBearer\n"
        "scheme = OAuth2PasswordBearer(tokenUrl='x')\nasync def user(token: str = Depends(scheme)): ...\n"
        "User = Annotated[dict, Depends(user)]\n",
        names="from deps import User as Someone\n",
        main="from __future__ import annotations\nfrom fastapi import FastAPI\n"
        "from names import Someone\napp = FastAPI()\n"
        "@app.get('/me')\ndef me(user: Someone): ...\n@app.get('/open')\ndef open_(): ...\n",
    )
    assert found(facts) == {"GET /me": "required", "GET /open": "none"}


def test_a_middleware_that_lets_some_paths_through(source: Source) -> None:
    facts = source(
        main="from fastapi import FastAPI\nfrom starlette.middleware.base import BaseHTTPMiddleware\n"
        "from starlette.responses import JSONResponse\nOPEN = {'/login'}\n"
        "class Guard(BaseHTTPMiddleware):\n"
        "    async def dispatch(self, request, call_next):\n"
        "        if request.url.path in OPEN:\n            return await call_next(request)\n"
        "        if not request.headers.get('Authorization'):\n            return JSONResponse({}, status_code=401)\n"
        "        return await call_next(request)\n"
        "app = FastAPI()\napp.add_middleware(Guard)\n"
        "@app.post('/login')\ndef login(): ...\n@app.get('/data')\ndef data(): ...\n"
    )
    assert found(facts) == {"POST /login": "none", "GET /data": "required"}


def test_jwt_required_with_optional(source: Source) -> None:
    facts = source(
        app="from flask import Flask\nfrom flask_jwt_extended import jwt_required\napp = Flask(__name__)\n"
        "@app.get('/a')\n@jwt_required()\ndef a(): ...\n@app.get('/b')\n@jwt_required(optional=True)\ndef b(): ...\n"
    )
    assert found(facts) == {"GET /a": "required", "GET /b": "optional"}


def test_namespaces_of_restx(source: Source) -> None:
    facts = source(
        app="from flask import Flask\nfrom flask_restx import Api, Namespace, Resource\napp = Flask(__name__)\n"
        "api = Api(app, prefix='/api')\ncats = Namespace('cats')\ndogs = api.namespace('dogs', path='/hounds')\n"
        "@cats.route('/', '/all')\nclass Cats(Resource):\n    def get(self): ...\n"
        "@dogs.route('/<int:id>')\nclass Dog(Resource):\n    def delete(self, id): ...\napi.add_namespace(cats)\n"
    )
    assert set(found(facts)) == {"GET /api/cats", "GET /api/cats/all", "DELETE /api/hounds/{id}"}


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (r"^articles/(?P<slug>[-\w]+)/?$", "/articles/{slug}"),
        (r"^a/(\d+)/(?:page/(?P<page>\d+)/)?$", "/a/{arg1}"),
        (r"^v(?P<version>(1|2))/x\.json$", "/v{version}/x.json"),
        (r"^files/(?P<rest>.*)$", "/files/{rest}"),
        (r"^(a|b)/$", "/{arg1}"),
    ],
)
def test_regular_expressions_of_django(source: Source, pattern: str, path: str) -> None:
    facts = source(
        manage="import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings')\n",
        conf__init="",
        conf__settings="ROOT_URLCONF = 'conf.urls'\n",
        conf__urls="from django.urls import re_path\nfrom django.views.decorators.http import require_GET\n"
        f"@require_GET\ndef view(request, **kw): ...\nurlpatterns = [re_path({pattern!r}, view)]\n",
    )
    assert set(found(facts)) == {f"GET {path}"}


def test_routes_that_a_library_makes_at_run_time_are_listed(source: Source) -> None:
    facts = source(
        manage="import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings')\n",
        conf__init="",
        conf__settings="ROOT_URLCONF = 'conf.urls'\n",
        conf__urls="from django.contrib import admin\nfrom django.urls import include, path\n"
        "urlpatterns = [path('admin/', admin.site.urls), path('accounts/', include('allauth.urls'))]\n",
    )
    assert {one.reason for one in facts.unresolved} == {
        "routes made at run time by django.contrib.admin.site.urls under 'admin/'",
        "routes made at run time by allauth.urls under 'accounts/'",
    }


def test_graphql_written_in_code(source: Source) -> None:
    facts = source(
        schema="import strawberry\nfrom perms import IsAuthenticated\n@strawberry.type\nclass Query:\n"
        "    @strawberry.field\n    def all_books(self, first: int = 10) -> list[str]: ...\n"
        "@strawberry.type\nclass Mutation:\n    @strawberry.mutation(permission_classes=[IsAuthenticated])\n"
        "    def add_book(self, info, title: str) -> str: ...\n"
        "schema = strawberry.Schema(query=Query, mutation=Mutation)\n",
        other="import graphene\nclass Query(graphene.ObjectType):\n"
        "    last_page = graphene.Field(graphene.String, id=graphene.ID())\n"
        "    def resolve_last_page(self, info, id): ...\nschema = graphene.Schema(query=Query)\n",
        third="from ariadne import QueryType\nquery = QueryType()\n@query.field('hello')\n"
        "def resolve(_, info, name): ...\n",
    )
    assert {(one.kind, one.name, one.arguments, one.auth, one.framework) for one in facts.graphql} == {
        ("query", "allBooks", ("first",), "none", "strawberry"),
        ("mutation", "addBook", ("title",), "required", "strawberry"),
        ("query", "lastPage", ("id",), "none", "graphene"),
        ("query", "hello", ("name",), "none", "ariadne"),
    }


def test_services_outside_and_modules(source: Source) -> None:
    facts = source(
        app__init="",
        app__pay="import requests\nimport boto3 as aws\nfrom redis import Redis\nfrom . import conf\n"
        "def pay():\n    requests.post('https://user:secret@pay.example/charge')\n"
        "    requests.get('https://pay.example', timeout=5)\n    aws.client('s3')\n    Redis(host='x')\n",
        app__conf="",
    )
    assert {(one.kind, one.name, one.target, one.timeout) for one in facts.external} == {
        ("http", "requests", "https://pay.example/charge", False),
        ("http", "requests", "https://pay.example", True),
        ("storage", "aws s3", "", None),
        ("cache", "redis", "", None),
    }
    modules = {one.path: one.imports for one in facts.modules}
    assert modules["app/pay.py"] == ("app/conf.py",)


def test_a_program_that_never_ends_is_left(source: Source) -> None:
    facts = source(
        main="from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x(): ...\n"
        "def again(n):\n    for a in range(300):\n        for b in range(300):\n"
        "            for c in range(300):\n                again(c)\n"
        "again(1)\n@app.get('/y')\ndef y(): ...\n"
    )
    assert "GET /x" in found(facts)
    assert [one.what for one in facts.unresolved] == ["module"]


def test_guards_that_a_generic_base_controller_has(source: Source) -> None:
    facts = source(
        deps="from fastapi import Depends\nfrom fastapi.security import HTTPBearer\nscheme = HTTPBearer()\n"
        "def user(token=Depends(scheme)): ...\nclass Base[T]:\n    who: str = Depends(user)\n",
        main="from fastapi import APIRouter, FastAPI\nfrom fastapi_utils.cbv import cbv\nfrom deps import Base\n"
        "app = FastAPI()\nrouter = APIRouter()\n@cbv(router)\nclass Items(Base[int]):\n"
        "    @router.get('/items')\n    def items(self): ...\napp.include_router(router)\n",
    )
    assert found(facts) == {"GET /items": "required"}


def test_a_router_class_that_a_function_makes(source: Source) -> None:
    facts = source(
        kit="from fastapi import APIRouter as _Base\ndef router_class(kind):\n    class _Custom(_Base):\n"
        "        def __init__(self, *args, **kwargs):\n"
        "            super().__init__(*args, **kwargs)\n    return _Custom\n",
        main="from fastapi import FastAPI\nfrom kit import router_class\nRouter = router_class(1)\napp = FastAPI()\n"
        "router = Router(prefix='/made')\n@router.get('/x')\ndef x(): ...\napp.include_router(router)\n",
    )
    assert found(facts) == {"GET /made/x": "none"}
