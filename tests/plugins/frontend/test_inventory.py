"""Routes, components, state, roots and sizes, read where they are certain."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hivemind_frontend.rules.files import walk
from hivemind_frontend.rules.inventory import take


def package(*names: str, **more: object) -> str:
    return json.dumps({"dependencies": dict.fromkeys(names, "1"), **more})


def test_react(repo: Path, write) -> None:
    write(
        {
            "web/package.json": package("react", "react-router-dom", "vite"),
            "web/src/App.jsx": """\
import { Routes, Route } from "react-router-dom";
export default function App() {
  return (
    <Routes>
      <Route path="/" element={<Layout><HomePage /></Layout>}>
        <Route path="orders" element={<OrdersPage />} />
        <Route path="orders/:id" element={<OrderPage />} />
      </Route>
      <Route path={dynamic} element={<X />} />
    </Routes>
  );
}
""",
            "web/src/OrdersPage.tsx": """\
import { useState, createContext, memo } from "react";
export const Cart = createContext(null);
const helper = () => 1;
export const OrdersPage = memo(({ items, onPick: pick, size = 3 }) => {
  const [page, setPage] = useState<number>(1);
  localStorage.setItem("page", String(page));
  return <OrderRow items={items} />;
});
""",
            "web/src/OrdersPage.test.tsx": "export const T = () => <b />;",
        }
    )
    made = take(repo, [])
    assert [(one.path, one.frameworks, one.bundled) for one in made.roots] == [("web", ("react",), True)]
    assert [(one.path, one.component) for one in made.routes] == [
        ("/", "HomePage"),
        ("/orders", "OrdersPage"),
        ("/orders/:id", "OrderPage"),
    ]
    assert made.routes[1].location == "web/src/App.jsx:6"
    components = {one.name: one for one in made.components}
    assert set(components) == {"App", "OrdersPage"}
    assert components["OrdersPage"].kind == "page"
    assert components["OrdersPage"].props == ("items", "onPick", "size")
    assert components["OrdersPage"].uses == ("OrderRow",)
    assert {(one.name, one.kind, one.holds) for one in made.state} == {
        ("Cart", "context", ()),
        ("OrdersPage", "local", ("page",)),
        ("page", "storage", ()),
    }


def test_vue(repo: Path, write) -> None:
    write(
        {
            "package.json": package("vue", "vue-router", "pinia"),
            "src/router.ts": """\
import { createRouter } from "vue-router";
import Home from "./Home.vue";
const routes: RouteRecordRaw[] = [
  { path: "/", component: Home },
  { path: "/admin", component: () => import("./views/AdminView.vue"),
    children: [{ path: "users/:id", component: Users }] },
  { path: "/old", redirect: "/" },
];
const other = { path: "/not-a-route" };
""",
            "src/Home.vue": """\
<script setup lang="ts">
defineProps<{ title: string; size?: number }>();
</script>
<template><MyCard><other-part /></MyCard></template>
""",
            "src/store.js": """\
import { defineStore } from "pinia";
export const useCart = defineStore("cart", { state: () => ({ items: [], total: 0 }) });
""",
        }
    )
    made = take(repo, [])
    assert [(one.path, one.component) for one in made.routes] == [
        ("/", "Home"),
        ("/admin", "AdminView"),
        ("/admin/users/:id", "Users"),
    ]
    (home,) = made.components
    assert (home.name, home.kind, home.props, home.uses) == (
        "Home",
        "page",
        ("title", "size"),
        ("MyCard", "other-part"),
    )
    assert [(one.name, one.holds) for one in made.state] == [("cart", ("items", "total"))]


def test_routes_by_file_convention(repo: Path, write) -> None:
    page = "export default function Page() { return <p>x</p>; }"
    write(
        {
            "a/package.json": package("next", "react"),
            "a/app/(shop)/orders/[id]/page.tsx": page,
            "a/app/page.tsx": page,
            "b/package.json": package("next", "react"),
            "b/pages/index.jsx": page,
            "b/pages/users/[id].jsx": page,
            "b/pages/_app.jsx": page,
            "b/pages/api/x.js": "export default () => 1;",
            "c/package.json": package("@sveltejs/kit", "svelte"),
            "c/src/routes/cart/+page.svelte": "<p>x</p>",
            "d/package.json": package("react"),
            "d/pages/not.jsx": page,
        }
    )
    made = {one.location: one.path for one in take(repo, []).routes}
    assert made == {
        "a/app/(shop)/orders/[id]/page.tsx": "/orders/[id]",
        "a/app/page.tsx": "/",
        "b/pages/index.jsx": "/",
        "b/pages/users/[id].jsx": "/users/[id]",
        "c/src/routes/cart/+page.svelte": "/cart",
    }


def test_angular(repo: Path, write) -> None:
    write(
        {
            "package.json": package("@angular/core"),
            "src/app.routes.ts": """\
