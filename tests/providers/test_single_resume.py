"""A worker that is run by itself and was killed goes on from its transcript."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

KEY = "sk-test-openai-0123456789abcdef"
WORKER = "---\nname: solo-worker\nrole: solo\ndescription: Does it.\n---\nLook first.\n"


def test_what_had_been_answered_is_not_asked_again(cli: Any, provider: Any, fake: Any) -> None:
    (cli.cwd / "solo.md").write_text(WORKER, encoding="utf-8")
    for number in (1, 2):
        (cli.cwd / f"{number}.txt").write_text(f"text {number}\n", encoding="utf-8")
    cli.env |= {"OPENAI_API_KEY": KEY, "HIVEMIND_BASE_URLS": f"openai-chat={provider.url}/v1"}
    provider.say(fake.result("first run"))
    model = ("--model", "openai-chat:gpt-5-mini")
    path = cli("--no-plugins", "run", "look", "--worker", "solo.md", *model, "--json", check=0).json["path"]
    words = ("--no-plugins", "workers", "run", "solo.md", "--session", path, "--task", "look again", *model)
    before = len(provider.questions)
    provider.say(fake.call("read_file", path="1.txt"), fake.call("read_file", path="2.txt"), fake.Hang(30))
    process = cli.start(*words)
    end = time.monotonic() + 30
    while len(provider.questions) < before + 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    process.kill()
    process.communicate()
    provider.say(fake.result("second run"))
    done = cli(*words, "--json", check=0)
    assert len(provider.questions) == before + 4
    assert provider.questions[-1].body == provider.questions[-2].body
    assert done.json["worker"]["usage"]["requests"] == 3
    lines = Path(path, "EVENTS.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    started = [event["details"]["resumed"] for event in events if event["type"] == "worker_started"]
    assert started == [False, False, True]
