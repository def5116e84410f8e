"""Reads HTML, Vue templates and Svelte files with the standard library's HTML parser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hivemind_frontend.markup.elements import DYNAMIC, Element, Markup

_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input"),
        *("link", "meta", "param", "source", "track", "wbr"),
    )
)
_CLOSES_ITSELF = frozenset(("p", "li", "option", "tr", "td", "th", "dt", "dd", "thead", "tbody"))
_TEMPLATED = re.compile(r"\{%|\{\{|<%|<\?php|\bth:|@\{|\$\{")
_VUE_TEMPLATE = re.compile(r"^<template(?![^>]*\blang=[\"']pug)[^>]*>(.*)</template>", re.DOTALL | re.MULTILINE)
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_MASK = "~"
_TEXT = frozenset(
    (
        *("v-html", "v-text", "x-html", "x-text", "ng-bind", "ng-bind-html", "[innerhtml]", "[textcontent]"),
        *("[innertext]", "contenteditable", "bind:innerhtml", "bind:textcontent"),
    )
)
"""Attributes that fill an element with text."""
_EVENT = re.compile(r"^(?:@|v-on:|x-on:|on:|\(|ng-)(click|keydown|keyup|keypress)(?:[.|][\w.|]*)?\)?$")
_BOUND = re.compile(r"^(?::|v-bind:|x-bind:|\[(?:attr\.)?|ng-attr-|ng-)([\w-]+)(?:\.[\w.]+)?\]?$")


class _Reader(HTMLParser):
    def __init__(self, markup: Markup, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.markup = markup
        self.first_line = first_line
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._begin(tag, attrs)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._begin(tag, attrs)

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        if tag in _CLOSES_ITSELF and self.open and self.open[-1].tag.lower() == tag:
            self.open.pop()
        source = self.get_starttag_text() or ""
        written = source[1 : 1 + len(tag)]
        element = Element(written if written.lower() == tag else tag, self.getpos()[0] + self.first_line - 1)
        element.source = source
        for name, value in attrs:
            _attribute(element, name, value, self.markup.kind)
        if self.open:
            self.open[-1].add(element)
        else:
            self.markup.roots.append(element)
        return element

    def handle_endtag(self, tag: str) -> None:
        for number in range(len(self.open) - 1, -1, -1):
            if self.open[number].tag.lower() == tag:
                del self.open[number:]
                return

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.open[-1].text = True

    def handle_pi(self, data: str) -> None:
        if self.open and data:
            self.open[-1].text = True


def _attribute(element: Element, name: str, value: str | None, kind: str) -> None:
    """Take one attribute, under the name that it has in HTML."""
    if not name.strip(_MASK) or name.startswith(("{", "<", "@{", "%", "th:")) or name in ("v-bind", "x-bind"):
        element.spread = True
        return
    if name in _TEXT:
        element.text = True
        return
    event = _EVENT.match(name)
    if event:
        # "@click.stop" without a value only stops: nothing is done on a click.
        element.attributes["on" + event.group(1)] = value or ""
        return
    bound = _BOUND.match(name)
    if bound:
        element.attributes[bound.group(1)] = DYNAMIC
        return
    if kind == "svelte":
        name = name.removeprefix("bind:")
    element.attributes[name] = (DYNAMIC if name != "alt" else "") if value is None else value


def read_html(path: str, text: str) -> Markup:
    """Read an HTML file."""
    markup = Markup(path, "html", templated=bool(_TEMPLATED.search(text)))
    return _read(markup, text, 1)


def read_vue(path: str, text: str) -> Markup:
    """Read the template of a Vue file; nothing where it has none, or one in another language."""
    markup = Markup(path, "vue")
    match = _VUE_TEMPLATE.search(text)
    if match is None:
        return markup
    return _read(markup, match.group(1), text.count("\n", 0, match.start(1)) + 1)


def read_svelte(path: str, text: str) -> Markup:
    """Read the markup of a Svelte file."""
    bare = _SCRIPT.sub(lambda match: "\n" * match.group().count("\n"), text)
    return _read(Markup(path, "svelte"), _masked(bare), 1)


def _masked(text: str) -> str:
    """Put a mark in the place of every expression in braces, so that an HTML parser can read the rest."""
    out: list[str] = []
    depth = 0
    for char in text:
        if char == "{":
            depth += 1
        out.append(char if not depth or char == "\n" else _MASK)
        if char == "}" and depth:
            depth -= 1
    return "".join(out)


def _read(markup: Markup, text: str, first_line: int) -> Markup:
    reader = _Reader(markup, first_line)
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:  # the standard library's parser asserts on some broken declarations
        markup.templated = True
    return markup
