// Mounts the gateway's fields, and sends the form once there is a token of the card.

const form = document.querySelector("form.tokens");
const button = form.querySelector("button");
const status = form.querySelector(".status");
const options = form.dataset.moto ? { moto: "yes" } : {};
const card = Cardswitch(form.dataset.key).elements().create("card", options);
card.mount("#card-fields");

const pay = async () => {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  status.textContent = "Asking the bank…";
  const { token, error } = await card.token();
  if (!token) {
    button.removeAttribute("aria-disabled");
    status.textContent = error;
    return;
  }
  form.elements.token.value = token;
  form.submit();
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  pay();
});
card.on("submit", pay);
