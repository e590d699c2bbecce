"""Payment cryptography as pure functions of bytes, and the only importer of `cryptography`.

    tdes, aes       block ciphers in ECB and CBC, one cached cipher a key: all else stands on them
    mac, cmac       ISO 9797-1 algorithms 1 and 3, and CMAC; cmac_chain CMAC in pieces
    keys            check value, parity, weak and degenerate keys
    components      a key in the hands of several people
    schemes         a key under another key: the letters Z X Y U T
    lmk, block_lmk  local master keys of variants and of key blocks: keys and PINs under them
    tr31            key blocks A to E; tr31_header, tr31_blocks, tr31_crypto are its parts
    dukpt_tdes      a key for each transaction, from its number alone; dukpt_aes the same with AES
    pins            what counts as a PIN and as an account
    pinblocks       PIN blocks by HSM format code, and Diebold's
    pinblock_iso    ISO 9564-1 formats 0 to 3; pinblock_iso_4 the AES format
    pvv, ibm3624    what an issuer compares a PIN with
    cvv             ... and a card: CVV, iCVV, CVV2; dynamic_cvv those of contactless cards
    cavv            ... and a payment over the web: that its cardholder was authenticated
    emv_tree        session keys of old chip cards
    emv_keys        chip cards: their keys; emv_cryptograms ARQC and ARPC, emv_scripts what follows
    oda             offline data authentication: certificates and signatures of chip cards
    rsa             pairs of keys, public ones in DER; rsa_primes finds their primes
    rsa_signatures  PKCS #1 v1.5 and PSS; rsa_under_lmk private keys sealed, public ones with a MAC
    vault           card numbers at rest: sealed, opened, fingerprinted
    digits          digits and hexadecimal by code point, and decimalisation
    errors          what is raised: says which rule is broken, and never holds the value

Keys are `bytes` of 8, 16 or 24 (AES: 16, 24 or 32), blocks are `bytes`; PINs, PANs and codes are
`str` of ASCII digits. Nothing here rolls a die or asks the time: fill and nonces are arguments. For
speed the ciphers of the last keys are kept (bounded), so those keys stay in the memory of the
process, and Python wipes nothing: right for a simulator with test keys, wrong for anything else.
The cached ciphers belong to one thread.
"""
