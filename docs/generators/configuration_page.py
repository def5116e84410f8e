"""The page of the settings."""

from __future__ import annotations

from hivemind.config import Settings, _USER_ONLY  # isort: skip
from generators.markdown import code, default_of, reachable, sections, table, type_name

MORE = {
    "engine": "where workers run",
    "max_parallel": "workers at the same time at the most",
}
INTRO = """# Configuration

A setting is taken from the first place that says it:

1. the command's option, where it has one;
2. the environment: `HIVEMIND_` and the name in capitals, such as `HIVEMIND_MAX_PARALLEL=2` (lists with commas, maps as
   `backend=MODEL,frontend=MODEL`);
3. `hivemind.toml` in the repository;
4. the table `[tool.hivemind]` of the repository's `pyproject.toml`;
5. your own `hivemind.toml` in your configuration folder (`HIVEMIND_CONFIG_DIR` moves it);
6. the default.

`block_plugins` and `plugins_dir` are those of all places together, and no repository's file loosens the limits, prices
and lock that your own file sets: see [trust](../trust.md#a-repository-that-you-cloned).

`hivemind config show` prints each setting and where it came from. An unknown name or a value that can't be is an error,
exit code 3.
"""
AFTER = """
## Example

```toml
# hivemind.toml
max_parallel = 4
timeout_s = 600
workers = ["architect", "analyzer", "backend"]

[models]
backend = "google-gla:gemini-2.5-pro"
```

Keys are read from the providers' own environment variables only (`GOOGLE_API_KEY`, `ANTHROPIC_API_KEY`,
`OPENAI_API_KEY`, ...), never from these files. `HIVEMIND_CACHE_DIR` moves the cache of the facts,
`HIVEMIND_STATE_DIR` what is kept of a day's spending and of the folders of plugins that you trust. Several folders in
`HIVEMIND_PLUGINS_DIR` stand as in `PATH`, or with commas.
"""


def page() -> str:
    """Make the page."""
    rows = []
    for name, field in Settings.model_fields.items():
        meaning = field.description or MORE.get(name)
        if meaning is None:
            raise SystemExit(f"setting {name!r} has no description")
        if name in _USER_ONLY and "user" not in meaning:
            meaning += "; your own file only"
        rows.append((code(name), type_name(field.annotation), default_of(field), meaning))
    types = sections(reachable([Settings]))
    parts = [INTRO, table(("setting", "type", "default", "meaning"), rows), AFTER]
    return "\n".join([*parts, "## Types\n", types] if types else parts)
