"""The HSM simulator: payShield-style host commands, answered by a pure object. Not for live PINs.

    machine    the module as a Machine: commands in, answers out, and nothing else
    module     HsmModule: takes a command, finds who performs it, answers; counts
    commands/  what is performed: pin, mac, cards, keys, admin
    keys       KeyRing: keys from under the LMK and back, and what is refused of a key
    policy     the rules that a module adds to the bare commands, each a switch, all on by default

It is software: keys lie in the memory of a process, there is no protection against who can read
that, and the LMK is the published test one. No answer ever holds a clear key or PIN.
"""
