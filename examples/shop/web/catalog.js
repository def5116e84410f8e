import { api } from "./api.js";
import { button, guarded, h, money } from "./dom.js";

const PAGE_SIZE = 6;
const state = { search: "", category_id: "", sort: "name", offset: 0 };

export async function catalogPage() {
  const query = new URLSearchParams({ ...state, limit: PAGE_SIZE });
  if (!state.category_id) query.delete("category_id");
  const [categories, page] = await Promise.all([api.get("/categories?limit=100"), api.get(`/products?${query}`)]);
  return [h("h1", {}, "Products"), filters(categories.items), cards(page.items), pager(page)];
}

function filters(categories) {
  const apply = ({ target }) => update({ ...Object.fromEntries(new FormData(target)), offset: 0 });
  return h(
    "form", { role: "search", onsubmit: guarded(apply) },
    h("label", {}, "Search", h("input", { name: "search", type: "search", value: state.search })),
    select("Category", "category_id", [["", "All"], ...categories.map(({ id, name }) => [String(id), name])]),
    select("Sort by", "sort", [["name", "Name"], ["price_cents", "Price"]]),
    h("button", {}, "Show"),
  );
}

function select(title, name, options) {
  const items = options.map(([value, text]) => h("option", { value, selected: value === state[name] }, text));
  return h("label", {}, title, h("select", { name }, ...items));
}

function cards(products) {
  const card = ({ id, name, price_cents, stock }) => h(
    "li", {},
    h("a", { href: `#/products/${id}` }, name),
    h("p", { className: "price" }, money(price_cents)),
    h("p", {}, stock ? `${stock} in stock` : "sold out"),
  );
  return products.length ? h("ul", { className: "cards" }, ...products.map(card)) : h("p", {}, "Nothing matches.");
}

function pager({ total, offset }) {
  const back = offset > 0 ? [button("Back", () => update({ offset: Math.max(0, offset - PAGE_SIZE) }))] : [];
  const more = offset + PAGE_SIZE < total ? [button("More", () => update({ offset: offset + PAGE_SIZE }))] : [];
  return h("p", {}, ...back, ` ${total} products `, ...more);
}

function update(change) {
  Object.assign(state, change);
  dispatchEvent(new Event("refresh"));
}
