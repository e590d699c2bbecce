// Comfort alone: the form is the same without it. It groups digits, and lets a form leave once.

const form = document.querySelector("form");

document.getElementById("alert")?.focus();

if (form) {
  const { number, expiry, cvc } = form.elements;
  const button = form.querySelector("button");
  const status = form.querySelector(".status");
  const digits = (field) => field.value.replace(/\D/g, "");

  const grouped = (text) =>
    /^3[47]/.test(text)
      ? [text.slice(0, 4), text.slice(4, 10), text.slice(10, 15)].filter(Boolean).join(" ")
      : (text.slice(0, 19).match(/.{1,4}/g) ?? []).join(" ");

  // Only what was typed at the end is put in order: a cursor in the middle is left where it is.
  const atEnd = (field) => field.selectionStart === field.value.length;

  number.addEventListener("input", () => {
    if (atEnd(number)) number.value = grouped(digits(number));
  });
  expiry.addEventListener("input", (event) => {
    if (!atEnd(expiry) || event.inputType?.startsWith("delete")) return;
    const typed = digits(expiry);
    const text = /^[2-9]$/.test(typed) ? `0${typed}` : typed;
    if (text.length >= 2) expiry.value = `${text.slice(0, 2)} / ${text.slice(2, 6)}`;
  });
  cvc.addEventListener("input", () => {
    cvc.value = digits(cvc).slice(0, 4);
  });

  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    status.textContent = "Asking the bank…";
  });

  // A page from the browser's memory: its card is of the past.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
