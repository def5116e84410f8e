"""Which methods a Django view answers, and who does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hivemind_facts.readers.python.django_guards import Permissions, is_rest
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Bound, Cls, Ext, Func, Obj, Value, leaf, name_of
from hivemind_facts.readers.python.web import docstring, strings, type_name
from hivemind_facts.readers.python.wrappers import guard_of
from hivemind_facts.routes import Guard

VERBS = ("get", "post", "put", "patch", "delete")
ACTIONS = {
    "ModelViewSet": ("list", "create", "retrieve", "update", "partial_update", "destroy"),
    "ReadOnlyModelViewSet": ("list", "retrieve"),
    "ListModelMixin": ("list",),
    "CreateModelMixin": ("create",),
    "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"),
    "DestroyModelMixin": ("destroy",),
}
_GENERIC = {
    "CreateAPIView": ("post",),
    "ListAPIView": ("get",),
    "RetrieveAPIView": ("get",),
    "DestroyAPIView": ("delete",),
    "UpdateAPIView": ("put", "patch"),
    "ListCreateAPIView": ("get", "post"),
    "RetrieveUpdateAPIView": ("get", "put", "patch"),
    "RetrieveDestroyAPIView": ("get", "delete"),
    "RetrieveUpdateDestroyAPIView": ("get", "put", "patch", "delete"),
    "TemplateView": ("get",),
    "ListView": ("get",),
    "DetailView": ("get",),
    "RedirectView": ("get",),
    "FormView": ("get", "post"),
    "CreateView": ("get", "post"),
    "UpdateView": ("get", "post"),
    "DeleteView": ("get", "post"),
    "LoginView": ("get", "post"),
    "LogoutView": ("post",),
    "PasswordResetView": ("get", "post"),
    "PasswordChangeView": ("get", "post"),
    "ArchiveIndexView": ("get",),
    "TokenObtainPairView": ("post",),
    "TokenObtainSlidingView": ("post",),
    "TokenRefreshView": ("post",),
    "TokenRefreshSlidingView": ("post",),
    "TokenVerifyView": ("post",),
    "TokenBlacklistView": ("post",),
    "ObtainAuthToken": ("post",),
    "ObtainJSONWebToken": ("post",),
    "RefreshJSONWebToken": ("post",),
    "VerifyJSONWebToken": ("post",),
    "SpectacularAPIView": ("get",),
    "SpectacularSwaggerView": ("get",),
    "SpectacularRedocView": ("get",),
}
_FUNCTIONS = {
    "obtain_auth_token": ("post",),
    "obtain_jwt_token": ("post",),
    "refresh_jwt_token": ("post",),
    "verify_jwt_token": ("post",),
}
_RESTRICTING = {"require_GET": ("get",), "require_POST": ("post",), "require_safe": ("get",)}
_DETAILED = ("RetrieveAPIView", "DestroyAPIView", "UpdateAPIView", "RetrieveUpdateAPIView")


@dataclass
class Answer:
    """One method that a view answers."""

    method: str
    handler: str
    file: str
    line: int
    guards: tuple[Guard, ...] = ()
    request_type: str | None = None
    response_type: str | None = None
    paginated: bool | None = None
    summary: str = ""
    framework: str = "django"


class ForeignView(Exception):  # noqa: N818 - a signal, not an error
    """A view whose methods stand in a library."""


def answers(view: Value, permissions: Permissions, path: str, line: int) -> Iterator[Answer]:
    """The methods that a view in a URL pattern answers.

    Raises:
        ForeignView: The view comes from a library that is not known.
    """
    wrapped: list[Value] = []
    while isinstance(view, Obj) and leaf(view.cls) != "as_view" and view.args and not isinstance(view.cls, Cls):
        wrapped.append(view.cls)
        view = view.args[0]
    extra = tuple(g for one in wrapped if (g := guard_of(one, _standin(path, line), permissions)) is not None)
    if isinstance(view, Func):
        found = list(_function(view, permissions))
    elif isinstance(view, Obj) and leaf(view.cls) == "as_view":
        found = list(_class(view, permissions, path, line))
    elif isinstance(view, Ext | Bound) and leaf(view) in _FUNCTIONS:
        found = [Answer(verb.upper(), leaf(view), path, line, framework="drf") for verb in _FUNCTIONS[leaf(view)]]
    else:
        raise ForeignView(name_of(view) or "a view that is not constant")
    for answer in found:
        answer.guards = extra + answer.guards
        yield answer


def _standin(path: str, line: int) -> Cls:
    from hivemind_facts.readers.python.values import Env

    return Cls("view", [], {}, {}, {}, Env({}, path), path, line)


def _function(view: Func, permissions: Permissions) -> Iterator[Answer]:
    methods: list[str] = []
    rest = False
    for decorator in view.decorators:
        name = leaf(decorator)
        if name in ("require_http_methods", "api_view"):
            rest = rest or name == "api_view"
            given = decorator.arg(0, "http_method_names", ["GET"]) if isinstance(decorator, Obj) else ["GET"]
            methods = [m.upper() for m in strings(given)] or ["GET"]
        elif name in _RESTRICTING:
            methods = [m.upper() for m in _RESTRICTING[name]]
    for method in methods or _asked(view):
        permissions.method = method
        guard = permissions.by_decorators(view)
        permissions.method = None
        if guard is None and rest and permissions.default_classes is not MISSING:
            holder = Cls(view.name, [], {}, {}, {}, view.env, view.path, view.line)
            guard = permissions.guards(permissions.default_classes, method, holder, False, view.name, True)
        yield Answer(
            method,
            view.name,
            view.path,
            view.line,
            (guard,) if guard else (),
            summary=docstring(view),
            framework="drf" if rest else "django",
        )


def _asked(view: Func) -> list[str]:
    """The methods that a plain function tells apart; every one if it does not."""
    equal: set[str] = set()
    other: set[str] = set()
    stack: list[object] = list(view.body)
    while stack:
        node = stack.pop()
        if isinstance(node, tuple) and len(node) == 4 and node[0] == "cmp" and len(node[2]) == 1:
            left, sign, right = node[1], node[2][0], node[3][0]
            if left[0] == "a" and left[2] == "method":
                names = {right[1]} if right[0] == "c" else {i[1] for i in right[1]} if right[0] in "tls" else set()
                (equal if sign in ("==", "in") else other).update(n for n in names if isinstance(n, str))
        if isinstance(node, tuple | list):
            stack.extend(part for part in node if isinstance(part, tuple | list))
    if other and not equal:
        return sorted(other)
    if equal:
        return sorted(equal | {"GET"} if "GET" not in equal and not other else equal | other)
    return ["ANY"]


def _class(made: Obj, permissions: Permissions, path: str, line: int) -> Iterator[Answer]:
    view = made.cls.base if isinstance(made.cls, Bound) else None
    if not isinstance(view, Cls):
        name = name_of(made.cls).rpartition(".")[0].rpartition(".")[2]
        if name not in _GENERIC:
            raise ForeignView(name_of(made.cls).rpartition(".")[0] or "a class that is not constant")
        for verb in _GENERIC[name]:
            yield Answer(verb.upper(), name, path, line, framework="django")
        return
    mapping = made.arg(0, "actions")
    if isinstance(mapping, dict):
        for verb, action in mapping.items():
            if isinstance(action, str) and isinstance(verb, str):
                yield answer_of(view, verb.upper(), action, permissions)
        return
    found = set()
    for verb in allowed(view):
        if isinstance(view.find(verb), Func):
            found.add(verb)
    for base in view.foreign():
        found.update(_GENERIC.get(base.rpartition(".")[2], ()))
    for verb in VERBS:
        if verb in found and verb in allowed(view):
            yield answer_of(view, verb.upper(), verb, permissions)
    if not found and not view.is_a("View", "APIView", "GenericAPIView"):
        raise ForeignView(f"{view.name}, whose methods come from {', '.join(view.foreign()) or 'nowhere'}")


def allowed(view: Cls) -> list[str]:
    """The methods that a class lets through at all."""
    names = view.find("http_method_names")
    listed = [name.lower() for name in strings(names)] if isinstance(names, list | tuple) else list(VERBS)
    return [verb for verb in VERBS if verb in listed]


def has_action(view: Cls, action: str) -> bool:
    """Whether a class of views answers an action, by its own method or by a mixin."""
    if isinstance(view.find(action), Func):
        return True
    return any(action in ACTIONS.get(base.rpartition(".")[2], ()) for base in view.foreign())


def answer_of(
    view: Cls, method: str, handler: str, permissions: Permissions, extra: Value = MISSING, detail: bool = False
) -> Answer:
    """One method of a class of views."""
    func = view.find(handler)
    own = func if isinstance(func, Func) else None
    detail = detail or (
        handler in VERBS and view.is_a(*_DETAILED, "RetrieveUpdateDestroyAPIView", "RetrieveDestroyAPIView")
    )
    guard = permissions.of_view(view, method, handler, extra, detail)
    serializer = view.find("serializer_class")
    kind = type_name(serializer) if isinstance(serializer, Cls) else None
    many = handler == "list" or (handler == "get" and view.is_a("ListAPIView", "ListCreateAPIView"))
    rest = is_rest(view)
    return Answer(
        method,
        f"{view.name}.{handler}",
        own.path if own and own.owner is view else view.path,
        own.line if own and own.owner is view else view.line,
        (guard,) if guard else (),
        request_type=kind if method in ("POST", "PUT", "PATCH") else None,
        response_type=f"list[{kind}]" if kind and many else kind if method != "DELETE" else None,
        paginated=_paginated(view, permissions) if many and rest else None,
        summary=docstring(own) if own else "",
        framework="drf" if rest else "django",
    )


def _paginated(view: Cls, permissions: Permissions) -> bool | None:
    own = view.find("pagination_class")
    if own is not MISSING:
        return None if own is UNKNOWN else own is not None
    settings = permissions.django_setting("REST_FRAMEWORK")
    if isinstance(settings, dict):
        return bool(settings.get("DEFAULT_PAGINATION_CLASS"))
    return False
