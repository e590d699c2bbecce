"""The payment provider of Medusa, unchanged but for where it dials, sells by the gateway."""

import json
import os
import shutil
import subprocess
import uuid

import pytest

from tests.kit.shop import Shop
from tests.strangers import FOLDER, HERE

MODULES = FOLDER / "medusa"
PATIENCE_S = 120.0


@pytest.fixture
def shop(tmp_path):
    with Shop(tmp_path / "lab") as shop:
        yield shop


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(
    not (MODULES / "node_modules").is_dir(),
    reason=f"no modules in {MODULES}: .ci/strangers makes them",
)
def test_its_provider_sells_and_gives_back(shop):
    tls = shop.ca.parent
    told = {
        "modules": str(MODULES),
        "port": shop.port,
        "secret": shop.secret,
        "public": shop.public,
        "certificate": str(tls / "shop.pem"),
        "key": str(tls / "shop.key"),
        "run": uuid.uuid4().hex,
    }
    ended = subprocess.run(
        ["node", str(HERE / "medusa" / "sell.mjs")],
        input=json.dumps(told),
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(shop.ca)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert said["versions"]["provider"] == "2.21.2"
    assert said["begun"] == "pending"
    assert (said["lost"], said["afterLost"]) == ("lost_card", "error")
    assert (said["authorized"], said["retrieved"]) == ("authorized", 12.5)
    assert (said["captured"], said["capturedAgain"]) == ("succeeded", "succeeded")
    assert sorted(said["refunded"]) == [250, 1000]
    assert "tooMuch" not in said  # All of it was given back already, which the provider takes.
    assert said["canceled"] == "canceled"
    assert sorted(said["webhooks"]) == [
        ["authorized", "payses_1", 12.5],
        ["failed", "payses_1", 12.5],
    ]
    assert "No signatures found" in said["forged"]
