import { api, session } from "./api.js";
import { button, form, h, money, say } from "./dom.js";

export async function productPage(id) {
  const [product, reviews] = await Promise.all([api.get(`/products/${id}`), api.get(`/products/${id}/reviews`)]);
  const price = h("p", { className: "price" }, money(product.price_cents));
  const convert = async ({ currency }) => {
    const converted = await api.get(`/products/${id}/price?currency=${currency}`);
    price.textContent = `${money(product.price_cents)} (${money(converted.cents, converted.currency)})`;
  };
  const addToCart = async () => {
    await api.put(`/carts/current/items/${id}`, { quantity: 1 });
    say(`${product.name} is in your cart.`);
  };
  return [
    h("h1", {}, product.name), h("p", {}, product.description), price,
    ...(session.token ? [button("Add to cart", addToCart)] : [h("p", {}, "Log in to buy or review.")]),
    form("Convert", [{ title: "Currency", name: "currency", value: "USD", pattern: "[A-Z]{3}" }], convert),
    h("h2", {}, "Reviews"), ...reviews.map(review),
    ...(session.token ? [reviewForm(id)] : []),
  ];
}

function review({ rating, body, customer }) {
  return h("p", {}, h("strong", {}, `${rating} of 5, ${customer}: `), body);
}

function reviewForm(id) {
  const fields = [
    { title: "Rating (1 to 5)", name: "rating", type: "number", min: 1, max: 5 },
    { title: "What do you think?", name: "body", required: false },
  ];
  return form("Send review", fields, async ({ rating, body }) => {
    await api.post(`/products/${id}/reviews`, { rating: Number(rating), body });
    dispatchEvent(new Event("refresh"));
  });
}
