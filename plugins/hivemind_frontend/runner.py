"""`python -m hivemind_frontend.runner --session ID --task TEXT --model NAME`: the frontend in an existing session."""

from __future__ import annotations

from hivemind import run_worker

if __name__ == "__main__":
    raise SystemExit(run_worker("frontend-worker"))
