"""This worker alone, in an existing session: `python -m hivemind_architect.runner --session ID --task TEXT`."""

from __future__ import annotations

from hivemind import run_worker

if __name__ == "__main__":
    raise SystemExit(run_worker("architect-worker"))
