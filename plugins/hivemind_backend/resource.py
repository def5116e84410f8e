"""Which resource a task asks to add, told from its words; where the words do not tell, nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hivemind_backend import vocabulary as says
from hivemind_backend.naming import is_plural, words

MAX_TEXT = 5_000
MAX_WORDS = 3
MAX_NAME = 40
_SENTENCE = re.compile(r"[.!?;\n]+(?:\s+|$)|\n+")
_TOKEN = re.compile(r"/[\w\-{}:/.]*\w\}?|[^\W_](?:[\w'’\-]*\w)?|[^\s\w]")
_QUOTES = re.compile(r"[\"“”„`«»]|(?<!\w)['‘’]|['’](?!\w)")
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")
_METHODS = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b")
_FIELDS = re.compile(
    r"\b(?:fields|columns|attributes|properties)\b(?:\s+(?:are|named|called|of))?\s*:?\s*"
    r"([A-Za-z_]\w*(?:\s*(?:,|\band\b|&)\s*(?:and\s+)?[A-Za-z_]\w*)*)"
)


@dataclass(frozen=True)
class Request:
    """A resource that a task asks to add."""

    words: tuple[str, ...]
    """Its name in lower-case words, as the task says it: ('gift', 'cards')."""
    methods: tuple[str, ...] = ()
    """The methods that the task names; empty means all of them."""
    paginated: bool = False
    fields: tuple[str, ...] = ()
    """The fields that the task lists."""
    parent: tuple[str, ...] = ()
    """What it belongs to, where the task says 'for products'."""
    also: tuple[str, ...] = ()
    """Other resources that the task names, not drafted."""


@dataclass(frozen=True)
class Unclear:
    """Why no resource can be told."""

    reason: str


def resource_of(text: str) -> Request | Unclear:
    """Tell which resource a task asks to add.

    Args:
        text: The task in plain words.
    """
    text = text[:MAX_TEXT]
    plain = _QUOTES.sub(" ", text)
    # A line is a sentence, as in lists; where no line tells, lines may be wrapped.
    found = _in_text(plain) or _in_text(" ".join(plain.split()))
    names = list(dict.fromkeys(name for name, _ in found))
    if not names:
        return Unclear("the task does not name a resource to add an API for")
    methods = tuple(dict.fromkeys(_METHODS.findall(text)))
    if re.search(r"(?i)\bread[- ]only\b", text):
        methods = ("GET",)
    listed = _FIELDS.search(text)
    fields = re.split(r"\s*(?:,|\band\b|&)\s*", listed.group(1)) if listed else []
    return Request(
        words=names[0],
        methods=methods,
        paginated=bool(re.search(r"(?i)\bpaginat|\bpaging\b|\bpaged\b", text)),
        fields=tuple(dict.fromkeys(field for field in fields if _NAME.match(field) and len(field) <= MAX_NAME))[:20],
        parent=found[0][1],
        also=tuple(" ".join(name) for name in names[1:]),
    )


def _in_text(text: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    told = [_in_sentence(_TOKEN.findall(sentence)) for sentence in _SENTENCE.split(text)]
    return [one for one in told if one is not None]


def _in_sentence(tokens: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The resource of one sentence, and what it is for; None if it names none."""
    lower = [token.lower().replace("’", "'") for token in tokens]
    for index, word in enumerate(lower):
        wish = word == "like" and index > 0 and (lower[index - 1] == "would" or lower[index - 1].endswith("'d"))
        if word in says.ADD or wish:
            if set(lower[max(0, index - 3) : index]) & says.NOT:
                return None
            told = _object(tokens, lower, index + 1)
            if told is not None:
                return told
    if lower and lower[0] not in says.OTHER_VERBS:
        bare = lower[0] in says.DETERMINERS or lower[0] not in says.ADD
        return _object(tokens, lower, 0, alone=True) if bare else None
    return None


