"""Secrets in the code, and secret files that git tracks. Values are never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.code import Secret, code_of
from hivemind_facts.rules.finding import finding, is_test
from hivemind_facts.rules.settings import settings_secrets

_MIN_LENGTH = 8
_SEEDS = re.compile(
    r"(?:^|/)(?:seeds?|seeders?|examples?|stories|storybook)/|\.(?:seed|seeder|stories)\.", re.IGNORECASE
)
_SAMPLE = re.compile(
    r"(?:^|[._/-])(?:example|sample|template|dist|dev|compose|docker-compose|development|local|demo)(?:[._/-]|$)",
    re.IGNORECASE,
)


class HardCodedSecret:
    """A literal value under a secret's name."""

    name = "hard-coded-secret"
    version = 2

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each, its value masked."""
        for code in code_of(repository):
            for secret in code.secrets if not _SEEDS.search(code.path) else ():
                if secret.length >= _MIN_LENGTH:
                    yield self._finding(code.path, secret, repository)
        for path, secret in settings_secrets(repository):
            yield self._finding(path, secret, repository)

    def _finding(self, path: str, secret: Secret, repository: Repository) -> RuleFinding:
        sample = bool(_SAMPLE.search(path)) or "insecure" in secret.masked.lower()
        evidence = f"{secret.name} = {secret.masked} ({secret.length} characters)"
        return finding(
            self.name,
            "high",
            f"{secret.name} has its value in the code",
            subject=secret.name,
            evidence=evidence + ("; it may be for development only" if sample else ""),
            file=path,
            line=secret.line,
            remedy="read it from the environment or a secret store, and replace the value that was published",
            possible=sample,
            service=repository.service_of(path),
        )


class TrackedSecretFile:
    """A key or an environment file that git tracks."""

    name = "tracked-secret-file"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each; its content is not read."""
        for path in repository.secret_files():
            test = is_test(path)
            yield finding(
                self.name,
                "medium" if test else "high",
                f"git tracks the secret file {path}",
                subject=path,
                evidence="git lists it; its content was not read" + ("; it lies among tests" if test else ""),
                file=path,
                line=1,
                remedy=f"git rm --cached {path}, put it into .gitignore, and replace the secrets in it",
                possible=test,
                service=repository.service_of(path),
            )
