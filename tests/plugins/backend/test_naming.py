"""Singular, plural and case of names."""

from __future__ import annotations

import pytest
from hivemind_backend.naming import case_of, cased, plural, same, singular, words


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("order", "orders"),
        ("category", "categories"),
        ("address", "addresses"),
        ("box", "boxes"),
        ("branch", "branches"),
        ("person", "people"),
        ("status", "statuses"),
        ("day", "days"),
        ("house", "houses"),
        ("purchase", "purchases"),
        ("movie", "movies"),
        ("invoice", "invoices"),
        ("news", "news"),
        ("bus", "buses"),
    ],
)
def test_singular_and_plural(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one
    assert plural(many) == many
    assert singular(one) == one


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("gift_cards", "snake"),
        ("gift-cards", "kebab"),
        ("giftCards", "camel"),
        ("GiftCard", "pascal"),
        ("cards", None),
        ("v1", None),
        ("Card", None),
    ],
)
def test_case_of(name: str, case: str | None) -> None:
    assert case_of(name) == case


def test_words_and_back() -> None:
    assert words("HTTPServerLog_v2") == ["http", "server", "log", "v", "2"]
    assert cased(["gift", "cards"], "pascal") == "GiftCards"
    assert same(words("GiftCard"), ["gift", "cards"])
    assert not same([], [])
