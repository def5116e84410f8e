"""The models that agent files name, as model strings of ours."""

from __future__ import annotations

import re

from hivemind.agent_files.front_matter import Field
from hivemind.agent_files.remark import Remark
from hivemind.errors import ModelError
from hivemind.model_names import AGENT_FILE_NAMES, INHERIT, canonical

_WORD = re.compile(r"[\w.@/:+~-]+").fullmatch
_CONTEXT = re.compile(r"\[\w+\]$")
"""A larger context window, as in `sonnet[1m]`: a matter of the request, not of the model's name."""


def model_of(field: Field | None, said: list[Remark]) -> str | None:
    """Say which model an agent file names; None leaves it to the session.

    Args:
        field: The file's `model`.
        said: Takes what is to be said about it.
    """
    word = field.text.strip() if field is not None else ""
    if field is None or not word or word.lower() in (INHERIT, "default"):
        return None
    base = _CONTEXT.sub("", word)
    if base.lower() in AGENT_FILE_NAMES:
        return base.lower()
    if base.startswith("claude-"):
        return f"anthropic:{base}"
    try:
        if not _WORD(word):
            raise ModelError(f"model {word!r} is no name of one", "for example 'sonnet', or leave 'model' out")
        canonical(word)
    except ModelError as error:
        message = f"{error.message}: the session's own model is used"
        said.append(Remark("error", field.line, message, error.hint or ""))
        return None
    return word
