"""Commands about PINs and keys as functions make them, by the lines that they are to be."""

from cardswitch.specs import hsm

TPK, ZPK, PVK, ZMK, BDK = (f"U{digit}{digit}" + "1A" * 15 for digit in "12345")
BLOCK, LONG, NEW = "6428EB94035AF53B", "A912150391AB65A67E52883D81CE2D15", "91DDDA0A7C12CFAA"
PAN12, PAN = "550000025321", "4445500000253211"
PIN, TABLE, LONG_TABLE = "J" + "4D" * 16, "9A466AD30DFE0381", "L" + "5E" * 16
OFFSET = "9252FFFFFFFF"
DER = "0\x06\x02\x01%\x02\x01;"
KSN, AES_KSN = "FFFF9876543210E00001", "123456789012345600000001"
HERE = hsm.Transaction(BDK, "605", KSN)
THERE = hsm.Transaction(BDK, "605", KSN[:-1] + "2")
AES = hsm.Transaction(BDK, "808", AES_KSN)
CHECK = hsm.ibm_check(PVK, PAN12, TABLE, "1234567890NF")
LONG_CHECK = hsm.ibm_check(PVK, PAN12, LONG_TABLE, "P" + "0" * 16, "06", PAN)
CHECKED = f"04{PAN12}{TABLE}1234567890NF"
LONG_CHECKED = f"06{PAN12}{LONG_TABLE}P{'0' * 16}"

