"""`python -m hivemind_analyzer.runner --session ID --task TEXT --model NAME`: the analyzer in an existing session."""

from __future__ import annotations

from hivemind import run_worker

if __name__ == "__main__":
    raise SystemExit(run_worker("analyzer-worker"))
