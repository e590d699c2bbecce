// Fields for a card, in a frame of the shop's page. What was typed leaves for the gateway alone; the page
// hears of a token, or that there is none, and is heard if its origin is the registered one.

const form = document.getElementById("card");
const shop = form.dataset.shop;
const alert = document.getElementById("alert");
const { number, expiry, cvc } = form.elements;

const say = (message) => parent.postMessage(message, shop);

const show = ({ errors = {}, alert: text = "" }) => {
  for (const name of ["number", "expiry", "cvc"]) {
    const field = form.elements[name];
    document.getElementById(`${name}-wrong`).textContent = errors[name] ?? "";
    document.getElementById(`${name}-field`).classList.toggle("wrong", name in errors);
    field.setAttribute("aria-invalid", String(name in errors));
  }
  alert.hidden = !text;
  alert.querySelector("p").textContent = text;
  form.elements[Object.keys(errors)[0]]?.focus();
};

const send = async (path, more) => {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  try {
    const answer = await fetch(path, { method: "POST", body });
    return await answer.json();
  } catch {
    return { alert: "The gateway cannot be reached. Try again in a moment." };
  }
};

addEventListener("message", async ({ origin, source, data }) => {
  if (origin !== shop || source !== parent) return;
  const { id, type, secret = "", back = "" } = data ?? {};
  if (type !== "token" && type !== "confirm") return;
  const told = await send(`/fields/${type}`, type === "confirm" ? { secret, back } : {});
  show(told);
  if (told.token || told.intent) form.reset();
  say({ id, type, token: told.token, intent: told.intent, error: told.alert ?? (told.errors && "Check the card.") });
});

number.addEventListener("input", () => {
  const text = number.value.replace(/\D/g, "").slice(0, 19);
  if (number.selectionStart === number.value.length) {
    number.value = (text.match(/.{1,4}/g) ?? []).join(" ");
  }
});
expiry.addEventListener("input", (event) => {
  if (event.inputType?.startsWith("delete") || expiry.selectionStart !== expiry.value.length) return;
  const digits = expiry.value.replace(/\D/g, "");
  const text = /^[2-9]$/.test(digits) ? `0${digits}` : digits;
  if (text.length >= 2) expiry.value = `${text.slice(0, 2)} / ${text.slice(2, 6)}`;
});
cvc.addEventListener("input", () => {
  cvc.value = cvc.value.replace(/\D/g, "").slice(0, 4);
});
// The button is the shop's: a form of several fields without one submits nothing by itself.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter") say({ type: "submit" });
});
new ResizeObserver(() => say({ type: "height", height: document.body.scrollHeight })).observe(document.body);
say({ type: "ready" });
