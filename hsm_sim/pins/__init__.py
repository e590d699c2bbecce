"""PINs in the module: out of their blocks, into others, and under the LMK.

blocks           PIN blocks of every format, and PINs under the LMK
decimalisation   decimalisation tables under the LMK
unseen           blocks that change their format while nobody looks at their digits
"""
