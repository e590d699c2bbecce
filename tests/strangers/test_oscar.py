"""A whole cart, django-oscar with its payment plug-in, sells by the gateway in a browser."""

import json
import os
import socket
import subprocess
import time
from contextlib import closing

import pytest

from cardswitch.lab.house.topology import free_ports, make_lab
from tests.kit.chromium import Watched, chromium
from tests.kit.shop import Shop
from tests.strangers import FOLDER, HERE

PYTHON = FOLDER / "oscar" / "bin" / "python"
START_S = 60.0
# The vendor's script cannot be had here; the plug-in asks it for one thing.
SCRIPT = """window.Stripe = () => ({
  redirectToCheckout: ({sessionId}) => location.assign("PAGES/c/" + sessionId),
});"""
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason=f"no {PYTHON}: .ci/strangers makes it")


def free_port():
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Cart:
    """The shop in a process of its own, as its manual starts it."""

    def __init__(self, shop, folder, url, port):
        self.url = url
        self._env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cart.settings",
            "PYTHONPATH": str(HERE / "oscar"),
            "CART_FOLDER": str(folder),
            "CART_URL": url,
            "CART_SECRET": shop.secret,
            "CART_PUBLIC": shop.public,
            "CART_PRICES": "1",
            "CART_GATEWAY": f"https://127.0.0.1:{shop.port}",
            "CART_CA": str(shop.ca),
        }
        self.do("stock")
        command = [PYTHON, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
        self._log = (folder / "cart.log").open("wb")
        self._process = subprocess.Popen(command, env=self._env, stdout=self._log, stderr=self._log)
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            with closing(socket.socket()) as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError((folder / "cart.log").read_text())

    def do(self, what):
        done = subprocess.run(
            [PYTHON, str(HERE / "oscar" / "stock.py"), what],
            env=self._env, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def orders(self):
        return json.loads(self.do("orders"))

    def close(self):
        self._process.terminate()
        self._process.wait()
        self._log.close()


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def shop(tmp_path, port):
    path = make_lab(tmp_path / "lab", free_ports())[0]
    text = path.read_text("utf-8")
    begin, ours = "origins = [", f'"http://localhost:{port}", '
    path.write_text(text.replace(begin, begin + ours), "utf-8")
    with Shop(tmp_path / "lab") as shop:
        yield shop


@pytest.fixture
def cart(shop, tmp_path, port):
    cart = Cart(shop, tmp_path, f"http://localhost:{port}", port)
    yield cart
    cart.close()


def test_an_order_is_placed_and_given_back(shop, cart, tmp_path):
    pages = shop.config.pages.url
    with chromium() as browser:
        watched = Watched(browser)
        page = watched.page
        page.set_default_timeout(60_000)
        script = SCRIPT.replace("PAGES", pages)
        page.route(
            "https://js.stripe.com/**",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        page.goto(f"{cart.url}/catalogue/a-song_1/")
        page.locator("form[action*='basket/add'] button").first.click()
        page.goto(f"{cart.url}/checkout/")
        page.locator("input[name='username']").fill("ann@example.com")
        page.locator("form:has(input[name=username]) button[type=submit]").click()
        page.wait_for_url(f"{pages}/c/*")
        use(page, "4000000000009987")
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert "Declined by your bank" in alert.inner_text()
        use(page, "4242424242424242")
        page.wait_for_url(f"{cart.url}/checkout/preview-stripe/**")
        page.locator("#place_order_form #place-order").first.click()
        page.wait_for_url(f"{cart.url}/checkout/thank-you/**")
        assert "4242424242424242" not in watched.sent_to(cart.url)
    [order] = cart.orders()
    assert (order["total"], order["debited"]) == ("24.90", "24.90")
    intent = shop.ask("GET", f"/v1/payment_intents/{order['reference']}").body
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 2490)
    refund = shop.ask("POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 490}).body
    assert refund["status"] == "succeeded"


def use(page, number):
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/30")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay").click()
