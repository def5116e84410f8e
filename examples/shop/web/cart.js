import { api } from "./api.js";
import { button, h, money } from "./dom.js";

export async function cartPage() {
  const cart = await api.get("/carts/current");
  if (!cart.items.length) return [h("h1", {}, "Cart"), h("p", {}, "Your cart is empty.")];
  return [
    h("h1", {}, "Cart"),
    h("table", {}, h("tbody", {}, ...cart.items.map(row))),
    h("p", { className: "price" }, `Total ${money(cart.total_cents)}`),
    button("Empty the cart", () => change(api.delete("/carts/current"))),
  ];
}

function row({ product_id, name, quantity, price_cents }) {
  const path = `/carts/current/items/${product_id}`;
  return h(
    "tr", {},
    h("th", { scope: "row" }, name),
    h("td", {}, `${quantity} × ${money(price_cents)}`),
    h("td", {}, button("One more", () => change(api.put(path, { quantity: quantity + 1 })))),
    h("td", {}, button("Remove", () => change(api.delete(path)))),
  );
}

async function change(request) {
  await request;
  dispatchEvent(new Event("refresh"));
}
