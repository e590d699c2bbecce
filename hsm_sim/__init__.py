"""The HSM simulator: payShield-style host commands, answered by a pure object. Not for live PINs.

    machine    the module as a Machine: commands in, audit entries and answers out
    module     HsmModule: takes a command, finds who performs it, answers; counts
    desk       what a handler works with: keys, policy, state, random bytes
    commands/  what is performed, a family a file
    keys/      keys from under the LMK and back, and what is refused of a key
    pins/      PIN blocks of every format, and PINs under the LMK
    custody/   rules, officers, LMKs of components, the audit log and the key store
    client/    for whoever talks to a module
    calc/      what the module computes, step by step, from clear test keys
    attacks    published attacks, and the rule that stops each
    console    orders line by line; serving: gives them to a module that serves
    serve      on a real port, with the files of `config`
    cli/       the `hsm` commands

It is software: keys lie in the memory of a process, and there is no protection against who can read
that. The LMKs are the published test ones unless others are formed. No answer ever holds a clear
key or PIN, unless the policy enables BA or NG and two officers allow it.
"""
