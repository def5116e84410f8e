"""The live table on a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import signal

import pytest

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")


def on_terminal(cli, *words, env=None, stop_when=None, size=(30, 120)):
    """Run a command with stderr on a pseudo-terminal; returns exit code, stdout and what the terminal got."""
    import fcntl
    import struct
    import termios

    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    process = cli.start(
        *words,
        env={"TERM": "xterm-256color", "COLUMNS": str(size[1]), "LINES": str(size[0]), **(env or {})},
        stderr=side,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(side)
    seen = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
        if stop_when and stop_when in seen:
            process.send_signal(signal.SIGINT)
            stop_when = None
    os.close(main)
    out, _ = process.communicate(timeout=20)
    return process.returncode, out, seen.decode()


def test_a_live_table_with_colours(cli, greeter):
    code, out, seen = on_terminal(cli, "run", "Say hello")
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    assert re.search(r"worker +status +model +elapsed +tokens +cost +doing", plain)
    assert re.search(r"greeter-worker +completed +embedded +\d+\.\d\d s +- +- +Hello from greeter-worker\.", plain)
    assert "\x1b[32m" in seen
    assert "started" not in plain
    assert "\x1b" not in out
    assert "completed: 2 of 2 workers" in out


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(cli, greeter, env):
    code, _, seen = on_terminal(cli, "run", "Say hello", env=env)
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])[0-9;]*m", seen)
    assert "greeter-worker" in seen


def test_json_on_a_terminal_is_one_document_on_stdout(cli, greeter):
    import json

    code, out, _ = on_terminal(cli, "run", "Say hello", "--json")
    assert code == 0
    assert json.loads(out)["status"] == "completed"


def test_ctrl_c_gives_the_cursor_back(cli, greeter):
    code, out, seen = on_terminal(cli, "run", "slow hello", stop_when=b"reading the task")
    assert code == 130
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l")
    assert "stopping" in seen
    assert "cancelled: 0 of 2" in out


def test_a_small_terminal_shows_what_matters(cli, greeter, plugin_site):
    many = "".join(
        f"    yield WorkerSpec(name='w{number:03d}', role='w{number:03d}', description='x')\n" for number in range(60)
    )
    source = (
        "from hivemind import WorkerOutput, WorkerSpec, hookimpl\n\n\n@hookimpl\ndef hivemind_workers():\n"
        + many
        + "\n\n"
        "@hookimpl\ndef hivemind_execute(worker, task, context, runtime):\n    return work()\n\n\n"
        "async def work():\n    return WorkerOutput(summary='done')\n"
    )
    plugin_site.add("many", source)
    code, out, seen = on_terminal(cli, "--block-plugin", "greeter", "run", "Say hello", size=(12, 100))
    assert code == 0
    assert "52 more; 60 of 60 are finished" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    assert "completed: 60 of 60 workers" in out
