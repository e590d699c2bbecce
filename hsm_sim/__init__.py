"""The HSM simulator: payShield-style host commands, answered by a pure object. Not for live PINs.

    machine    the module as a Machine: commands in, audit entries and answers out
    module     HsmModule: takes a command, finds who performs it, answers; counts
    commands/  what is performed: pin, mac, cards, keys, admin
    keys       KeyRing: keys from under the LMK and back, and what is refused of a key
    pin_blocks PIN blocks of every format, and PINs under the LMK
    dukpt      keys that are new with every transaction, by serial number
    decimalisation  tables for IBM 3624 under the LMK
    policy     the rules that a module adds to the bare commands, each a switch, all on by default
    state      what changes while it runs: authority, stored keys, counters
    authority  two officers for what one must not do alone
    tamper     what is left when the LMKs are erased
    events     what the audit log tells of; audit: its chain, and who verifies it
    history    what the log of earlier runs leaves behind
    ceremony   LMKs out of components; store: the file that keeps them, sealed
    journal    audit log and key store on disk; cabinet: the same while no module runs
    tls        who may reach the port
    attacks    published attacks, and the rule that stops each
    client     a blocking client for scripts; keyfile: keys by name
    console    orders line by line; serving: the same inside a running server
    calc/      what the module computes, step by step, from clear test keys

It is software: keys lie in the memory of a process, and there is no protection against who can read
that. The LMKs are the published test ones unless others are formed. No answer ever holds a clear
key or PIN, unless the policy enables BA or NG and two officers allow it.
"""
