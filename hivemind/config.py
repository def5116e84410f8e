"""Settings with their origin: options, environment, hivemind.toml, pyproject.toml, the user's file, defaults."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hivemind.errors import ConfigurationError, did_you_mean
from hivemind.prices import Price
from hivemind.setting_layers import Layer, Merged, Named, merge

DEFAULT_ROOT = "Docs/hive-mind/sessions"
ENVIRONMENT_PREFIX = "HIVEMIND_"
_USER_ONLY = ("base_urls",)
"""Where keys are sent is for the user to say, never for a repository that somebody cloned."""


class EdgeSetting(BaseModel):
    """An edge that the configuration declares: `before` comes before `after`, each a worker or a role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: str = Field(min_length=1)
    after: str = Field(min_length=1)
    kind: Literal["requires", "after"] = "after"
    reason: str = ""


class Settings(BaseModel):
    """All settings. Times are in seconds, sizes in tokens where the name says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sessions_root: str = Field(default=DEFAULT_ROOT, description="folder of the sessions, relative to the repository")
    model: str | None = Field(default=None, description="the model where nothing else says one")
    models: dict[str, str] = Field(default_factory=dict, description="a model per worker (name or role)")
    workers: tuple[str, ...] = Field(default=(), description="the workers that run by default; empty: all of plugins")
    prefer: dict[str, str] = Field(default_factory=dict, description="which plugin or file gives a worker named twice")
    edges: tuple[EdgeSetting, ...] = Field(
        default=(), description="more edges, each a table: before, after, kind (after or requires), reason"
    )
    triage: bool = Field(default=True, description="leave out default workers that a small task does not call for")
    confirm_workers: int = Field(default=0, ge=0, description="ask before a run of more workers; 0 asks never")
    confirm_usd: float = Field(default=5.0, ge=0, description="ask before a run expected to cost more; 0 asks never")
    block_plugins: tuple[str, ...] = Field(
        default=(), description="plugins that are never imported; of all sources together"
    )
    plugins_dir: tuple[str, ...] = Field(
        default=(), description="folders of local plugins, a '.py' file or a package each; of all sources together"
    )
    locked: bool = Field(default=False, description="load only plugins that are as 'hivemind.lock' says")
    user_agents: bool = Field(default=False, description="also take the agent files in the user's own .claude/agents")
    engine: str = "local"
    max_parallel: int = Field(default=8, ge=1, le=1000)
    timeout_s: float = Field(default=1800.0, gt=0, description="per worker and attempt")
    request_timeout_s: float = Field(default=120.0, gt=0, description="per model request")
    retries: int = Field(default=2, ge=0, le=20, description="after a passing failure")
    backoff_s: float = Field(default=1.0, ge=0, description="before the first retry; doubles each time")
    verify_retries: int = Field(default=2, ge=0, le=20, description="how often a model mends what checks found")
    revision_rounds: int = Field(default=1, ge=0, le=1, description="whether a model mends calls without an endpoint")
    stop_grace_s: float = Field(
        default=5.0, ge=0, description="for running workers to come to their next step on a stop"
    )
    stall_s: float = Field(default=120.0, gt=0, description="without an event, after which 'watch' warns of a stall")
    context_tokens: int = Field(default=12000, ge=500, description="a worker's context at the most")
    max_requests: int = Field(
        default=50, ge=1, description="model requests of a worker's run at the most; it pauses there"
    )
    cache: bool = Field(default=True, description="whether results of earlier sessions are taken where nothing changed")
    cache_max_mb: int = Field(default=256, ge=1, description="what the store of results may hold, in megabytes")
    max_output_tokens: int = Field(
        default=8192, ge=16, description="of one answer; asked for where a budget has to know it"
    )
    budget_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="of a session")
    budget_tokens: int | None = Field(default=None, ge=0, description="of a session, input and output together")
    budget_requests: int | None = Field(default=None, ge=0, description="model requests of a session")
    worker_budget_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="of one worker")
    worker_budget_tokens: int | None = Field(default=None, ge=0, description="of one worker")
    worker_budget_requests: int | None = Field(
        default=None, ge=0, description="model requests of one worker, in place of max_requests and of its own"
    )
    daily_budget_usd: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="of a user's day, over all sessions"
    )
    daily_budget_tokens: int | None = Field(default=None, ge=0, description="of a user's day, over all sessions")
    daily_budget_requests: int | None = Field(
        default=None, ge=0, description="model requests of a user's day, over all sessions"
    )
    prices: dict[str, Price] = Field(
        default_factory=dict, description="a model's input, output, cache_read, cache_write in USD per million tokens"
    )
    base_urls: dict[str, str] = Field(default_factory=dict, description="a provider's address; user's file only")


@dataclass(frozen=True)
class Configuration:
    """Settings, and where each that is not a default came from."""

    settings: Settings
    origin: Mapping[str, str]
    repo: Path
    named: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    """Who named each blocked plugin and each folder of plugins, by setting."""

    @property
    def sessions_root(self) -> Path:
        """The folder of the sessions."""
        root = Path(self.settings.sessions_root).expanduser()
        return root if root.is_absolute() else self.repo / root

    def origin_of(self, name: str) -> str:
        """Say where a setting, or a key of one that is a table ("models.backend"), came from."""
        return self.origin.get(name) or self.origin.get(name.partition(".")[0], "default")


def load_configuration(
    repo: Path, options: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Configuration:
    """Read all settings; each is taken from the first of: options, environment, hivemind.toml, pyproject.toml
    (`[tool.hivemind]`), the user's own file, defaults. `block_plugins` and `plugins_dir` are those of all together, and
    the repository's files can't loosen what the user's own file sets (see `setting_layers`).

    Raises:
        ConfigurationError: A file can't be read, or a setting is unknown or has a wrong value.
    """
    merged = merge(_layers(repo, options or {}, os.environ if environment is None else environment))
    _refuse_outside(merged, repo)
    try:
        return Configuration(Settings.model_validate(merged.values), merged.origin, repo, merged.named)
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else "?"
        where = ".".join(str(part) for part in problem["loc"])
        raise ConfigurationError(
            f"setting {where!r} from {merged.origin.get(name, '?')} is {problem['input']!r}: {problem['msg'].lower()}",
            "mend it there, or take it out to use the default",
        ) from error


def _layers(repo: Path, options: Mapping[str, Any], environment: Mapping[str, str]) -> list[Layer]:
    """All sources of settings, the last one first in rank; each has only settings that there are."""
    layers: list[Layer] = []
    user = user_file()
    if user.is_file():
        layers.append(Layer(str(user), "user", _read(user), user.parent.absolute()))
    pyproject = repo / "pyproject.toml"
    if pyproject.is_file():
        tool = _read(pyproject).get("tool", {})
        table = tool.get("hivemind", {}) if isinstance(tool, Mapping) else tool
        layers.append(Layer("pyproject.toml", "repository", _refuse_user_only("pyproject.toml", table), repo))
    own = repo / "hivemind.toml"
    if own.is_file():
        layers.append(Layer("hivemind.toml", "repository", _refuse_user_only("hivemind.toml", _read(own)), repo))
    here = Path.cwd()
    layers.append(Layer("environment", "environment", _from_environment(environment), here))
    given = {name: value for name, value in options.items() if value is not None}
    layers.append(Layer("option", "option", given, here))
    for layer in layers:
        for name in layer.values:
            _check_known(name, layer.source)
    return layers


def user_file() -> Path:
    """The user's own settings: `hivemind.toml` in the user's configuration folder."""
    if chosen := os.environ.get("HIVEMIND_CONFIG_DIR"):
        return Path(chosen) / "hivemind.toml"
    import platformdirs

    return Path(platformdirs.user_config_dir("hivemind", appauthor=False)) / "hivemind.toml"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}", f"mend {path}") from error
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror or error}") from error


def _refuse_user_only(source: str, table: Any) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"[tool.hivemind] in {source} is not a table")
    for name in _USER_ONLY:
        if name in table:
            raise ConfigurationError(
                f"{source} sets {name!r}, which says where keys are sent: a repository may not",
                f"move it to {user_file()}",
            )
    return table


def _refuse_outside(merged: Merged, repo: Path) -> None:
    """A clone may not choose a folder of its user's to write to."""
    source, value = merged.origin.get("sessions_root"), merged.values.get("sessions_root")
    if source not in ("pyproject.toml", "hivemind.toml") or not isinstance(value, str):
        return
    root = Path(os.path.realpath(repo))
    if not Path(os.path.realpath(root / os.path.expanduser(value))).is_relative_to(root):
        raise ConfigurationError(
            f"{source} sets 'sessions_root' to {value!r}, which leads out of the repository",
            f"name a folder in it, or say it yourself: in {user_file()}, or with HIVEMIND_SESSIONS_ROOT",
        )


def _check_known(name: str, source: str) -> None:
    if name not in Settings.model_fields:
        hint = did_you_mean(name, Settings.model_fields) or "the settings are listed in the manual"
        raise ConfigurationError(f"unknown setting {name!r} in {source}", hint)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, setting in Settings.model_fields.items():
        value = environment.get(ENVIRONMENT_PREFIX + name.upper())
        if value is None or value == "":
            continue
        kind = str(setting.annotation)
        if name in ("prices", "edges"):
            found[name] = _json(value, name)
        elif "dict" in kind:
            found[name] = dict(pair.split("=", 1) for pair in value.split(",") if "=" in pair)
        elif "tuple" in kind:
            commas = value.replace(os.pathsep, ",") if name == "plugins_dir" else value
            found[name] = tuple(part.strip() for part in commas.split(",") if part.strip())
        else:
            found[name] = value
    return found


def _json(value: str, name: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise ConfigurationError(
            f"{ENVIRONMENT_PREFIX}{name.upper()} is not valid JSON: {error}",
            'for example {"openai-chat:my-model": {"input": 1.0, "output": 4.0}}',
        ) from error
