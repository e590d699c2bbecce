"""Commands about chip cards, MACs and data for `test_module`: each key operand, and good ones."""

from functools import partial

from cardswitch.hsm_sim.keys.attributes import Attributes
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.chain import chain
from cardswitch.specs.hsm.commands.cards.emv import (
    CSK_OPTION_B,
    M_CHIP,
    generate_arpc,
    generate_arpc_csk,
    verify_arqc,
    verify_arqc_and_mac,
    verify_arqc_csk,
    verify_truncated_cryptogram,
)
from cardswitch.specs.hsm.commands.cards.scripts import (
    M_CHIP_SCRIPT,
    NewPin,
    ScriptSecret,
    change_pin_of_card,
    make_script,
    make_script_csk,
)
from cardswitch.specs.hsm.commands.cards.values import (
    verify_cvc3,
    verify_cvc3_of_track,
    verify_dcvv,
)
from cardswitch.specs.hsm.commands.data.encryption import (
    DataKey,
    decrypt_data,
    encrypt_data,
    hash_data,
    translate_data,
)
from cardswitch.specs.hsm.commands.data.macs import (
    RIGHT,
    generate_mac_dukpt,
    verify_mac_dukpt,
)
from cardswitch.specs.hsm.commands.data.macs_older import (
    generate_mac_older,
    generate_mac_x919_older,
    generate_mac_zak_older,
    translate_mac_older,
    verify_mac_older,
)
from cardswitch.specs.hsm.commands.module.status import (
    cancel_authority,
    command_volumes,
    diagnostics,
    echo,
    health,
    health_counts,
    module_load,
    module_status,
    random_value,
    set_response_delay,
)
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, wrap_key_block
from cardswitch.specs.security.dukpt_tdes import derive_key_dukpt_tdes
from cardswitch.specs.security.dynamic_cvv import generate_cvc3, generate_dcvv, generate_ivcvc3
from cardswitch.specs.security.emv_cryptograms import generate_cryptogram_emv
from cardswitch.specs.security.emv_keys import (
    derive_icc_key_emv,
    derive_script_key_vis,
    derive_session_key_emv_csk,
    derive_session_key_mchip_skd,
    encode_account_emv_a,
    encode_account_emv_b,
)
from cardswitch.specs.security.emv_scripts import generate_script_mac_emv
from cardswitch.specs.security.mac import generate_mac_iso9797
from tests.kit.hsm.module import PAN, PAN12, TAK, ZPK, key, pin_block, under_lmk

MK_AC, MK_SMI, MK_CVC3, DEK, ZEK, BDK, MK_SMC = KEYS = tuple(map(key, range(20, 27)))
MK_AC_TEXT, MK_SMI_TEXT = under_lmk("109", MK_AC), under_lmk("209", MK_SMI)
MK_CVC3_TEXT = under_lmk("709", MK_CVC3)


def under_block_lmk(attributes: str, clear: bytes) -> str:
    """*clear* as a module gives it out under its key block LMK."""
    header = Attributes.read(attributes).header("D")
    return wrap_key_block(TEST_BLOCK_LMK, header, clear, bytes(48))


ACCOUNT, ATC, NUMBER = encode_account_emv_a(PAN), b"\x34\x56", b"\x11" * 4
LONG_PAN = "9999990000000000011"
ACCOUNT_B = bytes.fromhex(f"0{LONG_PAN}01")
DATA, ARC, CSU, SECOND, TRACK = b"amount, and more", b"00", bytes(4), b"second", bytes(range(24))

CARD = derive_icc_key_emv(MK_AC, ACCOUNT)
CSK = derive_session_key_emv_csk(CARD, ATC)
ARQC = generate_cryptogram_emv(CARD, DATA, 1)
ARQC_SKD = generate_cryptogram_emv(derive_session_key_mchip_skd(CARD, ATC, NUMBER), DATA, 1)
ARQC_CSK = generate_cryptogram_emv(CSK, DATA, 1)
CARD_B = derive_icc_key_emv(MK_AC, encode_account_emv_b(LONG_PAN, "01"))
ARQC_CSK_B = generate_cryptogram_emv(derive_session_key_emv_csk(CARD_B, ATC), DATA, 1)
SCRIPT = derive_script_key_vis(derive_icc_key_emv(MK_SMI, ACCOUNT), ATC)
MAC = generate_script_mac_emv(SCRIPT, SECOND, 4)
DCVV = generate_dcvv(CARD, PAN, "2912", "201", "0001")
CARD_CVC3 = derive_icc_key_emv(MK_CVC3, ACCOUNT)
CVC3 = generate_cvc3(CARD_CVC3, generate_ivcvc3(CARD_CVC3, TRACK), NUMBER, ATC)

