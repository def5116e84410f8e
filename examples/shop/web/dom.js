export function h(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

export function say(text) {
  document.getElementById("message").textContent = text;
}

export function guarded(action) {
  return async (event) => {
    event.preventDefault();
    say("");
    try {
      await action(event);
    } catch (error) {
      say(error.message);
    }
  };
}

export function form(label, fields, onSubmit) {
  const inputs = fields.map(({ title, ...props }) => h("label", {}, title, h("input", { required: true, ...props })));
  const submit = guarded(({ target }) => onSubmit(Object.fromEntries(new FormData(target))));
  return h("form", { onsubmit: submit }, ...inputs, h("button", {}, label));
}

export function button(label, onClick) {
  return h("button", { type: "button", onclick: guarded(onClick) }, label);
}

export const money = (cents, currency = "EUR") =>
  new Intl.NumberFormat("en", { style: "currency", currency }).format(cents / 100);
