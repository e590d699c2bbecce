"""EI, EO, EW and EY: one after another, against another implementation, and what is refused."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import (
    Answer,
    Command,
    HsmFormatError,
    pack_answer,
    pack_command,
    unpack_command,
)
from cardswitch.specs.hsm.commands.data.encryption import (
    MD5,
    SHA_1,
    SHA_224,
    SHA_256,
    SHA_384,
    SHA_512,
)
from cardswitch.specs.hsm.commands.keys.forms import read_texts, store_bytes
from cardswitch.specs.hsm.commands.keys.rsa import (
    DER_SIGNED,
    DER_UNSIGNED,
    PKCS_1,
    PSS,
    RSA_ANY,
    RSA_KEYS,
    RSA_SIGNATURES,
    generate_rsa_pair,
    import_rsa_public_key,
    sign_rsa,
    verify_rsa,
)
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK
from cardswitch.specs.security.lmk import TEST_LMK
from cardswitch.specs.security.rsa import RsaPublicKey, decode_public_key_rsa, encode_public_key_rsa
from cardswitch.specs.security.rsa_signatures import HASHES
from cardswitch.specs.security.rsa_under_lmk import mac_public_key_rsa, open_key_rsa, seal_key_rsa
from tests.kit.hsm import examples_rsa
from tests.kit.hsm.examples_rsa import (
    BINDING,
    BOUND_MAC,
    DATA,
    MAC,
    PKCS_1_SIGNATURE,
    POLICY,
    PRIVATE,
    PSS_SIGNATURE,
    PUBLIC,
    verify,
)
from tests.kit.hsm.module import ask
from tests.kit.hsm.module import module as any_module
from tests.kit.samples.rsa import KEY, KNOWN, SHORT_KEY, data_of, signature_of

LMKS = {"00": TEST_LMK, "01": TEST_BLOCK_LMK}
IDS_OF_HASHES = {
    "sha1": SHA_1,
    "md5": MD5,
    "sha224": SHA_224,
    "sha256": SHA_256,
    "sha384": SHA_384,
    "sha512": SHA_512,
}


def module(**policy: int) -> HsmModule:
    """A module that takes short keys, and whose officers allow all that RSA needs."""
    asked = any_module(**{**POLICY, **policy})
    asked.state.authority.until.update(dict.fromkeys(examples_rsa.ACTIVITIES, 1e9))
    return asked


def under(lmk_id: str, command: Command, **fields: str) -> Command:
    """*command* for an LMK, and with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields, "lmk_id": lmk_id})


def raw(answer: Answer, name: str) -> bytes:
    """A field of an answer, which must be good."""
    assert answer.ok
    return answer.fields[name].encode("latin-1")


# One after another -------------------------------------------------------------------------------


@pytest.mark.parametrize("lmk_id", LMKS)
@pytest.mark.parametrize("padded", [PKCS_1, PSS])
@pytest.mark.parametrize("encoding", [DER_UNSIGNED, DER_SIGNED])
def test_a_pair_from_its_making_to_its_signature(lmk_id: str, padded: str, encoding: str) -> None:
    asked = module()
    made = ask(asked, under(lmk_id, generate_rsa_pair(1024, encoding=encoding)))
    public, private = raw(made, "public_key"), raw(made, "private_key")
    taken = ask(asked, under(lmk_id, import_rsa_public_key(public, BINDING, encoding)))
    assert raw(taken, "public_key") == public
    signing = sign_rsa(private, DATA, SHA_224, padded)
    signature = raw(ask(asked, under(lmk_id, signing)), "signature")
    mac, hash_id = raw(taken, "mac"), SHA_224
    good = verify_rsa(public, mac, DATA, signature, hash_id, padded, BINDING)
    assert ask(asked, under(lmk_id, good)).error == "00"
    other = verify_rsa(public, mac, DATA + b"x", signature, hash_id, padded, BINDING)
    assert ask(asked, under(lmk_id, other)).error == "02"


@pytest.mark.parametrize(("exponent", "expected"), [(None, 65_537), (65_537, 65_537), (3, 3)])
@pytest.mark.parametrize("key_type", [RSA_SIGNATURES, RSA_KEYS, RSA_ANY])
def test_a_pair_is_as_it_was_asked_for(exponent: int | None, expected: int, key_type: str) -> None:
    made = ask(module(), generate_rsa_pair(1024, key_type, exponent))
    public = decode_public_key_rsa(raw(made, "public_key"), is_signed=False)
    assert (public.bits, public.exponent) == (1024, expected)
    key, purpose = open_key_rsa(TEST_LMK, raw(made, "private_key"))
    assert (key.public, purpose) == (public, key_type)


