"""Which files are read, whatever a repository holds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts
from hivemind_facts.repository import TreeRepository

ROUTE = 'from flask import Flask\napp = Flask(__name__)\n\n@app.get("/here")\ndef here():\n    return ""\n'


def reasons(facts: Facts) -> dict[str, str]:
    return {one.path: one.reason for one in facts.skipped}


def test_an_empty_folder_has_no_facts(write):
    facts = extract(write({}))
    assert facts == Facts()


def test_links_are_never_followed(write, tmp_path):
    (tmp_path / "outside.py").write_text(ROUTE)
    root = write({"app.py": ROUTE})
    os.symlink(tmp_path / "outside.py", root / "escaping.py")
    os.symlink(root / "gone.py", root / "dangling.py")
    os.symlink(root, root / "circle")
    os.symlink("loop.py", root / "loop.py")
    facts = extract(root)
    assert reasons(facts) == {
        "escaping.py": "symlink that leaves the repository",
        "dangling.py": "symlink to nothing or to itself",
        "loop.py": "symlink to nothing or to itself",
        "circle": "symlink to a place inside the repository, read there",
    }
    assert [one.file for one in facts.endpoints] == ["app.py"]


def test_submodules_and_nested_repositories_are_named_and_not_read(write, git):
    root = write({"app.py": ROUTE, "vendored/app.py": ROUTE, "nested/app.py": ROUTE})
    git(root, "init", "-q")
    git(root / "nested", "init", "-q")
    git(root / "vendored", "init", "-q")
    git(root / "vendored", "add", ".")
    git(root / "vendored", "commit", "-qm", "one")
    git(root, "-c", "protocol.file.allow=always", "add", "vendored", "app.py")
    facts = extract(root)
    assert reasons(facts)["vendored/"] == "submodule"
    assert reasons(facts)["nested/"] == "a git repository of its own"
    assert [one.file for one in facts.endpoints] == ["app.py"]


def test_build_output_and_minified_files_do_not_repeat_facts(write):
    root = write(
        {
            "app.py": ROUTE,
            "build/lib/app.py": ROUTE,
            "web/package.json": "{}",
            "web/src/api.ts": "fetch('/here')\n",
            "web/dist/api.js": "fetch('/here')\n",
            "web/src/lib.min.js": "fetch('/here')\n",
            "web/src/packed.js": "fetch('/here');" * 2000,
            "web/node_modules/x/index.js": "fetch('/here')\n",
        }
    )
    facts = extract(root)
    assert [one.file for one in facts.endpoints] == ["app.py"]
    assert [one.file for one in facts.calls] == ["web/src/api.ts"]
    found = reasons(facts)
    assert found["build/"] == found["web/dist/"] == "build output"
    assert found["web/src/packed.js"] == found["web/src/lib.min.js"] == "minified"
    assert found["web/node_modules/"] == "vendored packages"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_any_encoding_is_read(write, encoding):
    text = ROUTE.replace("def here", "# Grüße\ndef here")
    marked = text if encoding != "latin-1" else "# -*- coding: latin-1 -*-\n" + text
    facts = extract(write({"app.py": marked.encode(encoding)}))
    assert [one.path for one in facts.endpoints] == ["/here"]


def test_binary_and_huge_files_are_named(write):
    root = write({"app.py": ROUTE, "blob.py": b"\0\1\2" * 100, "huge.py": b"#" * (7 * 1024 * 1024)})
    found = reasons(extract(root))
    assert found["blob.py"] == "binary"
    assert found["huge.py"].startswith("7.3 MB: over the bound")


@pytest.mark.parametrize(
    "name", ["app.py", "app.js", "app.ts", "App.java", "app.go", "app.sql", "app.yaml", "app.json"]
)
def test_a_file_of_five_megabytes_is_read_or_named(write, name):
    filler = {"py": "# filler\n", "sql": "-- filler\n", "yaml": "# filler\n", "json": "        \n"}
    text = filler.get(name.split(".")[1], "// filler\n") * (5_000_000 // 9)
    facts = extract(write({"app.py": ROUTE, name: (ROUTE if name == "app.py" else "") + text}))
    read = [one.path for one in facts.endpoints] == ["/here"]
    assert read or any(one.file == name for one in facts.unresolved)


def test_ignored_files_are_left_out_without_git_too(write):
    root = write(
        {".gitignore": "secret/\n*.gen.py\n!keep.gen.py\n", "secret/a.py": "", "b.gen.py": "", "keep.gen.py": ""}
    )
    paths = [file.path for file in TreeRepository(root).files()]
    assert paths == [".gitignore", "keep.gen.py"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(write):
    root = write({"app.py": ROUTE})
    (root / "app.py").chmod(0)
    assert reasons(extract(root)) == {"app.py": "unreadable: Permission denied"}


def test_tracked_secret_files_are_named_and_never_read(write, git):
    root = write({".env": "PASSWORD=hunter2-hunter2\n", ".env.example": "PASSWORD=\n", "app.py": ROUTE})
    git(root, "init", "-q")
    git(root, "add", "-f", ".")
    repository = TreeRepository(root)
    assert repository.secret_files() == (".env",)
    assert repository.text(".env") == ""
    assert "hunter2" not in extract(root).model_dump_json()


def test_names_that_are_no_utf8_are_named(write):
    root = write({"app.py": ROUTE})
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py")).write_text(ROUTE)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    facts = extract(root)
    assert [one.reason for one in facts.skipped] == ["a name that is not UTF-8"]
    assert facts.model_dump_json()


def test_services_are_the_folders_with_manifests(write):
    root = write(
        {
            "services/orders/requirements.txt": "flask\n",
            "services/orders/app.py": ROUTE,
            "services/billing/requirements/base.txt": "flask\n",
            "services/billing/app.py": ROUTE,
            "web/package.json": "{}",
            "web/index.js": "fetch('/here')\n",
            "tools/make.py": "print()\n",
        }
    )
    facts = extract(root)
    assert [(one.name, one.path) for one in facts.services] == [
        ("", ""),
        ("billing", "services/billing"),
        ("orders", "services/orders"),
        ("web", "web"),
    ]
    assert [(one.service, one.path) for one in facts.endpoints] == [("billing", "/here"), ("orders", "/here")]
    assert [one.service for one in facts.calls] == ["web"]


def test_services_of_the_same_folder_name_are_told_apart(write):
    root = write({f"{team}/api/app.py": ROUTE for team in "ab"})
    write({f"{team}/api/requirements.txt": "flask\n" for team in "ab"})
    assert [one.name for one in extract(root).services] == ["a/api", "b/api"]
