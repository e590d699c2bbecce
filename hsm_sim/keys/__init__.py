"""Keys as the module sees them: from under the LMK and back, and what is refused of a key.

`ring` is what all kinds of LMK share and the variant one, `blocks` the key block LMK, `tamper` what
is left when the LMKs are erased; `uses` says what keys are for, `attributes` how a block writes it,
`dukpt` has keys that are new with every transaction.
"""
