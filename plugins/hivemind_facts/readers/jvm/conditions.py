"""Whether a configuration class or bean method is in force, as far as the settings in the repository tell."""

from __future__ import annotations

from typing import Any

from hivemind_facts.readers.jvm.program import Program, Type
from hivemind_facts.readers.jvm.settings import Settings


def in_force(program: Program, settings: Settings, owner: Type, annotations: list[Any]) -> bool:
    """Judge `@ConditionalOnProperty` and `@Profile` of a class and of one of its methods."""
    module = settings.module(owner.file)
    active = {
        name.strip() for name in (settings.get(module, "spring.profiles.active") or "").split(",") if name.strip()
    }
    for name, values, _ in [*owner.data["annotations"], *annotations]:
        simple = name.rsplit(".", 1)[-1]
        if simple == "ConditionalOnProperty" and not _property(program, settings, owner, module, values):
            return False
        if simple == "Profile":
            wanted = [text for text in program.texts(values.get("value"), owner) if text]
            if wanted and not any(_profile(text, active) for text in wanted):
                return False
    return True


def _profile(text: str, active: set[str]) -> bool:
    if any(sign in text for sign in "&|("):
        return True  # an expression is not judged
    return (
        text[1:].strip() not in active if text.startswith("!") else text in active or (not active and text == "default")
    )


def _property(program: Program, settings: Settings, owner: Type, module: str, values: dict[str, Any]) -> bool:
    prefix = program.text(values.get("prefix"), owner) or ""
    wanted = program.text(values.get("havingValue"), owner)
    missing = values.get("matchIfMissing") == ("id", "true")
    for key in program.texts(values.get("name") or values.get("value"), owner):
        full = f"{prefix.rstrip('.')}.{key}" if prefix else key
        value = settings.get(module, full) if full else None
        if value is None:
            if not missing:
                return False
        elif (wanted is None and value.lower() == "false") or (wanted is not None and value.lower() != wanted.lower()):
            return False
    return True
