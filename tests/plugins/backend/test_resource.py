"""Which resource a task means; where its words do not tell, nothing is guessed."""

from __future__ import annotations

import pytest
from hivemind_backend.resource import Request, Unclear, resource_of
from hypothesis import given
from hypothesis import strategies as st

NAMED = {
    "Add an orders API with pagination": "orders",
    "create a reviews endpoint": "reviews",
    "an API for gift cards": "gift cards",
    "Add a GiftCards API": "gift cards",
    "Implement CRUD for invoices": "invoices",
    'Add an "orders" API': "orders",
    "Add an ‘orders’ API": "orders",
    "Build REST endpoints to manage gift cards": "gift cards",
    "I want to add an API for gift cards please": "gift cards",
    "We need an endpoint for coupons": "coupons",
    "Orders API with pagination": "orders",
    "Could you create /api/orders endpoints?": "orders",
    "add a new paginated purchase-orders API": "purchase orders",
    "Add order endpoints": "order",
    "Create a booking API": "booking",
    "Create an API for booking": "booking",
    "ADD AN ORDERS API": "ORDERS",
    "Design a REST API for orders, with tests": "orders",
    "add an inventory API": "inventory",
    "Add a `shipments` endpoint to the service": "shipments",
    "Please add a reviews endpoint for products": "reviews",
    "New reviews endpoint": "reviews",
    "Add a CRUD API for blog posts": "blog posts",
    "Add an API that manages coupons": "coupons",
    "The shop is slow today. Add a tags API.": "tags",
    "Add a POST /orders endpoint": "orders",
    "add   an\torders\nAPI": "orders",
    "Fix the tests\n- Add an orders API\n- Update the docs": "orders",
    "I'd like a new endpoint for returns": "returns",
    "We would like an API for returns": "returns",
    "Let people keep products: add a wishlists API": "wishlists",
    "Add an Orders API (list, create, cancel)": "orders",
    "Add an API for storing user preferences": "user preferences",
    "Add a GET endpoint for orders": "orders",
    "Add POST /orders": "orders",
    "Add a /products/{id}/reviews endpoint": "reviews",
    "Add a notifications microservice API": "notifications",
    "Add CRUD endpoints for the Book model": "book",
    "Add a review endpoint": "review",
    "Implement the order-items endpoints": "order items",
    "Create orders API in Go with JWT": "orders",
}
UNNAMED = [
    "make it faster",
    "Improve performance",
    "fix the login bug",
    "add caching",
    "add pagination to products",
    "Add rate limiting to the orders API",
    "Add tests for the orders API",
    "Add API documentation",
    "Add API key authentication",
    "Build a REST API",
    "Create an API for the mobile app",
    "Create an API for our customers",
    "Add an endpoint for searching products",
    "Add a search API",
    "Add a health endpoint",
    "Bestellungen",
    "Füge eine Bestellungen API hinzu",
    "Ajouter une API de commandes",
    "订单 API を追加",
    "Добавь API заказов",
    "Improve the orders API",
    "Orders API is slow",
    "Paginate orders endpoint",
    "Cache products API",
    "Don't add an orders API",
    "Do not create an orders endpoint",
    "Add an orders'; DROP TABLE users;-- API",
    "Add a ../../etc/passwd API",
    "Add a <script>alert(1)</script> API",
    "Add an endpoint to export orders as CSV",
    "Refactor the API for orders",
    "Speed up the products endpoint",
    "why is the orders api slow",
    "Document the API for orders",
    "Remove the reviews endpoint",
    "Add indexes to the orders table",
    "Add a column to the orders table",
    "Use the payments API",
    "Add an invoice PDF endpoint",
    "Add a bulk delete endpoint",
    "Add a list orders endpoint",
    "Add a REST API for products and categories",
    "Add endpoints so that users can manage their addresses",
    "Add an endpoint that returns the current user",
    "Expose invoices via REST",
    "Add a comments feature",
    "Create an endpoint /orders/{id}/cancel",
    "Add a /orders/{id}/cancel endpoint",
    "Add a cancel order endpoint",
    "Extend the API with invoices",
    "Add orders and invoices",
    "Make all endpoints faster",
    "Add an API gateway",
    "",
    "   ",
    "?!",
    "x" * 20_000,
    "add " * 5_000,
    "API " * 5_000,
    "Add a very long name of many words here API",
]


@pytest.mark.parametrize("text", [text for text, name in NAMED.items() if name])
def test_the_resource_is_told_from_the_words(text: str) -> None:
    told = resource_of(text)
    assert isinstance(told, Request)
    assert " ".join(told.words) == NAMED[text].lower()  # type: ignore[union-attr]


@pytest.mark.parametrize("text", UNNAMED, ids=lambda text: text[:30])
def test_what_names_no_resource_drafts_nothing(text: str) -> None:
    assert isinstance(resource_of(text), Unclear)


def test_methods_fields_pages_parents_and_others_are_read() -> None:
    told = resource_of("Add a POST /orders endpoint with fields name, is_paid and price. Then add a coupons API.")
    assert isinstance(told, Request)
    assert told.methods == ("POST",)
    assert told.fields == ("name", "is_paid", "price")
    assert told.also == ("coupons",)
    told = resource_of("Add a paginated reviews endpoint for the products")
    assert isinstance(told, Request)
    assert told.paginated
    assert told.parent == ("products",)
    told = resource_of("Add a read-only invoices API")
    assert isinstance(told, Request)
    assert told.methods == ("GET",)


@given(st.text(max_size=300))
def test_any_text_is_read_and_gives_plain_names_only(text: str) -> None:
    told = resource_of(f"Add a {text} API")
    if isinstance(told, Request):
        assert 1 <= len(told.words) <= 3
        assert all(word.isascii() and word.isalnum() for word in told.words)
