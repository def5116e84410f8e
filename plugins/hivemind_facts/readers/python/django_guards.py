"""Access to Django and REST framework views: permission classes, mixins, decorators."""

from __future__ import annotations

from hivemind_facts.models import Auth
from hivemind_facts.readers.python.anonymous import SAFE, Anon, Anonymous
from hivemind_facts.readers.python.machine import Machine
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Bound, Cls, Env, Ext, Func, Obj, Value, leaf
from hivemind_facts.readers.python.wrappers import guard_of
from hivemind_facts.routes import Guard

_OPEN = ("AllowAny", "BasePermission")
_READ_ONLY = ("IsAuthenticatedOrReadOnly", "DjangoModelPermissionsOrAnonReadOnly", "TokenHasReadWriteScopeOrReadOnly")
_CLOSED = (
    *("IsAuthenticated", "IsAdminUser", "DjangoModelPermissions", "DjangoObjectPermissions", "HasAPIKey"),
    *("TokenHasScope", "TokenHasReadWriteScope", "IsAuthenticatedOrTokenHasScope"),
)
_MIXINS = (
    *("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin", "AccessMixin", "StaffuserRequiredMixin"),
    *("SuperuserRequiredMixin", "GroupRequiredMixin"),
)
_DETAIL = ("retrieve", "update", "partial_update", "destroy")