def _object(
    tokens: list[str], lower: list[str], start: int, *, alone: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Read what is to be added, from a verb on: '<name> API', or 'API for <name>'."""
    chunk, end = _chunk(lower, start)
    heads = [index for index in chunk if lower[index] in says.HEADS]
    after = lower[end] if end < len(lower) else ""
    if not alone and chunk and lower[chunk[-1]].startswith("/"):  # 'add POST /orders'
        name = _name([tokens[chunk[-1]]], determined=True)
        return (name, ()) if name else None
    if not heads or heads[-1] != chunk[-1]:
        return None
    if alone and after not in says.FOLLOWS:
        return None
    first = heads[-1]
    while first - 1 in chunk and lower[first - 1] in says.HEADS | says.MODIFIERS:
        first -= 1
    named = [index for index in chunk if index < first]
    while named and (lower[named[0]] in says.MODIFIERS | says.DETERMINERS or _METHODS.fullmatch(tokens[named[0]])):
        named.pop(0)
    if named:
        name = _name([tokens[index] for index in named], determined=named[0] > start or not alone)
        return (name, _belongs(tokens, lower, end)) if name else None
    if after in says.FOR or (after in says.TO and lower[end + 1 : end + 2] and lower[end + 1] in says.MANAGE):
        return _behind(tokens, lower, end + 1)
    return None


def _behind(tokens: list[str], lower: list[str], start: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Read the name behind 'API for' or 'API to manage'."""
    while start < len(lower) and lower[start] in says.MANAGE | {"the", "a", "an", "new", "all"}:
        start += 1
    chunk, end = _chunk(lower, start)
    if not chunk or lower[chunk[0]] in says.AUDIENCE or lower[chunk[-1]] in says.NOT_RESOURCES | says.PEOPLE_AND_APPS:
        return None
    if lower[chunk[0]].endswith("ing") and (len(chunk) > 1 or lower[chunk[0]] not in says.ING_NOUNS):
        return None
    while len(chunk) > 1 and lower[chunk[0]] in says.MODIFIERS:
        chunk = chunk[1:]
    while len(chunk) > 1 and lower[chunk[-1]] in says.HEADS | says.MODIFIERS:
        chunk = chunk[:-1]
    if end < len(lower) and lower[end] in ("and", "or", "&"):
        return None
    name = _name([tokens[index] for index in chunk], determined=True)
    return (name, _belongs(tokens, lower, end)) if name else None


def _chunk(lower: list[str], start: int) -> tuple[list[int], int]:
    """The run of words from a place to the next word that ends a noun phrase."""
    end = start
    while end < len(lower) and lower[end] not in says.BOUNDARIES and (lower[end][0].isalnum() or lower[end][0] == "/"):
        end += 1
    return list(range(start, end)), end


def _belongs(tokens: list[str], lower: list[str], end: int) -> tuple[str, ...]:
    """What 'for products' or 'of a product' names behind the resource; it counts only if it is known as a table."""
    if end < len(lower) and lower[end] in ("for", "of", "on", "per", "to", "under"):
        start = end + 1
        while start < len(lower) and lower[start] in says.DETERMINERS | says.MODIFIERS:
            start += 1
        chunk, _ = _chunk(lower, start)
        if 0 < len(chunk) <= 2 and all(_NAME.match(tokens[index]) for index in chunk):
            return tuple(word for index in chunk for word in words(tokens[index]))
    return ()


def _name(tokens: list[str], *, determined: bool) -> tuple[str, ...]:
    """The words of a resource's name; empty where they are no name, or one that is no resource."""
    if len(tokens) == 1 and tokens[0].startswith("/"):
        segments = [part for part in tokens[0].split("/") if part]
        while segments and segments[-1].startswith(("{", ":")):
            segments.pop()
        below = any(part.startswith(("{", ":")) for part in segments)
        if below and not is_plural((words(segments[-1]) or [""])[-1]):
            return ()  # /orders/{id}/cancel is something done to an item, no collection
        tokens = segments[-1:]
    if any(not _NAME.match(token) for token in tokens):
        return ()
    parts = tuple(word for token in tokens for word in words(token))
    if not parts or len(parts) > MAX_WORDS or sum(map(len, parts)) > MAX_NAME:
        return ()
    if parts[-1] in says.NOT_RESOURCES or set(parts) & says.NEVER_IN_NAMES:
        return ()
    verbs = {parts[0], parts[-1]} & says.OTHER_VERBS
    if verbs and not (determined and len(parts) == 1 and verbs <= says.VERBS_AND_NOUNS):
        return ()
    if not determined and len(parts) == 1 and not is_plural(parts[-1]):
        return ()
    return parts
