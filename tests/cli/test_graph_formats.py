"""Every form of a graph, read back by a real reader of that form."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hivemind.cli.graph_formats import table, tree
from hivemind.graph_export.dot import dot
from hivemind.graph_export.drawing import STATUS_MARKS, Drawing, Node
from hivemind.graph_export.html import html
from hivemind.graph_export.layout import NODE_HEIGHT, NODE_WIDTH, lay_out
from hivemind.graph_export.mermaid import mermaid
from hivemind.graph_export.svg import svg
from hivemind.models import Edge

HERE = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"
NASTY = "</script><b>&amp;\"'`]]>--{}|%%\\ #x; ünï 中文 \x07\u2028 end"


def drawing(count: int, layers: int, seed: int = 3) -> Drawing:
    chance = random.Random(seed)
    layer = sorted(chance.randrange(layers) for _ in range(count))
    statuses = [None, *STATUS_MARKS]
    nodes, edges = [], []
    for number in range(count):
        name = f"{chance.choice(('orders', 'billing', 'user-profile'))}-worker-{number}"
        spec = {"name": name, "description": f"does {NASTY}", "capabilities": ["read", "write"]}
        nodes.append(
            Node(name, "backend", "acme", chance.choice(statuses), "test:x", "said so", "chosen", number == 3, spec)
        )
        before = [one for one in range(number) if layer[one] < layer[number]]
        for one in chance.sample(before, min(len(before), chance.randrange(3))):
            kind = chance.choice(("requires", "after", "aligns_with"))
            edges.append(
                Edge(before=nodes[one].name, after=name, kind=kind, reason=f"since {NASTY}", declared_by="acme")
            )
    critical = (edges[0].before, edges[0].after) if edges else ()
    return Drawing(tuple(nodes), tuple(edges), f"graph {NASTY}", critical, "by 3 past sessions")


def pairs(graph: Drawing) -> set[tuple[str, str]]:
    return {(edge.before, edge.after) for edge in graph.edges}


def hostile() -> Drawing:
    nodes = (Node(NASTY, "r", "p"), Node("end", "subgraph", "p", "failed"), Node('"a"\n\\', "check", "p", check=True))
    edges = (Edge(before=NASTY, after="end", reason=NASTY), Edge(before="end", after='"a"\n\\', kind="aligns_with"))
    return Drawing(nodes, edges, NASTY, (NASTY, "end"), NASTY)


CASES = [drawing(1, 1), drawing(10, 4), drawing(120, 8), hostile(), Drawing(())]


# -- dot ------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
@pytest.mark.parametrize("number", range(len(CASES)))
def test_graphviz_reads_dot(number):
    graph = CASES[number]
    read = subprocess.run(
        ["dot", "-Tdot_json"], input="\n".join(dot(graph)), capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert read.returncode == 0, read.stderr
    assert read.stderr == ""
    found = json.loads(read.stdout)
    names = {one["_gvid"]: one for one in found.get("objects", [])}
    assert len(names) == len(graph.nodes)
    assert len(found.get("edges", [])) == len(graph.edges)
    if number != 3:
        edges = {(names[one["tail"]]["name"], names[one["head"]]["name"]) for one in found.get("edges", [])}
        assert edges == pairs(graph)


# -- mermaid --------------------------------------------------------------------------------------------------------


def unescaped(label: str) -> str:
    return re.sub(r"ﬂ°°(\d+)¶ß", lambda match: chr(int(match[1])), label)


@pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "mermaid" / "node_modules" / "mermaid").is_dir(),
    reason="node or mermaid is not installed: npm install in tests/cli/mermaid",
)
def test_mermaid_reads_the_flowcharts(tmp_path):
    files = []
    for number, graph in enumerate(CASES):
        files.append(tmp_path / f"{number}.mmd")
        files[-1].write_text("\n".join(mermaid(graph)), encoding="utf-8")
    read = subprocess.run(
        ["node", HERE / "mermaid" / "parse.mjs", *files], capture_output=True, text=True, encoding="utf-8", timeout=100
    )
    assert read.returncode == 0, read.stderr
    for graph, found in zip(CASES, json.loads(read.stdout), strict=True):
        assert found["type"] == "flowchart-v2"
        told = [f"{node.name}: {node.status}" if node.status else node.name for node in graph.nodes]
        flat = [" ".join("".join(char if char.isprintable() else " " for char in one).split()) for one in told]
        assert sorted(map(unescaped, found["labels"].values())) == sorted(flat)
        ids = {f"n{number}": node.name for number, node in enumerate(graph.nodes)}
        assert {(ids[one], ids[other]) for one, other, _ in found["edges"]} == pairs(graph)
        assert {kind for _, _, kind in found["edges"]} == {edge.kind for edge in graph.edges}


# -- svg ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(CASES)))
def test_an_xml_parser_reads_svg(number):
    graph = CASES[number]
    root = ElementTree.fromstring("\n".join(svg(graph)).encode())
    assert root.tag == f"{SVG}svg"
    nodes = [one for one in root.iter(f"{SVG}g") if "data-node" in one.attrib]
    edges = [one for one in root.iter(f"{SVG}g") if "data-edge" in one.attrib]
    titles = [one.find(f"{SVG}title").text for one in nodes]
    clean = ["".join(char if char.isprintable() else " " for char in node.name) for node in graph.nodes]
    assert titles == clean
    assert {(int(one.attrib["data-from"]), int(one.attrib["data-to"])) for one in edges} == {
        (clean.index(_clean(a)), clean.index(_clean(b))) for a, b in pairs(graph)
    }
    assert sum("critical" in one.attrib["class"] for one in edges) == (1 if len(graph.critical) == 2 else 0)
    text = "\n".join(svg(graph))
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def _clean(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)


def test_nothing_overlaps_and_everything_waits_to_the_right():
    graph = drawing(300, 9)
    layout = lay_out([node.name for node in graph.nodes], sorted(pairs(graph)))
    for before, after in pairs(graph):
        assert layout.places[before][0] + NODE_WIDTH < layout.places[after][0]
        assert layout.routes[before, after][0][0] == layout.places[before][0] + NODE_WIDTH
    boxes = sorted(layout.places.values())
    for (x, y), (other_x, other_y) in pairwise(boxes):
        assert other_x >= x + NODE_WIDTH or other_y >= y + NODE_HEIGHT
    assert all(0 <= x <= layout.width - NODE_WIDTH and 0 <= y <= layout.height for x, y in boxes)


# -- tree and table -------------------------------------------------------------------------------------------------


def test_tree_and_table_name_every_node():
    for graph in CASES:
        if graph.nodes:
            flat = [" ".join(_clean(node.name).split()) for node in graph.nodes]
            shown = "\n".join(tree(graph))
            assert all(name in shown for name in flat)
            rows = table(graph)[1:]
            assert [row.startswith(name) for row, name in zip(rows, flat, strict=True)] == [True] * len(flat)


# -- html -----------------------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--window-size=1400,900",
    "--enable-logging=stderr",
    "--virtual-time-budget=4000",
    "--dump-dom",
)


class _Page(BaseHTTPRequestHandler):
    def __init__(self, pages, asked, *arguments):
        self.pages, self.asked = pages, asked
        super().__init__(*arguments)

    def do_GET(self):
        self.asked.append(self.path)
        page = self.pages.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def browse(tmp_path):
    """Opens a page in a browser; gives its document, what it said on the console, and what it asked for."""
    pages, asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, pages, asked))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def run(page):
        pages["/"], log = page, tmp_path / "net.json"
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        done = subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", url],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=100,
        )
        said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        # The browser asks for things of its own; what a page asks for names it as the initiator.
        events = [line for line in log.read_text(encoding="utf-8").splitlines() if '"initiator":"http://127' in line]
        seen = [url for line in events for url in re.findall(r'"url":"([^"]*)"', line)]
        return done.stdout, said, [one for one in asked if one != "/"], {one for one in seen if one != url}

    yield run
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("graph", [drawing(500, 12), hostile(), Drawing(())], ids=["500", "hostile", "none"])
def test_a_browser_shows_the_page_without_an_error_or_a_request(browse, graph):
    document, said, asked, elsewhere = browse("\n".join(html(graph)))
    assert said == []
    assert asked == []
    assert elsewhere == set()
    assert f"{len(graph.nodes)} nodes, {len(graph.edges)} edges" in document  # the script ran to its end
    assert document.count('role="button"') == len(graph.nodes)
    assert document.count('class="hit"') == len(graph.edges)
    assert 'transform="translate(' in document.partition('id="scene"')[2][:80]


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_request_of_a_page_would_be_seen(browse):
    page = "<!doctype html><link rel=icon href='data:,'><img src=/leak><script>oops()</script>"
    page += "<img src=http://127.0.0.1:9999/x>"
    _, said, asked, elsewhere = browse(page)
    assert "/leak" in asked
    assert any(one.endswith(":9999/x") for one in elsewhere)
    assert any("oops" in line for line in said)


def test_the_page_is_one_file_with_data_that_ends_nothing():
    page = "\n".join(html(hostile()))
    assert page.count("</script>") == 2
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert [node["name"] for node in data["nodes"]] == [node.name for node in hostile().nodes]
    assert data["edges"][0]["reason"] == NASTY
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not re.findall(r'(?:src|href)="(?!data:,)[^#"]', page)
