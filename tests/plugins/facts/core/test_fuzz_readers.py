"""The readers on damaged applications: whole ones of every stack, with any bytes put anywhere in them."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hivemind_facts.assemble import extract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SLOWEST_S = 20.0
HERE = Path(__file__).resolve().parent.parent


def _applications() -> dict[str, dict[str, bytes]]:
    """The files of every fixture application: each folder below a family's `fixtures`."""
    found: dict[str, dict[str, bytes]] = {}
    for folder in sorted(one for one in HERE.glob("*/fixtures/*") if one.is_dir()):
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(".pyc")
        }
        found[f"{folder.parent.parent.name}/{folder.name}"] = files
    return found


APPLICATIONS = _applications()


def read(files: dict[str, bytes]) -> None:
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            target = Path(name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        facts = extract(Path(name))
    assert time.process_time() - begun < SLOWEST_S
    assert [one.reason for one in facts.unresolved if " failed: " in one.reason] == []
    assert facts.model_dump_json()


def test_there_are_applications_of_every_family() -> None:
    assert {name.split("/")[0] for name in APPLICATIONS} >= {"python", "javascript", "jvm", "go"}


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
def test_damaged_applications_never_crash_and_never_hang(name: str) -> None:
    files = APPLICATIONS[name]

    @given(st.data())
    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def damage(data: st.DataObject) -> None:
        broken = dict(files)
        for path in data.draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=4, unique=True)):
            content = files[path]
            start = data.draw(st.integers(0, len(content)))
            end = data.draw(st.integers(start, min(len(content), start + 200)))
            put = data.draw(
                st.one_of(st.binary(max_size=60), st.text(max_size=40).map(_encoded), st.sampled_from(PARTS))
            )
            broken[path] = content[:start] + put + content[end:]
        read(broken)

    damage()


PARTS = (
    b"(" * 200,
    b"{" * 200,
    b"[" * 200,
    b"}",
    b")",
    b'"',
    b"'",
    b"`${",
    b"/*",
    b"\x00",
    b"\xff\xfe",
    b"\r\n" * 50,
    b"@",
    b"..",
)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("family", ["python", "javascript", "jvm", "go"])
def test_files_of_one_application_in_the_place_of_anothers(family: str) -> None:
    """Every file's content under the next file's name: each kind of file holds what it never should."""
    for name, files in APPLICATIONS.items():
        if name.startswith(f"{family}/"):
            paths = sorted(files)
            read(dict(zip(paths, [files[path] for path in [*paths[1:], paths[0]]], strict=True)))