import { Routes } from "@angular/router";
export const routes: Routes = [
  { path: "", component: HomeComponent },
  { path: "orders/:id", loadComponent: () => import("./order/order.component").then((m) => m.OrderComponent) },
  { path: "x", loadComponent: () => import("./x.component") },
];
""",
            "src/home.ts": '@Component({ selector: "app-home", template: "" })\nexport class HomeComponent {}\n',
        }
    )
    made = take(repo, [])
    assert [(one.path, one.component) for one in made.routes] == [
        ("/", "HomeComponent"),
        ("/orders/:id", "OrderComponent"),
        ("/x", "x.component"),
    ]
    assert [(one.name, one.purpose) for one in made.components] == [("HomeComponent", "shown as <app-home>")]


def test_a_hand_written_router(repo: Path, write) -> None:
    script = "const routes = [[/^#\\/cart$/, cartPage], [/x/, no]];\nshow(location.hash);\n"
    write({"web/index.html": "<html lang=en><title>x</title></html>", "web/app.js": script})
    assert [(one.path, one.component, one.source) for one in take(repo, []).routes] == [
        ("#/cart", "cartPage", "location pattern")
    ]


def test_vendored_and_test_files_are_no_front_end(repo: Path, write) -> None:
    write(
        {
            "node_modules/x/index.html": "<p>",
            "tests/page.html": "<p>",
            "docs/index.html": "<p>",
            "package.json": package("express"),
            "server.js": "const x = { path: '/a', component: B };",
        }
    )
    assert take(repo, []).roots == []


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_links_are_not_followed(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "index.html").write_text("<p>")
    (repo / "web").symlink_to(tmp_path / "outside")
    (repo / "a.html").symlink_to(tmp_path / "outside" / "index.html")
    (repo / "loop").symlink_to(repo)
    assert walk(repo).sizes == {}


def test_sizes_without_a_build_tool(repo: Path, write) -> None:
    write({"web/index.html": "<html>", "web/a.js": "x" * 1000, "web/b.css": "y" * 10, "server/c.py": "z" * 99})
    (repo / "web" / "p.png").write_bytes(b"\x89PNG" + bytes(300))
    (made,) = take(repo, []).budgets
    lines = {one.kind: one for one in made.lines}
    assert (lines["script"].measured_bytes, lines["style"].measured_bytes, lines["image"].measured_bytes) == (
        1000,
        10,
        304,
    )
    assert lines["total"].measured_bytes == 1000 + 10 + 6 + 304
    assert 0 < (lines["script"].measured_gzip_bytes or 0) < 100
    assert lines["image"].measured_gzip_bytes is None
    assert made.largest[0].path == "web/a.js"
    assert all(one.limit_bytes is None for one in made.lines)
    assert "sets no limit" in made.basis


def test_sizes_of_a_built_front_end_and_its_limits(repo: Path, write) -> None:
    limits = {"size-limit": [{"path": "dist/*.js", "limit": "10 kB"}]}
    write({"package.json": package("react", "vite", **limits), "src/a.jsx": "x" * 5000, "dist/assets/i.js": "y" * 700})
    write({"ng/package.json": package("@angular/core"), "ng/src/a.ts": "x"})
    write({"ng/angular.json": json.dumps({"p": {"budgets": [{"type": "initial", "maximumError": "1mb"}]}})})
    own, angular = take(repo, []).budgets
    assert "built output in dist" in own.basis
    assert [one.path for one in own.largest] == ["dist/assets/i.js"]
    assert [(one.limit_bytes, one.limit_source) for one in angular.lines] == [
        (1_000_000, "budget 'initial' in ng/angular.json")
    ]
    assert "no built output is here" in angular.basis
    assert (10_000, "size-limit in package.json: dist/*.js") in [
        (one.limit_bytes, one.limit_source) for one in own.lines
    ]


def test_files_over_the_bound_are_named(repo: Path, write) -> None:
    write({"web/index.html": "<p>", "web/big.js": "x" * 600_000})
    (repo / "web" / "nul.js").write_bytes(b"a\0b")
    left_out = take(repo, []).left_out
    assert "web/big.js was not read: 600,000 bytes" in left_out
    assert "web/nul.js can't be read as text" in left_out
