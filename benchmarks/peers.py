"""The same shapes on LangGraph, in memory and with its SQLite checkpointer."""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

from folders import folder
from shapes import Shape


class State(TypedDict):
    """What the nodes leave."""

    done: Annotated[list[str], operator.add]


def _graph(shape: Shape) -> Any:
    from langgraph.graph import END, START, StateGraph

    builder = StateGraph(State)
    ends = set(shape) - {one for before in shape.values() for one in before}
    for name in shape:
        builder.add_node(name, lambda _, name=name: {"done": [name]})
    for name, before in shape.items():
        if before:
            builder.add_edge(list(before), name)
        else:
            builder.add_edge(START, name)
    for name in ends:
        builder.add_edge(name, END)
    return builder


def langgraph_memory(shape: Shape) -> None:
    """Without persistence."""
    _graph(shape).compile().invoke({"done": []}, {"recursion_limit": len(shape) + 10})


def langgraph_sqlite(shape: Shape) -> None:
    """With a checkpoint after each step."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    with SqliteSaver.from_conn_string(str(folder() / "c.sqlite")) as saver:
        config = {"recursion_limit": len(shape) + 10, "configurable": {"thread_id": "1"}}
        _graph(shape).compile(checkpointer=saver).invoke({"done": []}, config)
