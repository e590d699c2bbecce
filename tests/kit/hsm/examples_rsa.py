"""Commands with RSA keys for `test_module`: good ones, and what of the keys is secret."""

from functools import partial

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.data.encryption import SHA_1
from cardswitch.specs.hsm.commands.keys.rsa import (
    DER_SIGNED,
    PSS,
    RSA_ANY,
    RSA_KEYS,
    generate_rsa_pair,
    import_rsa_public_key,
    sign_rsa,
    verify_rsa,
)
from cardswitch.specs.security.lmk import TEST_LMK
from cardswitch.specs.security.rsa import encode_public_key_rsa
from cardswitch.specs.security.rsa_signatures import sign_rsa_pkcs1, sign_rsa_pss
from cardswitch.specs.security.rsa_under_lmk import mac_public_key_rsa, seal_key_rsa
from tests.kit.samples.rsa import SHORT_KEY

# The keys are short, so that tests are too.
POLICY = {"rsa_bits_min": 1024, "rsa_bits_max": 1024}
ACTIVITIES = ("generate", "import")
DATA, BINDING = b"signed; 100%", "BANK 0001"
SIZE = SHORT_KEY.public.bits // 8
KEYS = (
    SHORT_KEY.p.to_bytes(SIZE // 2, "big"),
    SHORT_KEY.q.to_bytes(SIZE // 2, "big"),
    SHORT_KEY.private_exponent.to_bytes(SIZE, "big"),
)

PRIVATE = seal_key_rsa(TEST_LMK, SHORT_KEY, RSA_ANY)
PUBLIC = encode_public_key_rsa(SHORT_KEY.public, is_signed=False)
MAC = mac_public_key_rsa(TEST_LMK, PUBLIC, b"")
BOUND_MAC = mac_public_key_rsa(TEST_LMK, PUBLIC, BINDING.encode())
PKCS_1_SIGNATURE = sign_rsa_pkcs1(SHORT_KEY, "sha256", DATA)
PSS_SIGNATURE = sign_rsa_pss(SHORT_KEY, "sha1", DATA, bytes(20))

verify = partial(verify_rsa, PUBLIC, MAC, DATA)

GOOD: list[Command] = [
    generate_rsa_pair(1024),
    generate_rsa_pair(1024, RSA_KEYS, 3, DER_SIGNED),
    import_rsa_public_key(PUBLIC),
    import_rsa_public_key(PUBLIC, BINDING),
    sign_rsa(PRIVATE, DATA),
    sign_rsa(PRIVATE, DATA, SHA_1, PSS),
    verify(PKCS_1_SIGNATURE),
    verify(PSS_SIGNATURE, SHA_1, PSS),
    verify_rsa(PUBLIC, BOUND_MAC, DATA, PKCS_1_SIGNATURE, authentication=BINDING),
]
