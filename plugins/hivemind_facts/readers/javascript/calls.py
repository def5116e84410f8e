"""HTTP calls of the code: those of browser code are calls of the frontend, the others talk to something outside.

Every function is followed once by itself, with its parameters unknown. A request whose address hangs on a parameter
makes its function a wrapper; it becomes a call where somebody gives it an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hivemind_facts.models import Call, External, Unresolved
from hivemind_facts.readers.javascript import addresses, clients, program
from hivemind_facts.readers.javascript.clients import Request
from hivemind_facts.readers.javascript.endpoints_of import response_fields, rtk_models
from hivemind_facts.readers.javascript.interpreter import Interpreter
from hivemind_facts.readers.javascript.modules import Frame
from hivemind_facts.readers.javascript.sides import Sides
from hivemind_facts.readers.javascript.values import Func, Obj, Site, Unknown
from hivemind_facts.reading import Digest, Repository, Yielded

FUNCTION_STEPS = 4_000
TOTAL_STEPS = 1_000_000
"""Beyond this the rest is listed as not followed."""
MAX_FUNCTIONS = 40_000
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class _Seen:
    """One request, and the functions that led to it, outermost first."""

    stack: tuple[int, ...]
    request: Request
    address: addresses.Address
    method: str | None
    """None: a caller may still tell."""
    at: Site
    wrapper: str


@dataclass(eq=False)
class _Recorder:
    seen: list[_Seen] = field(default_factory=list)
    wrappers: set[str] = field(default_factory=set)
    """Files with a function whose request a caller completes."""

    def record(self, machine: Interpreter, request: Request) -> None:
        frames = machine.frames
        stack = tuple(id(frame.func.node) if frame.func is not None else hash(frame.site.file) for frame in frames)
        address = addresses.read(request.url)
        method: str | None = "UNKNOWN"
        if isinstance(request.method, str):
            method = request.method.upper() if request.method.upper() in _METHODS else "UNKNOWN"
        elif isinstance(request.method, Unknown) and request.method.param:
            method = None
        if address.open or method is None:
            self.wrappers |= {frame.func.scope.file for frame in frames if frame.func is not None}
        at = frames[1].site if len(frames) > 1 else request.site
        wrapper = frames[1].func.label if len(frames) > 1 and frames[1].func is not None else request.client
        self.seen.append(_Seen(stack, request, address, method, at, wrapper))


class Calls:
    """Reads HTTP calls."""

    name = "http-calls"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield calls of browser code and what the other code talks to over HTTP."""
        files = program.digests(repository)
        recorder = _Recorder()
        models, ambient = clients.models(recorder.record)
        base = [path for path, digest in files.items() if program.mentions(digest, *clients.WORDS)]
        if not base:
            return
        machine = program.follow(repository, {**models, **rtk_models(recorder.record)}, {}, "")
        machine.digests = files
        machine.ambient = ambient
        _follow(machine, files, base, recorder)
        yield from _facts(repository, files, recorder)
        if machine.steps > TOTAL_STEPS:
            yield Unresolved(
                what="call", reason="the program is too large to follow whole: calls may be missing", file=""
            )


def _follow(machine: Interpreter, files: dict[str, Digest], base: list[str], recorder: _Recorder) -> None:
    importers: dict[str, set[str]] = {}
    for path, digest in files.items():
        for _line, source, kind in digest["imports"]:
            target = machine.resolve(source, path) if kind != "type" else None
            if target is not None:
                importers.setdefault(target, set()).add(path)
    wanted, done = set(base), set[str]()
    for path in base:  # an instance of a client may be all that such a module gives
        wanted |= _reached(path, importers, files)
    while wanted - done:
        for path in sorted(wanted - done):
            done.add(path)
            machine.running_callbacks = True
            machine.limit = machine.steps + FUNCTION_STEPS * 10
            machine.module(path)
        _each_function(machine, done)
        for path in list(recorder.wrappers):
            wanted |= _reached(path, importers, files)


