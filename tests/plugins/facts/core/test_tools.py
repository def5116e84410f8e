"""The tools that a real model asks with."""

from __future__ import annotations

import inspect
import json

import pytest
from hivemind_facts import tools
from hivemind_facts.models import Call, Column, Endpoint, Facts, ForeignKey, Index, Module, Table

from hivemind import Task

FACTS = Facts(
    endpoints=(
        Endpoint(
            method="GET", path="/orders/{id}", handler="get_order", file="o.py", line=4, framework="x", auth="required"
        ),
        Endpoint(method="POST", path="/orders", handler="add", file="o.py", line=9, framework="x", auth="none"),
        Endpoint(method="GET", path="/customers", handler="all", file="c.py", line=2, framework="x"),
    ),
    tables=(
        Table(
            name="orders",
            model="Order",
            columns=(Column(name="id", type="int", nullable=False), Column(name="customer_id", type="int")),
            primary_key=("id",),
            foreign_keys=(ForeignKey(column="customer_id", ref_table="customers", ref_column="id", indexed=False),),
            indexes=(Index(name="by_id", columns=("id",), unique=True),),
            file="o.py",
            line=1,
        ),
        Table(name="customers", file="c.py", line=1),
    ),
    calls=(
        Call(
            method="GET", path="https://shop.example/orders/{orderId}?full=1", file="web/o.ts", line=3, client="fetch"
        ),
        Call(method="UNKNOWN", path="/orders", file="web/o.ts", line=8, client="fetch"),
    ),
    modules=(Module(path="app/o.py", imports=("app/db.py",)), Module(path="app/db.py")),
)


def test_endpoints_are_found_by_words_parts_and_filters():
    assert tools.find_endpoints(FACTS, "one order").startswith("`GET /orders/{id}`")
    assert "/customers" not in tools.find_endpoints(FACTS, "order")
    assert tools.find_endpoints(FACTS, method="post").startswith("`POST /orders`")
    assert tools.find_endpoints(FACTS, auth="unknown").startswith("`GET /customers`")
    assert tools.find_endpoints(FACTS, "nothing like it") == "no endpoint fits"
    assert tools.find_endpoints(FACTS, limit=1).endswith("(2 more; ask more narrowly or with a higher limit)")


def test_a_table_is_described_in_full():
    text = tools.describe_table(FACTS, "Order")
    assert "foreign key: customer_id -> customers.id (not indexed)" in text
    assert "unique index by_id: id" in text
    assert tools.describe_table(FACTS, "customers").endswith("referred to by: orders.customer_id")
    assert tools.describe_table(FACTS, "ordrs") == "there is no table 'ordrs'; near or known: orders"


def test_callers_of_an_endpoint_and_of_a_module():
    assert "web/o.ts:3" in tools.who_calls(FACTS, "/orders/{id}", "GET")
    assert "web/o.ts:8" in tools.who_calls(FACTS, "/orders", "POST")
    assert tools.who_calls(FACTS, "/customers") == "no call of /customers in browser code is known"
    assert tools.who_calls(FACTS, "app/db.py") == "app/o.py"
    assert tools.who_calls(FACTS, "app/o.py") == "no module of the repository imports app/o.py"
    assert "near or known: app/db.py" in tools.who_calls(FACTS, "app/dbb.py")


def test_facts_are_read_in_full():
    row = json.loads(tools.read_fact(FACTS, "endpoints", "get_order"))
    assert row["auth"] == "required"
    assert tools.read_fact(FACTS, "stack") == "{}"
    assert "there is no kind of fact 'endpoint'; near or known: endpoints" in tools.read_fact(FACTS, "endpoint")


def test_answers_are_bounded():
    many = Facts(tables=tuple(Table(name=f"{'t' * 300}{n}", file="a", line=1) for n in range(500)))
    assert len(tools.read_fact(many, "tables", limit=100)) < tools.MAX_CHARS + 200
    assert len(tools.describe_table(many, "nothing")) < tools.MAX_CHARS


@pytest.mark.parametrize("name", ["find_endpoints", "describe_table", "who_calls", "read_fact"])
def test_the_toolset_has_plain_documented_functions(shop, name):
    functions = {one.__name__: one for one in tools.toolset(Task(text="x", repo=str(shop), session_id="tools"))}
    function = functions[name]
    assert function.__doc__
    assert {one.annotation for one in inspect.signature(function).parameters.values()} <= {"str", "int"}


def test_the_toolset_reads_the_repository_of_its_task(shop):
    find, describe, callers, read = tools.toolset(Task(text="x", repo=str(shop), session_id="tools2"))
    assert "GET /orders/{order_id}" in find("orders")
    assert "email TEXT unique" in describe("customers")
    assert "known" in callers("/orders/{id}")
    assert "customer_id" in read("tables", "orders")


def test_a_model_can_use_the_toolset(shop):
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    agent = Agent(TestModel(), tools=tools.toolset(Task(text="x", repo=str(shop), session_id="tools3")))
    answer = json.loads(agent.run_sync("go").output)
    assert set(answer) == {"find_endpoints", "describe_table", "who_calls", "read_fact"}
