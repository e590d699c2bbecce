"""The test panel: a tester decides what becomes of the next payment, and reads what became of it.

`emulation` is what can be had done elsewhere, filled by who runs the emulators; `payments` what the
gateway itself knows of a merchant; `app` the pages, which need a secret key.
"""