def _reached(path: str, importers: dict[str, set[str]], files: dict[str, Digest]) -> set[str]:
    """The modules that import one, also through modules that only pass it on."""
    found: set[str] = set()
    stack = [path]
    while stack:
        for other in importers.get(stack.pop(), ()):
            if other not in found:
                found.add(other)
                if any(kind == "export" for _line, _source, kind in files[other]["imports"]):
                    stack.append(other)
    return found


def _each_function(machine: Interpreter, within: set[str]) -> None:
    machine.running_callbacks = False
    followed: set[int] = machine.alone
    for _ in range(MAX_FUNCTIONS):
        todo = [func for func in machine.functions if id(func.node) not in followed and func.scope.file in within]
        instances = [cls for cls in machine.classes if id(cls.node) not in followed and cls.scope.file in within]
        if (not todo and not instances) or machine.steps > TOTAL_STEPS:
            return
        for cls in instances:
            followed.add(id(cls.node))
            machine.limit = machine.steps + FUNCTION_STEPS
            made = Obj({}, cls, open=True)
            own = next((m[5] for m in cls.node[5] if m[0] == "method" and m[2] == "constructor"), None)
            given = [Unknown(p[0][1] if p[0][0] == "id" else "", True) for p in own[3]] if own is not None else []
            site = Site(cls.scope.file, cls.node[1])
            machine.frames = [Frame(None, site)]
            machine.initialise(made, cls, list(given), site)
            for member in cls.node[5]:
                if member[0] == "method" and isinstance(member[2], str) and member[2] != "constructor":
                    this = cls if member[3] else made
                    machine.function(member[5], cls.scope, this=this, name=member[2], owner=cls)
        for func in todo:
            if machine.steps > TOTAL_STEPS:
                return
            followed.add(id(func.node))
            _alone(machine, func)


def _alone(machine: Interpreter, func: Func) -> None:
    machine.limit = machine.steps + FUNCTION_STEPS
    machine.frames = []
    given = [Unknown(param[0][1] if param[0][0] == "id" else "", True) for param in func.node[3]]
    machine.enter(func, list(given), func.site)


def _facts(repository: Repository, files: dict[str, Digest], recorder: _Recorder) -> Iterator[Yielded]:
    complete = {(seen.stack, seen.request.site) for seen in recorder.seen if _is_complete(seen)}
    sides = Sides(repository, files)
    given: set[Site] = set()
    told: set[tuple[Site, str, str]] = set()
    for seen in recorder.seen:
        inner = any((seen.stack[start:], seen.request.site) in complete for start in range(1, len(seen.stack)))
        if inner or not _is_complete(seen):
            continue
        given.add(seen.request.site)
        key = (seen.at, seen.method or "", f"{seen.address.host}{seen.address.path}")
        if key not in told:
            told.add(key)
            yield _fact(seen, sides, files)
    for seen in recorder.seen:
        site = seen.request.site
        if site not in given and not _is_complete(seen):
            given.add(site)
            if sides.browser(site.file) or seen.address.why:
                what = seen.address.why or "the method is a parameter"
                reason = f"{seen.request.client}: {what}, and no caller gives it a constant"
                yield Unresolved(what="call", reason=reason, file=site.file, line=site.line)


def _is_complete(seen: _Seen) -> bool:
    return seen.address.path is not None and seen.method is not None


def _fact(seen: _Seen, sides: Sides, files: dict[str, Digest]) -> Call | External:
    request, address = seen.request, seen.address
    outside = bool(address.host) and not address.local and address.host not in sides.bases and not request.based
    if not sides.browser(seen.at.file) or outside:
        name = address.host or request.client
        return External(
            kind="http",
            name=name,
            target=f"{address.host}{address.path}" if address.host else str(address.path),
            timeout=request.timeout,
            file=seen.at.file,
            line=seen.at.line,
        )
    body = request.body
    fields = tuple(name for name in body.props if name != "...") if isinstance(body, Obj) and body.cls is None else ()
    return Call(
        method=seen.method or "UNKNOWN",
        path=str(address.path),
        file=seen.at.file,
        line=seen.at.line,
        client=seen.wrapper if len(seen.stack) > 1 else request.client,
        fields=fields,
        response_fields=response_fields(files[seen.at.file], seen.at.line) if seen.at.file in files else (),
    )


__all__ = ["Calls", "urlsplit"]