class Permissions(Anonymous):
    """Asks permission classes what they answer to nobody."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.default_classes = self._default()

    def _default(self) -> Value:
        """The permission classes of the settings; MISSING if there are none."""
        settings = self.django_setting("REST_FRAMEWORK")
        if not isinstance(settings, dict):
            return MISSING
        listed = settings.get("DEFAULT_PERMISSION_CLASSES", MISSING)
        if not isinstance(listed, list | tuple):
            return MISSING if listed is MISSING else UNKNOWN
        where = Env({}, self.django_settings[0][1] if self.django_settings else "")
        found = []
        for item in listed:
            value = self.named(item, where) if isinstance(item, str) else item
            found.append(Ext(item) if isinstance(item, str) and value is UNKNOWN else value)
        return found

    def guards(self, classes: Value, method: str, view: Cls, detail: bool, action: str, default: bool) -> Guard:
        """What a list of permission classes decides for a method."""
        where = f"{view.path}:{view.lines.get('permission_classes', view.line)}"
        if default:
            where = "REST_FRAMEWORK in the settings"
        if not isinstance(classes, list | tuple):
            return Guard("unknown", f"permission classes of {view.name} are not constant ({where})")
        if not classes:
            return Guard("none", f"no permission classes ({where})")
        found = [(self.judge(one, method, view, detail, action), leaf(one)) for one in classes]
        for wanted in ("required", "unknown", "optional", "none"):
            names = [name for auth, name in found if auth == wanted]
            if names:
                roles = ("admin",) if "IsAdminUser" in names else ()
                auth: Auth = found[[auth for auth, _ in found].index(wanted)][0]
                return Guard(auth, f"{', '.join(names)} ({where})", roles=roles)
        return Guard("none", f"no permission classes ({where})")

    def judge(self, permission: Value, method: str, view: Cls, detail: bool, action: str) -> Auth:
        """What one permission decides for a method."""
        if isinstance(permission, Obj):
            if leaf(permission.cls) in ("|", "&"):
                return self._combined(permission, method, view, detail, action)
            if isinstance(permission.cls, Cls | Ext):
                permission = permission.cls
        if isinstance(permission, Cls):
            return self._own(permission, method, view, detail, action)
        return self._foreign(leaf(permission), method)

    def _combined(self, value: Obj, method: str, view: Cls, detail: bool, action: str) -> Auth:
        both = [self.judge(one, method, view, detail, action) for one in value.args]
        order: tuple[Auth, ...] = ("required", "unknown", "optional", "none")
        if leaf(value.cls) == "|":
            order = ("none", "optional", "unknown", "required")
        return next((auth for auth in order if auth in both), "unknown")

    def _foreign(self, name: str, method: str) -> Auth:
        if name in _OPEN or not name:
            return "none" if name else "unknown"
        if name in _READ_ONLY:
            return "optional" if method in SAFE else "required"
        if name in _CLOSED or "Authenticated" in name or "Admin" in name:
            return "required"
        return "unknown"

    def _own(self, permission: Cls, method: str, view: Cls, detail: bool, action: str) -> Auth:
        instance = Obj(permission, path=permission.path, line=permission.line)
        shown = Obj(view, attrs={"action": action or UNKNOWN, "request": Anon(), "kwargs": {}})
        self.touched, self.method = False, method
        answers: list[Value] = []
        for name, args in (("has_permission", [Anon(), shown]), ("has_object_permission", [Anon(), shown, UNKNOWN])):
            if name == "has_object_permission" and not detail:
                continue
            func = permission.find(name)
            if isinstance(func, Func):
                end, value = self.outcome(func.bind(instance), args, {})
                answers.append(False if end == "raised" else value)
            elif name == "has_permission":
                foreign = [self._foreign(base.rpartition(".")[2], method) for base in permission.foreign()]
                answers.append(next((auth for auth in foreign if auth != "none"), "none"))
        self.method = None
        return self._conclude(answers)

    def _conclude(self, answers: list[Value]) -> Auth:
        found: list[Auth] = []
        for answer in answers:
            if answer in ("required", "optional", "none", "unknown") and isinstance(answer, str):
                found.append(answer)  # type: ignore[arg-type]
                continue
            allowed = self.truth(answer)
            if isinstance(answer, Anon):
                allowed = None
            found.append("unknown" if allowed is None else "required" if not allowed else "none")
        if "required" in found:
            return "required"
        if "unknown" in found:
            return "unknown"
        return "optional" if "optional" in found or self.touched else "none"

    def call(self, func: Value, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of a call; `super().has_permission()` asks the foreign base."""
        if isinstance(func, Bound) and func.name in ("has_permission", "has_object_permission"):
            base = func.base
            if isinstance(base, Obj):
                names = base.cls.foreign() if isinstance(base.cls, Cls) else [leaf(base.cls)]
                auths = [self._foreign(name.rpartition(".")[2], self.method or "POST") for name in names]
                self.touched = self.touched or any(auth != "none" for auth in auths)
                return "unknown" not in auths and "required" not in auths if auths else True
        if isinstance(func, Bound) and func.name == "dispatch":
            self.reached = True
            return UNKNOWN
        return super().call(func, args, kwargs, env, line)

    def of_view(
        self, view: Cls, method: str, handler: str, extra: Value = MISSING, detail: bool = False
    ) -> Guard | None:
        """What a class of views decides for one method."""
        own = view.find(handler)
        for holder in [own if isinstance(own, Func) else None, view]:
            guard = self.by_decorators(holder) if holder is not None else None
            if guard is not None:
                return guard
        if view.is_a(*_MIXINS):
            name = next(base.rpartition(".")[2] for base in view.foreign() if base.rpartition(".")[2] in _MIXINS)
            return Guard("required", f"{name} ({view.path}:{view.line})")
        if is_rest(view):
            return self._rest(view, method, handler, extra, detail or handler in _DETAIL)
        return self._dispatch(view)

    def _dispatch(self, view: Cls) -> Guard | None:
        dispatch = view.find("dispatch")
        if not isinstance(dispatch, Func):
            return None
        for cls in view.mro():
            own = cls.names.get("dispatch") if isinstance(cls, Cls) else None
            guard = self.by_decorators(own) if isinstance(own, Func) else None
            if guard is not None:
                return guard
        self.touched = self.reached = False
        end, _ = self.outcome(dispatch.bind(Obj(view, attrs={"request": Anon()})), [Anon()], {})
        if self.touched and not self.reached and end != "unknown":
            return Guard("required", f"{dispatch.qualname} ({dispatch.path}:{dispatch.line})")
        return None

    def _rest(self, view: Cls, method: str, handler: str, extra: Value, detail: bool) -> Guard:
        classes, default = extra, False
        if classes is MISSING:
            chooser = view.find("get_permissions")
            if isinstance(chooser, Func):
                instance = Obj(view, attrs={"action": handler, "request": Anon()})
                self.method = method
                _, classes = self.outcome(chooser.bind(instance), [], {})
                self.method = None
                if isinstance(classes, Bound | Obj):
                    classes = view.find("permission_classes")
            else:
                classes = view.find("permission_classes")
        if classes is MISSING:
            classes, default = self.default_classes, True
        if classes is MISSING:
            return Guard("none", f"no permission classes on {view.name} and no default in the settings", default=True)
        return self.guards(classes, method, view, detail, handler, default)

    def by_decorators(self, target: Func | Cls) -> Guard | None:
        """What the decorators of a view decide."""
        for decorator in target.decorators:
            if leaf(decorator) == "permission_classes" and isinstance(decorator, Obj) and isinstance(target, Func):
                view = Cls(target.name, [], {}, {}, {}, target.env, target.path, target.line)
                method = self.method or "GET"
                return self.guards(decorator.arg(0, "permission_classes"), method, view, False, target.name, False)
            found = guard_of(decorator, target, self)
            if found is not None:
                return found
        return None


def is_rest(view: Cls) -> bool:
    """Whether a class of views is one of REST framework."""
    return any(
        name.startswith(("rest_framework", "drf", "djoser", "dj_rest_auth")) for name in view.foreign()
    ) or view.is_a("APIView", "GenericAPIView", "ViewSet", "GenericViewSet", "ModelViewSet")
