"""The element that every reader makes and every check reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DYNAMIC = "\0"
"""The value of an attribute that is an expression."""


@dataclass
class Element:
    """One element: its tag as written, attributes by lower-case name, and what is in it."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    spread: bool = False
    """Whether further attributes come from an expression: nothing can be said of what is missing."""
    text: bool = False
    """Whether it holds text of its own, or an expression that may be text."""
    source: str = ""
    children: list[Element] = field(default_factory=list)
    parent: Element | None = field(default=None, repr=False)

    @property
    def component(self) -> bool:
        """Whether it is somebody's component, which may become anything."""
        if self.tag in ("Fragment", "React.Fragment"):
            return False
        return self.tag[:1].isupper() or "-" in self.tag or "." in self.tag or self.tag in ("component", "slot")

    def has(self, *names: str) -> bool:
        """Whether one of these attributes is there and not empty."""
        return any(self.attributes.get(name) for name in names)

    def walk(self) -> Iterator[Element]:
        """Itself and all below it."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.children))

    def ancestors(self) -> Iterator[Element]:
        """The elements around it, the nearest first."""
        one = self.parent
        while one is not None:
            yield one
            one = one.parent

    def add(self, child: Element) -> None:
        """Put an element inside."""
        child.parent = self
        self.children.append(child)


@dataclass
class Markup:
    """The markup of one file."""

    path: str
    kind: str
    """html, vue, svelte or jsx"""
    roots: list[Element] = field(default_factory=list)
    templated: bool = False
    """Whether a server's template language is in it: parts may come from elsewhere."""

    def elements(self) -> Iterator[Element]:
        """All elements, in order."""
        for root in self.roots:
            yield from root.walk()
