import { api } from "./api.js";
import { button, form, h, money } from "./dom.js";

export async function managePage() {
  const [categories, products] = await Promise.all([api.get("/categories?limit=100"), api.get("/products?limit=100")]);
  const ids = categories.items.map(({ id, name }) => `${id} = ${name}`).join(", ");
  const newProduct = [
    { title: `Category (${ids})`, name: "category_id", type: "number" },
    { title: "SKU", name: "sku" }, { title: "Name", name: "name" }, PRICE,
  ];
  const newCategory = [{ title: "Slug", name: "slug", pattern: "[a-z0-9\\-]+" }, { title: "Name", name: "name" }];
  return [
    h("h1", {}, "Manage"), h("table", {}, h("tbody", {}, ...products.items.map(row))),
    h("h2", {}, "New product"),
    form("Add", newProduct, (data) => change(api.post("/products", { ...data, price_cents: cents(data.price_cents) }))),
    h("h2", {}, "New category"), form("Add", newCategory, (data) => change(api.post("/categories", data))),
  ];
}

const PRICE = { title: "Price in EUR", name: "price_cents", type: "number", step: "0.01", min: 0 };
const cents = (euros) => Math.round(Number(euros) * 100);

function row({ id, name, price_cents, stock }) {
  const setPrice = (data) => change(api.patch(`/products/${id}`, { price_cents: cents(data.price_cents) }));
  const setStock = (data) => change(api.put(`/products/${id}/stock`, { stock: Number(data.stock) }));
  return h(
    "tr", {},
    h("th", { scope: "row" }, `${name}, ${money(price_cents)}`),
    h("td", {}, form("Set price", [{ ...PRICE, value: price_cents / 100 }], setPrice)),
    h("td", {}, form("Set stock", [{ title: "Stock", name: "stock", type: "number", min: 0, value: stock }], setStock)),
    h("td", {}, button("Archive", () => change(api.delete(`/products/${id}`)))),
  );
}

async function change(request) {
  await request;
  dispatchEvent(new Event("refresh"));
}