kq = partial(verify_arqc, MK_AC_TEXT, ACCOUNT, ATC, NUMBER, DATA)
kw = partial(verify_arqc_csk, MK_AC_TEXT, ACCOUNT, ATC, DATA)
kw_b = partial(verify_arqc_csk, MK_AC_TEXT, ACCOUNT_B, ATC, DATA, scheme=CSK_OPTION_B)
with_mac = partial(verify_arqc_and_mac, mk_smi=MK_SMI_TEXT, mac=MAC, mac_data=SECOND)
dcvv = partial(verify_dcvv, MK_AC_TEXT, PAN, "2912", "201", "0001")
cvc3 = partial(verify_cvc3, MK_CVC3_TEXT, PAN, "00", TRACK, ATC, NUMBER)

READER = verify_truncated_cryptogram(
    MK_AC_TEXT,
    ACCOUNT,
    ATC,
    NUMBER,
    DATA,
    generate_cryptogram_emv(derive_session_key_mchip_skd(CARD, ATC, NUMBER), DATA, 2),
)
READER_B = verify_truncated_cryptogram(
    MK_AC_TEXT,
    ACCOUNT_B,
    ATC,
    NUMBER,
    DATA,
    generate_cryptogram_emv(derive_session_key_mchip_skd(CARD_B, ATC, NUMBER), DATA, 2),
    option_b=True,
)
# As a reader sends it, and with zeros for what the reader put in.
TRACK_2 = f"{PAN}D29122010059977222530F"
STATIC = bytes.fromhex(f"{PAN}D29122010000970000000F")
TRACK_CVC3 = generate_cvc3(CARD_CVC3, generate_ivcvc3(CARD_CVC3, STATIC), NUMBER, ATC)
track_cvc3 = verify_cvc3_of_track(
    MK_CVC3_TEXT, PAN, "00", bytes.fromhex(TRACK_2), int.from_bytes(ATC), NUMBER.hex(), TRACK_CVC3
)

BDK_TEXT, KSN = under_lmk("009", BDK), "FFFF9876543210E00001"
MAC_KEY = derive_key_dukpt_tdes(BDK, bytes.fromhex(KSN), "mac-request")
MAC_DUKPT = generate_mac_iso9797(MAC_KEY, DATA, 3, 0).hex().upper()
DEK_KEY = DataKey("00B", under_lmk("00B", DEK))
ZEK_KEY = DataKey("00A", under_lmk("00A", ZEK), "0123456789ABCDEF")
BDK_KEY = DataKey("009", BDK_TEXT, ksn=KSN)

SECRET = ScriptSecret(under_lmk("309", MK_SMC), DEK_KEY.key, ARQC, 2, DATA)
SCRIPT_VIS = make_script(MK_SMI_TEXT, ACCOUNT, bytes(8), SECOND)
SCRIPT_CSK = make_script_csk(MK_SMI_TEXT, ACCOUNT, ARQC, SECOND, SECRET)
SCRIPT_M_CHIP = make_script(MK_SMI_TEXT, ACCOUNT, ARQC, SECOND, SECRET, M_CHIP_SCRIPT)
SCRIPTS = [SCRIPT_VIS, SCRIPT_M_CHIP, SCRIPT_CSK]
# A new PIN, all of whose digits are secret, for a card of VIS.
NEW_PIN = NewPin(
    mk_smc=SECRET.mk_smc,
    session=bytes(8),
    offset=2,
    key_type="001",
    key=under_lmk("001", ZPK),
    block=pin_block(ZPK, "739182465073"),
    pan12=PAN12,
    mk_ac=MK_AC_TEXT,
)
PIN_CHANGES = [
    change_pin_of_card(SCRIPT_VIS, NEW_PIN),
    change_pin_of_card(make_script_csk(MK_SMI_TEXT, ACCOUNT, ARQC, SECOND), NEW_PIN),
]
SCRIPT_KEYS = [("mk_smi", "209", "10"), ("mk_smc", "309", "11"), ("transport_key", "00B", "11")]

TAK_TEXT, ZAK_TEXT = under_lmk("003", TAK), under_lmk("008", TAK)
MAC_OLDER = generate_mac_iso9797(TAK, DATA, 3, 1).hex().upper()[:8]

