"""SQL scripts: the digest is the script's DDL as plain operations.

Keys: `operations` (see `sql.ddl`), `marks` (how many signs of each dialect), `errors`.
"""

from __future__ import annotations

from hivemind_facts.reading import Digest
from hivemind_facts.sql.ddl import read_script


class Sql:
    """The SQL language."""

    name = "sql"
    version = 1

    def digest(self, path: str, data: bytes) -> Digest:  # noqa: ARG002  (the protocol's)
        """Make the digest of one script."""
        operations, errors, marks = read_script(data.decode("utf-8", "replace"))
        return {"operations": operations, "errors": errors, "marks": marks}
