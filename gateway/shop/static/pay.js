// Comfort alone: a form leaves once, and a frame of the gateway may say where to go on.

document.getElementById("alert")?.focus();

const form = document.querySelector("form.once");
form?.addEventListener("submit", (event) => {
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  form.querySelector(".status").textContent = "Asking the bank…";
});

const frame = document.querySelector("iframe.gateway");
if (frame) {
  addEventListener("message", (event) => {
    if (event.origin !== frame.dataset.gateway || event.source !== frame.contentWindow) return;
    const { type, url, height } = event.data;
    if (type === "height") frame.height = String(height);
    if (type === "complete" && new URL(url).origin === location.origin) location.assign(url);
  });
}

// A page from the browser's memory: its card is of the past.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