# command, operand, the type it must have, the code when it has another.
OPERANDS = [
    (kq(ARQC), "mk_ac", "109", "10"),
    (with_mac(kq(ARQC)), "mk_ac", "109", "10"),
    (with_mac(kq(ARQC)), "mk_smi", "209", "11"),
    (kw(ARQC_CSK), "mk_ac", "109", "10"),
    (READER, "mk_ac", "109", "10"),
    (dcvv(DCVV), "mk", "109", "10"),
    (track_cvc3, "mk", "709", "10"),
    (cvc3(CVC3), "mk", "709", "10"),
    (generate_mac_dukpt(BDK_TEXT, KSN, DATA), "bdk", "009", "10"),
    (generate_mac_zak_older(ZAK_TEXT, DATA), "zak", "008", "10"),
    (generate_mac_x919_older(TAK_TEXT, DATA), "key", "003", "10"),
    (generate_mac_x919_older(ZAK_TEXT, DATA, zak=True), "key", "008", "10"),
    (generate_mac_older(TAK_TEXT, DATA), "tak", "003", "10"),
    (verify_mac_older(TAK_TEXT, DATA, MAC_OLDER), "tak", "003", "10"),
    (translate_mac_older(TAK_TEXT, TAK_TEXT, DATA, MAC_OLDER), "tak", "003", "10"),
    (translate_mac_older(TAK_TEXT, TAK_TEXT, DATA, MAC_OLDER), "target_tak", "003", "11"),
    (encrypt_data(DEK_KEY, DATA), "key", "00B", "10"),
    (encrypt_data(BDK_KEY, DATA), "key", "009", "10"),
    (decrypt_data(ZEK_KEY, DATA), "key", "00A", "10"),
    (translate_data(ZEK_KEY, DEK_KEY, DATA), "source_key", "00A", "10"),
    (translate_data(ZEK_KEY, DEK_KEY, DATA), "target_key", "00B", "11"),
    (translate_data(BDK_KEY, ZEK_KEY, DATA), "source_key", "009", "10"),
    *(
        (change, name, key_type, error)
        for change in PIN_CHANGES
        for name, key_type, error in (("key", "001", "10"), ("mk_ac", "109", "11"))
    ),
    *((script, *row) for script in (SCRIPT_M_CHIP, SCRIPT_CSK) for row in SCRIPT_KEYS),
]
GOOD: list[Command] = [
    kq(ARQC),
    kq(ARQC, ARC),
    kq(ARQC_SKD, ARC, M_CHIP),
    generate_arpc(MK_AC_TEXT, ACCOUNT, ATC, NUMBER, ARQC, ARC),
    with_mac(kq(ARQC)),
    with_mac(kq(ARQC, ARC)),
    kw(ARQC_CSK),
    kw(ARQC_CSK, ARC),
    kw(ARQC_CSK, csu=CSU, proprietary=b"more"),
    kw_b(ARQC_CSK_B, csu=CSU),
    generate_arpc_csk(MK_AC_TEXT, ACCOUNT, ATC, ARQC_CSK, ARC),
    generate_arpc_csk(MK_AC_TEXT, ACCOUNT, ATC, ARQC_CSK, csu=CSU),
    dcvv(DCVV),
    cvc3(CVC3),
    track_cvc3,
    READER,
    READER_B,
    generate_mac_dukpt(BDK_TEXT, KSN, DATA),
    verify_mac_dukpt(BDK_TEXT, KSN, DATA, MAC_DUKPT[8:], RIGHT),
    generate_mac_zak_older(ZAK_TEXT, DATA),
    generate_mac_x919_older(TAK_TEXT, DATA),
    generate_mac_older(TAK_TEXT, DATA),
    verify_mac_older(TAK_TEXT, DATA, MAC_OLDER),
    translate_mac_older(TAK_TEXT, TAK_TEXT, DATA, MAC_OLDER),
    *(encrypt_data(used, DATA) for used in (DEK_KEY, ZEK_KEY, BDK_KEY)),
    *(decrypt_data(used, DATA) for used in (DEK_KEY, ZEK_KEY, BDK_KEY)),
    translate_data(DEK_KEY, ZEK_KEY, DATA),
    translate_data(BDK_KEY, DEK_KEY, DATA),
    hash_data(DATA),
    random_value(8),
    set_response_delay(0),
    module_status(),
    module_load(),
    command_volumes(),
    health_counts(),
    health(),
    *SCRIPTS,
    *PIN_CHANGES,
    chain([diagnostics(), echo("A")]),
]
# What others need is gone after this.
LAST = cancel_authority()
