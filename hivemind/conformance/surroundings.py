"""What surrounds the processes that run a plugin's code: folders of their own, no key of the user's, no setting."""

from __future__ import annotations

import os
import re
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SECRET = re.compile(r"(?i)key|token|secret|passw|credential|cookie")
_DROPPED = ("HIVEMIND_", "_HIVEMIND", "XDG_", "PYTHONSTARTUP", "PYTHONHASHSEED", "PYTHONBREAKPOINT", "PYTEST_", "COV_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True)
class Surroundings:
    """The folders of one process, all below one that is taken away afterwards."""

    root: Path
    repo: Path
    """The repository that the plugin's workers are about."""

    @property
    def home(self) -> Path:
        """The user's home, as the plugin sees it: what appears here was not asked for."""
        return self.root / "home"

    @property
    def sessions(self) -> Path:
        """The folder of the sessions."""
        return self.root / "sessions"

    @property
    def own(self) -> Path:
        """Where hivemind's own files, caches and temporary files may lie."""
        return self.root / "own"

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.home, self.sessions, self.own / "cache", self.own / "tmp", self.root / "cwd"):
            folder.mkdir(parents=True, exist_ok=True)

    def environment(self, secrets: Mapping[str, str], seed: int) -> dict[str, str]:
        """The environment of the process: the user's without keys and settings, these folders, and invented secrets."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_DROPPED) and not _SECRET.search(name) and name not in _PROXIES
        }
        home, own = str(self.home), self.own
        package_root = str(Path(__file__).resolve().parents[2])
        return kept | {
            "HOME": home,
            "USERPROFILE": home,
            "PYTHONUSERBASE": site.getuserbase(),
            "XDG_CONFIG_HOME": f"{home}/.config",
            "XDG_DATA_HOME": f"{home}/.local/share",
            "XDG_STATE_HOME": f"{home}/.local/state",
            "XDG_CACHE_HOME": str(own / "cache"),
            "HIVEMIND_CONFIG_DIR": str(own / "config"),
            "HIVEMIND_CACHE_DIR": str(own / "cache" / "hivemind"),
            "HIVEMIND_STATE_DIR": str(own / "state"),
            "TMPDIR": str(own / "tmp"),
            "TEMP": str(own / "tmp"),
            "TMP": str(own / "tmp"),
            "PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), package_root))),
            "PYTHONHASHSEED": str(seed),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
            **secrets,
        }


def search_path() -> list[str]:
    """Where this process looks for modules, as another can take it over."""
    return [str(Path(one or ".").absolute()) for one in sys.path]