def test_every_pair_is_another_by_the_chance_of_the_module() -> None:
    pairs = [
        [ask(asked, generate_rsa_pair(1024)).fields["public_key"] for _ in range(2)]
        for asked in (module(), module())
    ]
    assert pairs[0] == pairs[1]
    assert pairs[0][0] != pairs[0][1]


def test_a_pair_of_the_usual_length() -> None:
    asked = any_module()
    asked.state.authority.until["generate.rsa"] = 1e9
    made = ask(asked, generate_rsa_pair())
    public = load_der_public_key(
        encode_public_key_rsa(decode_public_key_rsa(raw(made, "public_key")))
    )
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == 2048
    signature = raw(ask(asked, sign_rsa(raw(made, "private_key"), DATA)), "signature")
    public.verify(signature, DATA, padding.PKCS1v15(), HASHES["sha256"])


# Others ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", KNOWN["pkcs1"], ids=lambda case: case["name"])
def test_published_signatures(case: dict[str, str]) -> None:
    key = SHORT_KEY if case["key"] == "laboratories" else KEY
    asked, algorithm = module(rsa_bits_max=2048), IDS_OF_HASHES[case["hash"]]
    sealed = seal_key_rsa(TEST_LMK, key, RSA_SIGNATURES)
    signed = ask(asked, sign_rsa(sealed, data_of(case), algorithm))
    assert raw(signed, "signature") == signature_of(case)
    public = encode_public_key_rsa(key.public)
    mac = raw(ask(asked, import_rsa_public_key(public, "", DER_SIGNED)), "mac")
    verified = verify_rsa(public, mac, data_of(case), signature_of(case), algorithm)
    assert ask(asked, verified).ok


@pytest.mark.parametrize("name", IDS_OF_HASHES)
def test_every_hash_both_ways(name: str) -> None:
    asked, theirs = module(), SHORT_KEY.to_library()
    signed = ask(asked, sign_rsa(PRIVATE, DATA, IDS_OF_HASHES[name]))
    plain = padding.PKCS1v15()
    theirs.public_key().verify(raw(signed, "signature"), DATA, plain, HASHES[name])
    signature = theirs.sign(DATA, plain, HASHES[name])
    assert ask(asked, verify(signature, IDS_OF_HASHES[name])).ok


def test_a_salt_is_used_once() -> None:
    asked = module()
    command = sign_rsa(PRIVATE, DATA, SHA_1, PSS)
    assert len({raw(ask(asked, command), "signature") for _ in range(3)}) == 3


# What is refused ---------------------------------------------------------------------------------

PAIR, IMPORT, SIGN = generate_rsa_pair(1024), *examples_rsa.GOOD[2:5:2]
LONG = encode_public_key_rsa(KEY.public, is_signed=False)
KEYS_ONLY = seal_key_rsa(TEST_LMK, SHORT_KEY, RSA_KEYS)
EVEN = encode_public_key_rsa(RsaPublicKey(SHORT_KEY.public.modulus - 1, 3), is_signed=False)


def text(data: bytes) -> str:
    return data.decode("latin-1")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (under("00", PAIR, bits="2048"), "04"),
        (under("00", PAIR, bits="1023"), "04"),
        (under("00", PAIR, bits="0000"), "04"),
        (generate_rsa_pair(1024, exponent=4), "08"),
        (generate_rsa_pair(1024, exponent=65_538), "08"),
        (generate_rsa_pair(1024, exponent=5), "15"),
        (generate_rsa_pair(1024, exponent=2**32 - 1), "15"),
        (under("99", PAIR), "13"),
        (under("00", IMPORT, encoding=DER_SIGNED), "04"),
        (under("00", IMPORT, public_key=text(LONG)), "76"),
        (under("00", IMPORT, public_key=text(EVEN)), "04"),
        (under("00", IMPORT, public_key="0\x00"), "04"),
        (under("00", SIGN, private_key=text(PRIVATE[:-1])), "49"),
        (under("00", SIGN, private_key=""), "49"),
        (under("00", SIGN, private_key="0" + text(PRIVATE[1:])), "49"),
        (under("01", SIGN), "49"),
        (under("00", SIGN, private_key=text(KEYS_ONLY)), "29"),
        (sign_rsa(seal_key_rsa(TEST_LMK, KEY, RSA_ANY), DATA), "78"),
        (sign_rsa(PRIVATE, DATA, SHA_512, PSS), "78"),
        (verify_rsa(PUBLIC, BOUND_MAC, DATA, PKCS_1_SIGNATURE), "01"),
        (verify_rsa(PUBLIC, MAC, DATA, PKCS_1_SIGNATURE, authentication=BINDING), "01"),
        (verify_rsa(PUBLIC, bytes(4), DATA, PKCS_1_SIGNATURE), "01"),
        (under("01", verify(PKCS_1_SIGNATURE)), "01"),
        (verify(PSS_SIGNATURE, SHA_1), "02"),
        (verify(b""), "02"),
        (verify(PKCS_1_SIGNATURE[:-1]), "02"),
        (verify_rsa(LONG, mac_public_key_rsa(TEST_LMK, LONG, b""), DATA, b""), "76"),
        (verify_rsa(b"0\x00", mac_public_key_rsa(TEST_LMK, b"0\x00", b""), DATA, b""), "04"),
    ],
)
def test_refusals(command: Command, error: str) -> None:
    answer = ask(module(), command)
    assert (answer.error, answer.fields) == (error, {})


