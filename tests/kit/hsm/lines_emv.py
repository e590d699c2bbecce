"""Commands about chip cards, MACs, data and state, by the lines that they are to be."""

from cardswitch.specs import hsm

KEY, OTHER, BDK = "U" + "1A" * 16, "U" + "2B" * 16, "U" + "3C" * 16
ACCOUNT, ATC, NUMBER, ARQC, ARC = b"account!", b"at", b"un-4", b"arqc-8-b", b"ac"
CARD = (KEY, ACCOUNT, ATC, NUMBER)
KSN, AES_KSN, IV = "FFFF9876543210E00001", "123456789012345600000001", "0123456789ABCDEF"
DEK, ZEK = hsm.DataKey("00B", KEY), hsm.DataKey("00A", OTHER, IV)
DERIVED = hsm.DataKey("009", BDK, IV, KSN)
VERIFY = hsm.verify_arqc(*CARD, b"data", ARQC)
SECRET = hsm.ScriptSecret(OTHER, BDK, ARQC, 5, b"whole bl")

LINES = {
    f"KQ00{KEY}account!atun-404data;arqc-8-b": VERIFY,
    f"KQ11{KEY}account!atun-404data;arqc-8-bac": hsm.verify_arqc(
        *CARD, b"data", ARQC, ARC, hsm.M_CHIP
    ),
    f"KQ20{KEY}account!atun-4arqc-8-bac": hsm.generate_arpc(*CARD, ARQC, ARC),
    f"KQ30{KEY}{OTHER}account!atun-404data;arqc-8-bmac402xy": hsm.verify_arqc_and_mac(
        VERIFY, OTHER, b"mac4", b"xy"
    ),
    f"KW02{KEY}account!at04data;arqc-8-b": hsm.verify_arqc_csk(KEY, ACCOUNT, ATC, b"data", ARQC),
    f"KW13{KEY}08account!;at04data;arqc-8-bac": hsm.verify_arqc_csk(
        KEY, ACCOUNT, ATC, b"data", ARQC, ARC, scheme=hsm.CSK_OPTION_B
    ),
    f"KW32{KEY}account!at04data;arqc-8-bcsu43abc": hsm.verify_arqc_csk(
        KEY, ACCOUNT, ATC, b"data", ARQC, csu=b"csu4", proprietary=b"abc"
    ),
    f"KW20{KEY}{'v' * 16}account!1atarqc-8-bac": hsm.use_emv2000_tree(
        hsm.generate_arpc_csk(KEY, ACCOUNT, ATC, ARQC, ARC), iv=b"v" * 16
    ),
    f"KW21{KEY}{'v' * 16}08account!;0atarqc-8-bac": hsm.use_emv2000_tree(
        hsm.generate_arpc_csk(KEY, ACCOUNT, ATC, ARQC, ARC, scheme=hsm.CSK_OPTION_B), 2, b"v" * 16
    ),
    f"KW22{KEY}account!atarqc-8-bac": hsm.generate_arpc_csk(KEY, ACCOUNT, ATC, ARQC, ARC),
    f"KW42{KEY}account!atarqc-8-bcsu40": hsm.generate_arpc_csk(
        KEY, ACCOUNT, ATC, ARQC, csu=b"csu4"
    ),
    f"PM00{KEY}A9999990000000011;2912201000001422": hsm.verify_dcvv(
        KEY, "9999990000000011", "2912", "201", "0001", "422"
    ),
    f"PM10{KEY}B9999990000000011;0105track;atun-445423": hsm.verify_cvc3(
        KEY, "9999990000000011", "01", b"track", ATC, NUMBER, "45423", "B"
    ),
    f"KU00{KEY}account!arqc-8-b0003apd": hsm.make_script(KEY, ACCOUNT, ARQC, b"apd"),
    f"KU21{KEY}account!arqc-8-b0003apd;{OTHER}{BDK}arqc-8-b00050008whole bl": hsm.make_script(
        KEY, ACCOUNT, ARQC, b"apd", SECRET, hsm.M_CHIP_SCRIPT
    ),
    f"KY0{KEY}account!arqc-8-b0003apd": hsm.make_script_csk(KEY, ACCOUNT, ARQC, b"apd"),
    f"M611160003{KEY}000400FF": hsm.chain_mac("003", KEY, b"\x00\xff", hsm.CMAC),
    f"M821130003{KEY}{IV}000400FF": hsm.chain_mac("003", KEY, b"\x00\xff", "3", IV, to_verify=True),
    f"M631131003{KEY}{IV}000400FF": hsm.generate_mac("003", KEY, b"\x00\xff", length=16, iv=IV),
    f"M801060003{KEY}000400FF01234567": hsm.verify_mac(
        "003", KEY, b"\x00\xff", "01234567", hsm.CMAC
    ),
    f"GW41{BDK}A05{KSN}0008whole bl": hsm.generate_mac_dukpt(BDK, KSN, b"whole bl"),
    f"GW36{BDK}808{AES_KSN}012345670001x": hsm.verify_mac_dukpt(
        BDK, AES_KSN, b"x", "01234567", hsm.RIGHT, hsm.CMAC
    ),
    f"M0001100B{KEY}000400FF": hsm.encrypt_data(DEK, b"\x00\xff"),
    f"M2011100A{OTHER}{IV}000400FF": hsm.decrypt_data(ZEK, b"\x00\xff"),
    f"M400011100B{KEY}009{BDK}A05{KSN}{IV}000400FF": hsm.translate_data(DEK, DERIVED, b"\x00\xff"),
    "GM0600003abc": hsm.hash_data(b"abc"),
    "NK0020002NC0007B20001A": hsm.chain([hsm.diagnostics(), hsm.echo("A")]),
    "N0008": hsm.random_value(8),
    "NO00": hsm.module_status(),
    "J2": hsm.module_load(),
    "J4": hsm.command_volumes(),
    "J8": hsm.health_counts(),
    "JK": hsm.health(),
    "RA": hsm.cancel_authority(),
}
