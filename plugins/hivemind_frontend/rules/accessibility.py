"""Barriers that a rule can be sure of. What comes from an expression, a spread or a component is never judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_frontend.markup.elements import DYNAMIC, Element, Markup
from hivemind_frontend.models import AccessibilityIssue
from hivemind_frontend.rules.reading import place

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = ("aria-label", "aria-labelledby", "title")
_UNLABELLED_INPUTS = frozenset(("hidden", "submit", "button", "reset", "image"))
_STATIC = frozenset(("div", "span", "p", "li", "td", "tr", "section", "article", "img", "h1", "h2", "h3", "h4", "i"))
_REACHED = frozenset(("a", "button", "input", "select", "textarea", "summary", "label"))
_CRITERIA = {
    "img-alt": ("1.1.1", "medium", 'add alt: what the image says, or alt="" where it says nothing'),
    "input-label": ("1.3.1", "medium", "add a <label for> with its id, put it into a <label>, or give it aria-label"),
    "button-name": ("4.1.2", "medium", "give it text, or aria-label where it shows only a picture"),
    "link-name": ("2.4.4", "medium", "give it text, or aria-label where it shows only a picture"),
    "click-on-static": ("2.1.1", "medium", "use a <button>; a keyboard can't reach this element"),
    "html-lang": ("3.1.1", "low", 'add lang to <html>, for example lang="en"'),
    "document-title": ("2.4.2", "low", "add a <title> to the <head>"),
}
_EVIDENCE = 160


def issues(markup: Markup) -> Iterator[AccessibilityIssue]:
    """Find the barriers of one file, in order; their ids are given by the caller."""
    labelled = {
        element.attributes["for"]
        for element in markup.elements()
        if element.tag.lower() == "label" and element.has("for")
    }
    for element in markup.elements():
        if element.tag.lower() == "html" and markup.kind == "html" and not element.spread:
            rules = _document(element, markup)
        else:
            rule = _rule(element, labelled, markup)
            rules = [rule] if rule else []
        for one in rules:
            yield _issue(one, markup, element)


def _issue(rule: str, markup: Markup, element: Element) -> AccessibilityIssue:
    criterion, severity, remedy = _CRITERIA[rule]
    evidence = " ".join(element.source.split())
    return AccessibilityIssue.model_validate(
        {
            "id": "",
            "rule": rule,
            "criterion": criterion,
            "severity": severity,
            "location": place(markup.path, element.line),
            "evidence": evidence if len(evidence) <= _EVIDENCE else evidence[: _EVIDENCE - 1] + "…",
            "remedy": remedy,
        }
    )


def _rule(element: Element, labelled: set[str], markup: Markup) -> str | None:
    if element.spread or element.component:
        return None
    if element.attributes.get("aria-hidden") == "true":
        return None
    tag = element.tag.lower()
    if tag == "img" and "alt" not in element.attributes and not element.has(*_NAMES) and not _decorative(element):
        return "img-alt"
    if tag in ("input", "select", "textarea"):
        return "input-label" if _unlabelled(element, labelled, markup) else None
    if tag == "button" and not _named(element):
        return "button-name"
    if tag == "a" and "href" in element.attributes and not _named(element):
        return "link-name"
    if tag in _STATIC and _clicked(element):
        return "click-on-static"
    return None


def _decorative(element: Element) -> bool:
    return bool(element.attributes.get("role"))


def _document(element: Element, markup: Markup) -> list[str]:
    found = [] if element.has("lang", "xml:lang") else ["html-lang"]
    heads = [child for child in element.children if child.tag.lower() == "head"]
    if heads and not markup.templated and not any(one.tag.lower() == "title" for one in heads[0].walk()):
        found.append("document-title")
    return found


def _unlabelled(element: Element, labelled: set[str], markup: Markup) -> bool:
    kind = element.attributes.get("type", "text")
    if kind.lower() in _UNLABELLED_INPUTS or kind.startswith((DYNAMIC, "{")) or element.has(*_NAMES):
        return False
    own = element.attributes.get("id")
    # In a part of a page the label may stand in another file; in a whole page it can't.
    if own and (markup.kind != "html" or markup.templated or own in labelled):
        return False
    return not any(one.tag.lower() == "label" or one.component or one.spread for one in element.ancestors())


def _named(element: Element) -> bool:
    """Whether an element has, or may have, a name that can be read out."""
    if element.has(*_NAMES):
        return True
    return any(
        one.text
        or one.component
        or (one is not element and (one.spread or one.has(*_NAMES)))
        or (one.tag.lower() == "img" and one.has("alt"))
        or (one.tag.lower() == "input" and one.has("value"))
        for one in element.walk()
    )


def _clicked(element: Element) -> bool:
    """Whether a static element answers to the mouse and to nothing else."""
    handler = element.attributes.get("onclick")
    if handler is None or "stopPropagation" in handler or not handler:
        return False
    # A click on a link or button inside, also one by the keyboard, comes up to this element.
    if any(one.component or one.tag.lower() in _REACHED for one in element.walk()):
        return False
    others = ("role", "tabindex", "onkeydown", "onkeyup", "onkeypress", "contenteditable")
    return not any(name in element.attributes for name in others)