def test_short_keys_are_refused_by_default() -> None:
    asked = any_module()
    asked.state.authority.until.update(dict.fromkeys(examples_rsa.ACTIVITIES, 1e9))
    errors = [ask(asked, command).error for command in examples_rsa.GOOD]
    assert errors == ["04", "04", "76", "76", "78", "78", "76", "76", "76"]


@pytest.mark.parametrize(
    ("command", "activity"), [(PAIR, "generate.rsa.host"), (IMPORT, "import.rsa.host")]
)
def test_officers_allow_it(command: Command, activity: str) -> None:
    asked = any_module(**POLICY)
    assert ask(asked, command).error == "17"
    asked.state.authority.until[activity] = 1e9
    assert ask(asked, command).ok


def test_what_officers_need_not_allow() -> None:
    asked = any_module(**POLICY)
    assert ask(asked, SIGN).ok
    assert ask(asked, verify(PKCS_1_SIGNATURE)).ok


# Forms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "field", "error"),
    [
        ("EI3", "EI.key_type", "05"),
        ("EI210", "EI.bits", "04"),
        ("EI2102403", "EI.encoding", "03"),
        ("EI21024010033", "EI.exponent_bits", "06"),
        ("EI21024010000", "EI.exponent_bits", "06"),
        ("EI21024010017\x01\x00", "EI.exponent", "15"),
        ("EO03", "EO.encoding", "03"),
        ("EO011", "EO.public_key", "15"),
        ("EO010\x02\x01", "EO.public_key", "80"),
        ("EO010\x80", "EO.public_key", "15"),
        ("EO010\x81\x7f", "EO.public_key", "15"),
        ("EO010\x82\x00\xff", "EO.public_key", "15"),
        ("EO010\x83\x01\x00\x00", "EO.public_key", "15"),
        ("EO010\x01\x00;", "EO", "15"),
        ("EW03", "EW.hash", "05"),
        ("EW0602", "EW.signature_type", "06"),
        ("EW060102", "EW.padding", "07"),
        ("EW0601010002a", "EW.data", "80"),
        ("EW0601010001a99", "EW.flag", "04"),
        ("EW0601010001a;9900", "EW.private_key", "15"),
        ("EY0601010001s0001d", "EY.data", "15"),
        ("EY0601010001s;0001d;mac", "EY.mac", "15"),
    ],
)
def test_broken_frames(line: str, field: str, error: str) -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(b"1234" + line.encode("latin-1"))
    assert (caught.value.field, caught.value.error_code) == (field, error)


def test_a_private_key_that_the_module_should_have_is_refused() -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(b"1234EW0601010001a;000004keys")
    assert (caught.value.field, caught.value.error_code) == ("EW.flag", "04")


@pytest.mark.parametrize("authentication", ["a;b", "a%b", "a#b", "a\nb", "a" * 129])
def test_authentication_data_that_would_be_read_as_something_else(authentication: str) -> None:
    with pytest.raises(EncodeError):
        pack_command(import_rsa_public_key(PUBLIC, authentication))


def test_a_sealed_key_is_as_long_as_said_and_no_secret_is_shown() -> None:
    answer = module().answer(PAIR)
    line = pack_answer(answer)
    public, private = raw(answer, "public_key"), raw(answer, "private_key")
    assert line == b"EJ00" + public + f"{len(private):04d}".encode() + private
    assert repr(answer) == "<EJ error=00 header=>"


def test_a_private_key_in_the_user_storage_signs() -> None:
    asked = module()
    assert ask(asked, store_bytes(0x22, PRIVATE)).ok
    stored = under("00", SIGN, private_key="K022")
    assert ask(asked, stored).fields == ask(asked, under("00", SIGN)).fields
    assert ask(asked, under("00", SIGN, private_key="K023")).error == "12"
    assert ask(asked, read_texts(0x22)).error == "12"