LINES = {
    # PIN blocks and PVVs
    f"CA{TPK}{ZPK}12{LONG}4801{PAN12};{PAN}": hsm.translate_pin_tpk_zpk(
        TPK, ZPK, LONG, PAN12, "48", pan=PAN
    ),
    f"CA{TPK}*{BDK}605{KSN}12{BLOCK}0101{PAN12}": hsm.translate_pin_tpk_dukpt(
        TPK, BDK, "605", KSN, BLOCK, PAN12
    ),
    f"CA{TPK}*{BDK}808{AES_KSN}12{BLOCK}0148{PAN12};{PAN}": hsm.translate_pin_tpk_dukpt(
        TPK, BDK, "808", AES_KSN, BLOCK, PAN12, target="48", pan=PAN
    ),
    f"FW001{ZPK}{PVK}{BLOCK}01{PAN12}1": hsm.pvv_from_block("001", ZPK, PVK, BLOCK, PAN12, "1"),
    f"CU001{ZPK}{PVK}{BLOCK}01{PAN12}14402{NEW}": hsm.change_pvv(
        "001", ZPK, PVK, BLOCK, PAN12, "1", "4402", NEW
    ),
    f"CU001{ZPK}{PVK}{LONG}48{PAN12}14402{LONG};{PAN}": hsm.change_pvv(
        "001", ZPK, PVK, LONG, PAN12, "1", "4402", LONG, "48", PAN
    ),
    # DUKPT
    f"G0{BDK}{ZPK}605{KSN}{BLOCK}0147{PAN12}": hsm.translate_pin_dukpt_zpk(
        HERE, ZPK, BLOCK, PAN12, target="47"
    ),
    f"G0{BDK}{ZPK}808{AES_KSN}{LONG}4801{PAN12};{PAN}": hsm.translate_pin_dukpt_zpk(
        AES, ZPK, LONG, PAN12, "48", pan=PAN
    ),
    f"G0{BDK}*{BDK}605{KSN}605{KSN[:-1]}2{BLOCK}0101{PAN12}": hsm.translate_pin_dukpt_dukpt(
        HERE, THERE, BLOCK, PAN12
    ),
    f"G0{BDK}*{BDK}605{KSN}808{AES_KSN}{BLOCK}0148{PAN12};{PAN}": hsm.translate_pin_dukpt_dukpt(
        HERE, AES, BLOCK, PAN12, target="48", pan=PAN
    ),
    f"G0{BDK}*{BDK}808{AES_KSN}605{KSN}{LONG}4801{PAN12};{PAN}": hsm.translate_pin_dukpt_dukpt(
        AES, HERE, LONG, PAN12, "48", pan=PAN
    ),
    f"G0{BDK}*{BDK}808{AES_KSN}808{AES_KSN}{LONG}4848{PAN12};{PAN}": hsm.translate_pin_dukpt_dukpt(
        AES, AES, LONG, PAN12, "48", "48", PAN
    ),
    f"GO0{BDK}{PVK}605{KSN}{BLOCK}01{CHECKED}{OFFSET}": hsm.verify_pin_ibm_dukpt(
        HERE, CHECK, BLOCK, OFFSET
    ),
    f"GO0{BDK}{PVK}808{AES_KSN}{LONG}48{LONG_CHECKED}{OFFSET};{PAN}": hsm.verify_pin_ibm_dukpt(
        AES, LONG_CHECK, LONG, OFFSET, "48"
    ),
    f"GQ0{BDK}{PVK}605{KSN}{BLOCK}01{PAN12}14402": hsm.verify_pin_pvv_dukpt(
        HERE, PVK, BLOCK, PAN12, "1", "4402"
    ),
    # IBM 3624
    f"DA{TPK}{PVK}12{BLOCK}01{CHECKED}{OFFSET}": hsm.verify_pin_ibm_tpk(TPK, CHECK, BLOCK, OFFSET),
    f"EA{ZPK}{PVK}12{LONG}48{LONG_CHECKED}{OFFSET};{PAN}": hsm.verify_pin_ibm_zpk(
        ZPK, LONG_CHECK, LONG, OFFSET, "48"
    ),
    f"DE{PVK}{PIN}{CHECKED}": hsm.offset_from_lmk_pin(CHECK, PIN),
    f"DE{PVK}01234{CHECKED}": hsm.offset_from_lmk_pin(CHECK, "01234"),
    f"EE{PVK}0000FFFFFFFF{CHECKED}": hsm.derive_pin_ibm(CHECK),
    f"BK002{TPK}{PVK}{BLOCK}01{CHECKED}": hsm.offset_from_block("002", TPK, CHECK, BLOCK),
    f"DU002{TPK}{PVK}{BLOCK}01{CHECKED}{OFFSET}{NEW}": hsm.change_offset(
        "002", TPK, CHECK, BLOCK, OFFSET, NEW
    ),
    f"DU002{TPK}{PVK}{LONG}48{LONG_CHECKED}{OFFSET}{LONG};{PAN}": hsm.change_offset(
        "002", TPK, LONG_CHECK, LONG, OFFSET, LONG, "48"
    ),
    # PINs under the LMK
    f"JA{PAN12}06": hsm.random_pin(PAN12, 6),
    f"JC{TPK}{LONG}48{PAN12};{PAN}": hsm.pin_to_lmk(TPK, LONG, PAN12, "48", PAN),
    f"JE{ZPK}{BLOCK}01{PAN12}": hsm.pin_to_lmk_zpk(ZPK, BLOCK, PAN12),
    f"JG{ZPK}01{PAN12}{PIN}": hsm.pin_from_lmk(ZPK, PIN, PAN12),
    f"BC{TPK}{BLOCK}01{PAN12}{PIN}": hsm.compare_pin_tpk(TPK, PIN, BLOCK, PAN12),
    f"BE{ZPK}{BLOCK}01{PAN12}01234": hsm.compare_pin_zpk(ZPK, "01234", BLOCK, PAN12),
    f"BA1234FFFFFFFFF{PAN12}": hsm.encrypt_clear_pin("1234", PAN12),
    f"NG{PAN12}{PIN}": hsm.decrypt_lmk_pin(PIN, PAN12),
    f"QK{PIN}{PAN12}123456789012": hsm.move_lmk_pin(PIN, PAN12, "123456789012"),
    f"LO{TABLE}": hsm.renew_table(TABLE),
    # Keys
    f"A0A302U01{BDK}FFFF9876543210E": hsm.derive_initial_key(BDK, "FFFF9876543210E"),
    f"A0B302U01{BDK}FFFF9876543210E;0{ZMK}X": hsm.derive_initial_key(
        BDK, "FFFF9876543210E", zmk=ZMK
    ),
    f"A0BFFFS01{BDK}1234567890123456;0{ZMK}R": hsm.derive_initial_key(
        BDK, "1234567890123456", "S", ZMK, "R", key_type="FFF"
    ),
    f"HA{TPK};X01": hsm.generate_tak(TPK),
    f"HC{TPK};XU1": hsm.generate_terminal_key(TPK, inner="U"),
    f"IA{ZMK};X01": hsm.generate_zpk(ZMK),
    f"FI1{ZMK};X01": hsm.generate_zek_or_zak(ZMK, zak=True),
    "AS;001": hsm.generate_cvk(),
    "BI;0T1": hsm.generate_bdk("T"),
    f"FA{ZMK}{ZPK};001": hsm.import_zpk(ZMK, ZPK),
    f"GC{ZMK}{ZPK};X01": hsm.export_zpk(ZMK, ZPK),
    f"FC{ZMK}{TPK};001": hsm.import_terminal_key(ZMK, TPK),
    f"FE{ZMK}{TPK};R01": hsm.export_terminal_key(ZMK, TPK, "R"),
    f"FK0{ZMK}{ZPK};001": hsm.import_zek_or_zak(ZMK, ZPK, zak=False),
    f"FM1{ZMK}{ZPK};X01": hsm.export_zek_or_zak(ZMK, ZPK, zak=True),
    f"AW{ZMK}{PVK};001": hsm.import_cvk(ZMK, PVK),
    f"AU{ZMK}{PVK};X01": hsm.export_cvk(ZMK, PVK),
    f"DW{ZMK}{BDK};001": hsm.import_bdk(ZMK, BDK),
    f"DY{ZMK}{BDK};X01": hsm.export_bdk(ZMK, BDK),
    f"MI{ZMK}{ZPK};001": hsm.import_tak(ZMK, ZPK),
    f"MG{ZMK}{ZPK};X01": hsm.export_tak(ZMK, ZPK),
    "A2001U": hsm.generate_component("001"),
    f"A42000X{TPK}{ZPK}": hsm.form_key("000", [TPK, ZPK], "X"),
    f"B0001{ZPK}X": hsm.change_key_scheme("001", ZPK, "X"),
    f"BWFFF{ZPK};001;0U0": hsm.renew_key("001", ZPK),
    f"LAK00A02{TPK}{ZPK}": hsm.store_texts(10, [TPK, ZPK]),
    "LEK00A01": hsm.read_texts(10),
    # RSA
    "EI2204801": hsm.generate_rsa_pair(),
    "EI01024020002\x03": hsm.generate_rsa_pair(1024, hsm.RSA_SIGNATURES, 3, hsm.DER_SIGNED),
    "EI13072010017\x01\x00\x01": hsm.generate_rsa_pair(3072, hsm.RSA_KEYS, 65_537),
    f"EO01{DER}": hsm.import_rsa_public_key(DER.encode()),
    f"EO02{DER}A 1": hsm.import_rsa_public_key(DER.encode(), "A 1", hsm.DER_SIGNED),
    "EW0601010004a;%b;990006sealed": hsm.sign_rsa(b"sealed", b"a;%b"),
    "EW0101040000;990006sealed": hsm.sign_rsa(b"sealed", b"", hsm.SHA_1, hsm.PSS),
    f"EY0601010003s;g;0004data;mac%{DER}": hsm.verify_rsa(DER.encode(), b"mac%", b"data", b"s;g"),
    f"EY0801040003sig;0000;mac4{DER}A 1": hsm.verify_rsa(
        DER.encode(), b"mac4", b"", b"sig", hsm.SHA_512, hsm.PSS, "A 1"
    ),
}
