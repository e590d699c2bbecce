"""Messages of 3-D Secure to ask and answer with."""

from cardswitch.specs.three_ds.messages import AReq, ARes, RReq

TRANSACTION = "11111111-1111-4111-8111-111111111111"
DS = "22222222-2222-4222-8222-222222222222"
ACS = "33333333-3333-4333-8333-333333333333"
CAVV = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
AREQ = AReq(
    message_version="2.2.0",
    transaction=TRANSACTION,
    ds_transaction=DS,
    category="01",
    channel="02",
    number="4000000000003220",
    expiry="3012",
    amount="1250",
    currency="978",
    exponent="2",
    date="20261130120000",
    merchant="Beans & <b>Co</b>",
    merchant_id="SHOP0001",
    notification_url="https://pay.localhost:7109/3ds/x/done",
    results_url="https://127.0.0.1:7116/rreq",
    accept="*/*",
    agent="a browser",
)


def ares(status="Y", **more):
    """What an access control server answers to AREQ."""
    told = {"cavv": CAVV} if status in ("Y", "A") else {}
    return ARes(
        message_version="2.2.0", transaction=TRANSACTION, ds_transaction=DS, acs_transaction=ACS,
        status=status, **told | more,
    )  # fmt: skip


def rreq(status="Y", **more):
    """What it tells of the challenge that AREQ led to."""
    told = {"cavv": CAVV, "eci": "05"} if status in ("Y", "A") else {}
    return RReq(**{
        "message_version": "2.2.0", "transaction": TRANSACTION, "ds_transaction": DS,
        "acs_transaction": ACS, "category": "01", "status": status, **told, **more,
    })  # fmt: skip
