"""What Node's own modules and loaders of folders do: paths, folders, globs."""

from __future__ import annotations

import re
from posixpath import basename, dirname, join, normpath, splitext
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.builtins import between, same
from hivemind_facts.readers.javascript.evaluation import ROOT
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Text,
    Unknown,
    Value,
    concat,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model


def _path_join(_machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
    if not all(isinstance(arg, str) for arg in args):
        if args and isinstance(args[0], str) and all(isinstance(arg, str | Text | Unknown) for arg in args):
            return concat(between(args, "/"))
        return Unknown(callee.path)
    kept = [arg for arg in args if arg]
    if callee.path.endswith("resolve") and kept and not kept[0].startswith("/"):
        kept.insert(0, ROOT + dirname(site.file))
    return (
        normpath(
            join(
                *[
                    arg if i == 0 else arg.lstrip("/") if callee.path.endswith("join") else arg
                    for i, arg in enumerate(kept)
                ]
            )
        )
        if kept
        else "."
    )


def _read_folder(machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
    folder = args[0] if args else None
    if not isinstance(folder, str) or not folder.startswith(ROOT[:-1]):
        if isinstance(folder, str) and not folder.startswith("/"):
            folder = ROOT + folder
        else:
            return Unknown(callee.path)
    prefix = normpath(folder[len(ROOT) :] + "/.").strip("/.")
    prefix = f"{prefix}/" if prefix else ""
    names = dict.fromkeys(
        file.path[len(prefix) :].split("/", 1)[0] for file in machine.repository.files() if file.path.startswith(prefix)
    )
    found = Arr(list(names))
    last = args[-1] if args else None
    if isinstance(last, Func):
        machine.call(last, [None, found], site)
    if len(args) > 1 and isinstance(args[1], Obj) and args[1].props.get("withFileTypes"):
        return Arr([_entry(machine, prefix, name) for name in names])
    return found


def _entry(machine: Interpreter, prefix: str, name: str) -> Obj:
    file = machine.repository.exists(prefix + name)
    tests = {"isFile": file, "isDirectory": not file, "isSymbolicLink": False}
    return Obj({"name": name, **{key: Method(key, lambda _m, _a, _s, v=value: v) for key, value in tests.items()}})


def _stat(machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    path = args[0] if args else None
    if not isinstance(path, str) or not path.startswith(ROOT):
        return Unknown("stat")
    name = path[len(ROOT) :].rstrip("/")
    return _entry(machine, name.rsplit("/", 1)[0] + "/" if "/" in name else "", name.rsplit("/", 1)[-1])


def _basename(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    if not args or not isinstance(args[0], str):
        return Unknown("basename")
    name = basename(args[0])
    suffix = args[1] if len(args) > 1 and isinstance(args[1], str) else ""
    return name.removesuffix(suffix) if suffix else name


def _parsed_path(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    if not args or not isinstance(args[0], str):
        return Unknown("path")
    name, ext = splitext(basename(args[0]))
    return Obj({"name": name, "ext": ext, "base": name + ext, "dir": dirname(args[0])})


def _above(path: Value) -> Value:
    return dirname(path) if isinstance(path, str) else path


def _url(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    if not args:
        return Unknown("URL")
    if len(args) < 2 or args[1] is UNDEFINED or (isinstance(args[0], str) and "://" in args[0]):
        return args[0]
    base = args[1]
    if isinstance(base, str) and base.startswith(ROOT) and isinstance(args[0], str):
        return normpath(join(dirname(base), args[0]))
    return concat(
        [base.rstrip("/") if isinstance(base, str) else base, "" if str(args[0]).startswith("/") else "/", args[0]]
    )


def _directory(machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
    """`require-directory` and the like: a folder as an object of what its modules export."""
    given = next((arg for arg in args if isinstance(arg, str)), None)
    options = next((arg for arg in args if isinstance(arg, Obj) and isinstance(arg.props.get("dirname"), str)), None)
    given = options.props["dirname"] if options is not None else given
    if given is None:
        given = "."
    here = dirname(site.file)
    folder = given[len(ROOT) :] if given.startswith(ROOT) else normpath(join(here, given))
    found = _folder(machine, "" if folder == "." else folder.rstrip("/"), site)
    for arg in args:
        visit = arg.props.get("visit") if isinstance(arg, Obj) else None
        if isinstance(visit, Func):
            _visit(machine, found, visit, site)
    return found


def _visit(machine: Interpreter, found: Obj, visit: Func, site: Site) -> None:
    for value in found.props.values():
        if isinstance(value, Obj) and value.cls is None and value.site is None:
            _visit(machine, value, visit, site)
        else:
            machine.call(visit, [value], site)


def _folder(machine: Interpreter, folder: str, site: Site) -> Obj:
    made = Obj()
    prefix = f"{folder}/" if folder else ""
    for file in machine.repository.files(".js", ".ts", ".cjs", ".mjs", ".json"):
        if not file.path.startswith(prefix) or file.path == site.file or file.path.endswith(".d.ts"):
            continue
        holder = made
        *folders, name = file.path[len(prefix) :].split("/")
        for each in folders:
            holder = holder.props.setdefault(each, Obj())
        holder.props[splitext(name)[0]] = machine.require(ROOT + file.path, site.file)
    return made


def _glob(machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
    pattern = args[0] if args else None
    if not isinstance(pattern, str):
        return Unknown("glob")
    rooted = pattern.startswith(ROOT)
    bare = pattern[len(ROOT) :] if rooted else normpath(pattern)
    regex = re.compile(_glob_regex(bare))
    found = Arr([ROOT + file.path for file in machine.repository.files() if regex.fullmatch(file.path)])
    for arg in args:
        if isinstance(arg, Func):
            machine.call(arg, [None, found], site)
    return found


def _glob_regex(pattern: str) -> str:
    out = []
    for piece in re.findall(r"\*\*/?|\*|\?|\{[^}]*\}|[+@!]\([^)]*\)|.", pattern):
        if piece.startswith("**"):
            out.append("(?:.*/)?" if piece.endswith("/") else ".*")
        elif piece in "*?":
            out.append("[^/]*" if piece == "*" else "[^/]")
        elif piece[0] in "{+@!" and len(piece) > 2:
            inner = piece.strip("{}+@!()").replace(",", "|")
            out.append("(?:" + "|".join(re.escape(each) for each in inner.split("|")) + ")")
        else:
            out.append(re.escape(piece))
    return "".join(out)


def _configured(machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
    """`config.get('a.b')` of the package `config`: its default file."""
    value = machine.json("config/default.json") if machine.repository.exists("config/default.json") else UNDEFINED
    if not args or not isinstance(args[0], str) or not isinstance(value, Obj):
        return Ext(f"{callee.path}()", tuple(args), callee, site)
    for name in args[0].split("."):
        value = machine.get(value, name, site)
    return value


def models() -> dict[str, Model]:
    """Models of Node's own modules and of loaders."""
    found: dict[str, Model] = {
        "path.basename": _basename,
        "path.parse": _parsed_path,
        "path.dirname": lambda _m, _c, args, _s: dirname(args[0]) if args and isinstance(args[0], str) else Unknown(),
        "path.extname": lambda _m, _c, args, _s: (
            splitext(args[0])[1] if args and isinstance(args[0], str) else Unknown()
        ),
        "url.fileURLToPath": same,
        "config.get": _configured,
        "desm.join": lambda machine, callee, args, site: _path_join(
            machine, callee, [_above(args[0]), *args[1:]], site
        ),
        "desm.dirname": lambda _m, _c, args, _s: _above(args[0]) if args else Unknown(),
        "desm": lambda _m, _c, args, _s: _above(args[0]) if args else Unknown(),
        "URL": _url,
        "glob": _glob,
        "glob.sync": _glob,
        "glob.globSync": _glob,
        "fast-glob.sync": _glob,
        "globby.sync": _glob,
    }
    for name in ("join", "resolve", "posix.join", "normalize"):
        found[f"path.{name}"] = _path_join
    for name in ("readdirSync", "readdir", "promises.readdir"):
        found[f"fs.{name}"] = _read_folder
    found["fs/promises.readdir"] = _read_folder
    found["fs.statSync"] = found["fs.lstatSync"] = _stat
    for name in ("require-directory", "require-dir", "require-all", "include-all", "requiredir"):
        found[name] = _directory
    return found
