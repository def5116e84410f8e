import { api, session } from "./api.js";
import { button, form, h, say } from "./dom.js";

const EMAIL = { title: "E-mail", name: "email", type: "email", autocomplete: "email" };
const PASSWORD = { title: "Password", name: "password", type: "password", minLength: 8 };
const NAME = { title: "Name", name: "name", autocomplete: "name" };

export async function accountPage() {
  return session.token ? profile(await api.get("/customers/me").catch(endSession)) : welcome();
}

function endSession(error) {
  session.end();
  throw error;
}

function welcome() {
  const logIn = async (data) => start(await api.post("/auth/login", data));
  const register = async (data) => start(await api.post("/auth/register", data));
  return [
    h("h1", {}, "Log in"), form("Log in", [EMAIL, { ...PASSWORD, autocomplete: "current-password" }], logIn),
    h("h2", {}, "New here?"),
    form("Register", [NAME, EMAIL, { ...PASSWORD, autocomplete: "new-password" }], register),
  ];
}

function profile(customer) {
  const fields = [
    { ...NAME, value: customer.name },
    { title: "Street", name: "street", value: customer.street, autocomplete: "street-address" },
    { title: "City", name: "city", value: customer.city, autocomplete: "address-level2" },
    { title: "Country", name: "country", value: customer.country, autocomplete: "country-name" },
  ];
  const save = async (data) => {
    await api.put("/customers/me", data);
    say("Saved.");
  };
  const logOut = () => {
    session.end();
    dispatchEvent(new Event("refresh"));
  };
  return [h("h1", {}, "Your account"), form("Save", fields, save), button("Log out", logOut)];
}

function start({ token }) {
  session.start(token);
  dispatchEvent(new Event("refresh"));
}
