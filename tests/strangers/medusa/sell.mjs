// Drives the payment provider of Medusa, as its own server would, and prints what came of each step.
// Nothing of it is changed but where it dials.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:https";

const told = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(`${told.modules}/`);
const Provider = require("@medusajs/payment-stripe/dist/services/stripe-provider.js").default;
const Stripe = require("stripe");
const where = { host: "127.0.0.1", port: told.port, protocol: "https", maxNetworkRetries: 0 };
const shop = new Stripe(told.secret, where);
const browser = new Stripe(told.public, where);
const said = { versions: { provider: require("@medusajs/payment-stripe/package.json").version, stripe: Stripe.PACKAGE_VERSION } };

// Where events come to, as Medusa's own route takes them.
const events = [];
const server = createServer(
  { cert: readFileSync(told.certificate), key: readFileSync(told.key) },
  (request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      events.push({ rawData: Buffer.concat(parts), headers: request.headers });
      response.end("{}");
    });
  },
);
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const endpoint = await shop.webhookEndpoints.create({
  url: `https://127.0.0.1:${server.address().port}/hooks`,
  enabled_events: ["payment_intent.amount_capturable_updated", "payment_intent.payment_failed"],
});

const provider = new Provider({ logger: console }, { apiKey: told.secret, webhookSecret: endpoint.secret, capture: false });
provider.stripe_ = shop;

const key = (name) => ({ idempotency_key: `${told.run}-${name}` });
const holder = await provider.createAccountHolder({ context: { customer: { email: "a@example.com", first_name: "Ann" }, ...key("holder") } });
const begun = await provider.initiatePayment({
  amount: 12.5, currency_code: "eur", data: { session_id: "payses_1" },
  context: { ...key("begin"), account_holder: { data: { id: holder.id } } },
});
said.begun = begun.status;

// The shopper's browser, with what it may know: a lost card, and then another one.
const confirm = (number) =>
  browser.paymentIntents.confirm(begun.id, {
    client_secret: begun.data.client_secret,
    payment_method_data: { type: "card", card: { number, exp_month: 12, exp_year: 2030, cvc: "123" } },
  });
said.lost = await confirm("4000000000009987").catch((error) => error.raw.decline_code);
said.afterLost = (await provider.authorizePayment({ data: { id: begun.id } })).status;
await confirm("4242424242424242");
const authorized = await provider.authorizePayment({ data: { id: begun.id } });
said.authorized = authorized.status;
said.retrieved = (await provider.retrievePayment({ data: { id: begun.id } })).data.amount;

const data = authorized.data;
said.captured = (await provider.capturePayment({ data, context: key("capture") })).data.status;
said.capturedAgain = (await provider.capturePayment({ data, context: key("again") })).data.status;
await provider.refundPayment({ amount: 2.5, data, context: key("refund") });
await provider.refundPayment({ amount: 10, data, context: key("rest") });
await provider.refundPayment({ amount: 10, data, context: key("too-much") }).catch((error) => (said.tooMuch = error.message));
said.refunded = (await shop.refunds.list({ payment_intent: begun.id })).data.map((each) => each.amount);

const other = await provider.initiatePayment({ amount: 1, currency_code: "eur", data: { session_id: "payses_2" }, context: key("other") });
said.canceled = (await provider.cancelPayment({ data: other.data, context: key("cancel") })).data.status;

// What the gateway told, believed by its signature alone.
const until = Date.now() + 30_000;
while (events.length < 2 && Date.now() < until) await new Promise((later) => setTimeout(later, 50));
said.webhooks = [];
for (const event of events) {
  const data = JSON.parse(event.rawData);
  const read = await provider.getWebhookActionAndData({ data, rawData: event.rawData, headers: event.headers });
  said.webhooks.push([read.action, read.data?.session_id, Number(read.data?.amount)]);
}
try {
  const [event] = events;
  const forged = Buffer.from(event.rawData.toString().replace("1250", "9950"));
  await provider.getWebhookActionAndData({ data: {}, rawData: forged, headers: event.headers });
  said.forged = "believed";
} catch (error) {
  said.forged = error.message;
}

server.close();
server.closeAllConnections();
console.log(JSON.stringify(said));
