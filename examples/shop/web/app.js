import { accountPage } from "./account.js";
import { api, session } from "./api.js";
import { cartPage } from "./cart.js";
import { catalogPage } from "./catalog.js";
import { say } from "./dom.js";
import { managePage } from "./manage.js";
import { productPage } from "./product.js";

const routes = [
  [/^#?\/?$/, catalogPage],
  [/^#\/products\/(\d+)$/, productPage],
  [/^#\/cart$/, cartPage],
  [/^#\/account$/, accountPage],
  [/^#\/manage$/, managePage],
];

async function showManageLink() {
  const user = session.token ? await api.get("/auth/me").catch(() => null) : null;
  document.getElementById("manage-link").hidden = user?.role !== "admin";
}

async function show() {
  say("");
  for (const [pattern, page] of routes) {
    const match = pattern.exec(location.hash);
    if (!match) continue;
    try {
      document.getElementById("main").replaceChildren(...(await page(...match.slice(1))));
    } catch (error) {
      document.getElementById("main").replaceChildren();
      say(error.message);
    }
  }
}

addEventListener("hashchange", show);
addEventListener("refresh", () => Promise.all([show(), showManageLink()]));
dispatchEvent(new Event("refresh"));
