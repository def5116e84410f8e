"""What JavaScript itself and Node's own modules do: strings, arrays, objects, paths, folders."""

from __future__ import annotations

import re
from posixpath import basename, dirname, join, normpath, splitext
from typing import TYPE_CHECKING

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
    hint_of,
    pieces,
    truth,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model

_ITERATIONS = frozenset({"forEach", "map", "filter", "find", "some", "every", "flatMap", "reduce"})


def items_of(machine: Interpreter, value: Value) -> list[Value] | None:
    """The items of an array that is known, None for one that is not."""
    if isinstance(value, Arr):
        return list(value.items) if value.items or not value.open else None
    return list(value) if isinstance(value, str) else None


def keys_of(machine: Interpreter, value: Value) -> list[Value] | None:
    """The property names of an object that is known."""
    if isinstance(value, Obj):
        return [name for name in value.props if name not in ("...", "__base__")]
    keys = getattr(value, "keys", None)
    if keys is not None:
        return list(keys(machine))
    return [str(index) for index in range(len(value.items))] if isinstance(value, Arr) else None


def member(machine: Interpreter, value: Value, name: str) -> Value:
    """A property of a plain value; None if there is none that we know."""
    if isinstance(value, Arr):
        return _of_array(value, name)
    if isinstance(value, str | Text):
        return _of_string(value, name)
    if isinstance(value, Func):
        return value.name if name == "name" else None
    if name in ("then", "catch", "finally"):
        return Method(name, lambda machine, args, site: _after(machine, value, args, site))
    if isinstance(value, Unknown) and name in _ITERATIONS:
        return Method(name, lambda machine, args, site: _each_unknown(machine, value, args, site))
    if name in ("toString", "trim", "toLowerCase", "toUpperCase", "valueOf") and not isinstance(value, Obj):
        return Method(name, lambda machine, args, site: value)
    return None


def _after(machine: Interpreter, value: Value, args: list[Value], site: Site) -> Value:
    result: Value = Unknown()
    for arg in args:
        if isinstance(arg, Func) and machine.running_callbacks:
            result = machine.call(arg, [value if not isinstance(value, Unknown) else Unknown()], site)
    return result


def _each_unknown(machine: Interpreter, value: Unknown, args: list[Value], site: Site) -> Value:
    if args and isinstance(args[0], Func) and machine.running_callbacks:
        machine.call(args[0], [Unknown("item", value.param), Unknown("index")], site)
    return Unknown(value.hint, value.param)


def _of_array(value: Arr, name: str) -> Value:
    if name == "length":
        return Unknown("length") if value.open else len(value.items)
    if name.isdigit():
        return value.items[int(name)] if int(name) < len(value.items) else (Unknown() if value.open else UNDEFINED)
    if name in _ITERATIONS:
        return Method(name, lambda machine, args, site: _iterate(machine, value, name, args, site))
    simple = {
        "push": lambda args: value.items.extend(args),
        "unshift": lambda args: value.items.__setitem__(slice(0, 0), args),
        "concat": lambda args: Arr(value.items + [i for a in args for i in (a.items if isinstance(a, Arr) else [a])]),
        "join": lambda args: concat(_between(value.items, args[0] if args else ",")),
        "reverse": lambda args: Arr(value.items[::-1], value.open),
        "slice": lambda args: (
            Arr(value.items[slice(*[a if isinstance(a, int) else None for a in args[:2]])], value.open)
            if args
            else Arr(list(value.items), value.open)
        ),
        "sort": lambda args: value,
        "flat": lambda args: Arr(
            [i for a in value.items for i in (a.items if isinstance(a, Arr) else [a])], value.open
        ),
        "includes": lambda args: Unknown() if value.open or not args else args[0] in value.items,
        "indexOf": lambda args: value.items.index(args[0]) if args and args[0] in value.items else -1,
        "keys": lambda args: Arr(list(range(len(value.items)))),
        "values": lambda args: value,
        "entries": lambda args: Arr([Arr([i, v]) for i, v in enumerate(value.items)]),
        "pop": lambda args: value.items[-1] if value.items else UNDEFINED,
        "shift": lambda args: value.items[0] if value.items else UNDEFINED,
        "at": lambda args: value.items[-1] if value.items else UNDEFINED,
    }
    if name in simple:
        return Method(name, lambda machine, args, site: simple[name](args))
    return None


def _between(items: list[Value], separator: Value) -> list[Value]:
    found: list[Value] = []
    for index, item in enumerate(items):
        found += [separator, item] if index else [item]
    return found


def _iterate(machine: Interpreter, value: Arr, name: str, args: list[Value], site: Site) -> Value:
    if not args:
        return UNDEFINED
    function, results, kept = args[0], [], []
    if name == "reduce":
        result = args[1] if len(args) > 1 else UNDEFINED
        for item in value.items[:500]:
            result = machine.call(function, [result, item], site)
        return result
    for index, item in enumerate(value.items[:2000]):
        result = machine.call(function, [item, index, value], site)
        results.append(result)
        if truth(result) is not False:
            kept.append(item)
    if value.open and not value.items:
        results.append(machine.call(function, [Unknown("item"), Unknown("index")], site))
    if name in ("map", "flatMap"):
        flat = [i for r in results for i in (r.items if isinstance(r, Arr) else [r])] if name == "flatMap" else results
        return Arr(flat, value.open)
    if name == "filter":
        return Arr(kept, value.open)
    if name == "find":
        return kept[0] if kept else UNDEFINED
    return UNDEFINED if name == "forEach" else Unknown(name)


