// For a shop's page: to the hosted page, or fields for a card in a frame of the gateway, which gives a token.
// Three functions: redirectToCheckout, elements (create, mount, token), confirmCardPayment.

(() => {
  const here = new URL(document.currentScript.src).origin;

  const element = (key, options) => {
    const frame = document.createElement("iframe");
    const query = new URLSearchParams({ key, origin: location.origin, ...options });
    frame.src = `${here}/fields/card?${query}`;
    frame.title = "Card fields, at the gateway";
    frame.className = "gateway-fields";
    frame.width = "100%";
    frame.frameBorder = "0";
    const waiting = new Map();
    let number = 0;
    let onSubmit = () => {};

    addEventListener("message", ({ origin, source, data }) => {
      if (origin !== here || source !== frame.contentWindow) return;
      const { id, type, height } = data ?? {};
      if (type === "height") frame.height = String(height);
      else if (type === "ready") frame.dataset.ready = "yes";
      else if (type === "submit") onSubmit();
      else if (waiting.has(id)) {
        waiting.get(id)(data);
        waiting.delete(id);
      }
    });

    const ask = (type, more = {}) =>
      new Promise((told) => {
        number += 1;
        waiting.set(number, told);
        frame.contentWindow.postMessage({ id: number, type, ...more }, here);
      });

    return {
      mount: (place) => {
        (typeof place === "string" ? document.querySelector(place) : place).replaceChildren(frame);
      },
      on: (event, deed) => {
        if (event === "submit") onSubmit = deed;
      },
      token: () => ask("token"),
      confirm: (secret, back) => ask("confirm", { secret, back }),
    };
  };

  // A shopper whose bank asks first goes there, and comes back to the page that he is sent to then.
  const told = ({ intent, error }) => {
    const bank = intent?.next_action?.redirect_to_url?.url;
    if (!bank) return error ? { error: { message: error } } : { paymentIntent: intent };
    location.assign(bank);
    return new Promise(() => {});
  };

  const Cardswitch = (key) => ({
    redirectToCheckout: ({ sessionId }) => {
      location.assign(`${here}/c/${encodeURIComponent(sessionId)}`);
      return new Promise(() => {});
    },
    elements: () => ({ create: (kind, options = {}) => element(key, options) }),
    confirmCardPayment: async (secret, { payment_method: { card }, return_url = location.href }) =>
      told(await card.confirm(secret, return_url)),
  });

  window.Cardswitch = Cardswitch;
  window.Stripe ??= Cardswitch; // Pages that were written for another gateway's script.
})();
