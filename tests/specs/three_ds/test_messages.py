"""Messages of 3-D Secure: by their public names, and nothing of them in an error."""

import json

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.three_ds.messages import AReq, ARes, CReq, RReq, read, read_form, write
from tests.kit.three_ds import AREQ, DS, TRANSACTION


def test_names_are_those_of_the_protocol():
    said = json.loads(write(AREQ))
    assert (said["messageType"], said["messageVersion"]) == ("AReq", "2.2.0")
    assert said["threeDSServerTransID"] == TRANSACTION
    assert said["dsTransID"] == DS
    assert said["acctNumber"] == "4000000000003220"
    assert said["purchaseAmount"] == "1250"
    assert said["deviceChannel"] == "02"
    assert read(AReq, write(AREQ)) == AREQ


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("messageType", "ARes"),
        ("threeDSServerTransID", "x"),
        ("acctNumber", "4000 0000"),
        ("purchaseAmount", "1.5"),
        ("dsURL", "http://acs.example/"),
        ("notificationURL", "javascript:alert(1)"),
        ("deviceChannel", "01"),
    ],
)
def test_what_is_wrong_is_refused_without_being_repeated(name, value):
    said = json.loads(write(AREQ)) | {name: value}
    with pytest.raises(FormatError) as refused:
        read(AReq, json.dumps(said).encode())
    assert "4000000000003220" not in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"messageType": "AReq"}'])
def test_what_is_no_message_is_refused(data):
    with pytest.raises(FormatError):
        read(ARes, data)


@pytest.mark.parametrize("text", ["", "%%%", "e30", "é", "a"])
def test_a_form_that_holds_none_is_refused(text):
    with pytest.raises(FormatError):
        read_form(CReq, text)


def test_neither_number_nor_proof_is_shown():
    told = RReq(
        message_version="2.2.0", transaction=TRANSACTION, ds_transaction=DS, acs_transaction=DS,
        category="01", status="Y", cavv="AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    )  # fmt: skip
    assert "AAAA" not in repr(told)
    assert "4000" not in repr(AREQ)