def _of_string(value: str | Text, name: str) -> Value:
    if name == "length":
        return len(value) if isinstance(value, str) else Unknown("length")
    if name == "href":
        return value
    if name in ("concat",):
        return Method(name, lambda machine, args, site: concat([value, *args]))
    if not isinstance(value, str):
        same = ("replace", "replaceAll", "trim", "toLowerCase", "toUpperCase", "toString")
        return Method(name, lambda machine, args, site: value if name in same else Unknown(name))
    run = _STRINGS.get(name)
    if run is None:
        return None
    return Method(name, lambda machine, args, site: _tried(run, value, args))


def _tried(run: object, value: str, args: list[Value]) -> Value:
    try:
        return run(value, args)  # type: ignore[operator]
    except (TypeError, ValueError, IndexError, AttributeError, re.error):
        return Unknown(value)


def _replace(value: str, args: list[Value]) -> Value:
    old, new = args[0], args[1]
    if isinstance(new, Text | Unknown) or not isinstance(new, str):
        if isinstance(old, str) and old in value:
            before, after = value.split(old, 1)
            return concat([before, new, after])
        return Unknown(value)
    if isinstance(old, Unknown) and old.hint.startswith("/") and old.hint.endswith("/"):
        pattern = old.hint[1:-1]
        if len(pattern) < 40 and not re.search(r"[+*]\)?[+*{]", pattern):
            return re.sub(pattern, re.sub(r"\$(\d)", r"\\\1", new), value)
        return Unknown(value)
    return value.replace(old, new, 1)


_STRINGS = {
    "toString": lambda value, args: value,
    "trim": lambda value, args: value.strip(),
    "toLowerCase": lambda value, args: value.lower(),
    "toUpperCase": lambda value, args: value.upper(),
    "replace": _replace,
    "replaceAll": _replace,
    "split": lambda value, args: Arr(value.split(args[0]) if args and args[0] else list(value)),
    "slice": lambda value, args: value[args[0] : args[1] if len(args) > 1 else None],
    "substring": lambda value, args: value[args[0] : args[1] if len(args) > 1 else None],
    "substr": lambda value, args: value[args[0] :] if len(args) == 1 else value[args[0] :][: args[1]],
    "indexOf": lambda value, args: value.find(args[0]),
    "lastIndexOf": lambda value, args: value.rfind(args[0]),
    "includes": lambda value, args: args[0] in value,
    "startsWith": lambda value, args: value.startswith(args[0]),
    "endsWith": lambda value, args: value.endswith(args[0]),
    "charAt": lambda value, args: value[args[0]],
    "padStart": lambda value, args: value,
}


def _path_join(_machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
    if not all(isinstance(arg, str) for arg in args):
        if args and isinstance(args[0], str) and all(isinstance(arg, str | Text | Unknown) for arg in args):
            return concat(_between(args, "/"))
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


def _assign(machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    if not args:
        return UNDEFINED
    target = args[0]
    for source in args[1:]:
        keys = keys_of(machine, source) if isinstance(target, Obj) else None
        if keys is None:
            if isinstance(target, Obj):
                target.open = True
            continue
        for key in keys:
            target.props[key] = machine.get(source, str(key), _site)
    return target


def _keys(machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
    keys = keys_of(machine, args[0]) if args else None
    if keys is None:
        return Unknown(hint_of(args[0]) if args else "", bool(args) and isinstance(args[0], Unknown) and args[0].param)
    what = callee.path.rsplit(".", 1)[-1]
    if what == "keys":
        return Arr(keys)
    values = [machine.get(args[0], str(key), site) for key in keys]
    if what == "values":
        return Arr(values)
    return Arr([Arr([key, value]) for key, value in zip(keys, values, strict=True)])


def _same(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    return args[0] if args else UNDEFINED


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


def _string(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    return concat(list(pieces(args[0]))) if args else ""


def _directory(machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
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
    for token in re.findall(r"\*\*/?|\*|\?|\{[^}]*\}|[+@!]\([^)]*\)|.", pattern):
        if token.startswith("**"):
            out.append("(?:.*/)?" if token.endswith("/") else ".*")
        elif token in "*?":
            out.append("[^/]*" if token == "*" else "[^/]")
        elif token[0] in "{+@!" and len(token) > 2:
            inner = token.strip("{}+@!()").replace(",", "|")
            out.append("(?:" + "|".join(re.escape(each) for each in inner.split("|")) + ")")
        else:
            out.append(re.escape(token))
    return "".join(out)


def models() -> dict[str, Model]:
    """Models of the language's and Node's own functions."""
    found: dict[str, Model] = {
        "path.basename": _basename,
        "path.parse": _parsed_path,
        "path.dirname": lambda _m, _c, args, _s: dirname(args[0]) if args and isinstance(args[0], str) else Unknown(),
        "path.extname": lambda _m, _c, args, _s: (
            splitext(args[0])[1] if args and isinstance(args[0], str) else Unknown()
        ),
        "url.fileURLToPath": _same,
        "desm.join": lambda machine, callee, args, site: _path_join(
            machine, callee, [_above(args[0]), *args[1:]], site
        ),
        "desm.dirname": lambda _m, _c, args, _s: _above(args[0]) if args else Unknown(),
        "desm": lambda _m, _c, args, _s: _above(args[0]) if args else Unknown(),
        "Object.assign": _assign,
        "URL": _url,
        "Object.freeze": _same,
        "Object.seal": _same,
        "JSON.stringify": _same,
        "Promise.resolve": _same,
        "Promise.all": _same,
        "String": _string,
        "encodeURIComponent": _same,
        "encodeURI": _same,
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
    for name in ("keys", "values", "entries"):
        found[f"Object.{name}"] = _keys
    for name in ("require-directory", "require-dir", "require-all", "include-all", "requiredir"):
        found[name] = _directory
    return found
