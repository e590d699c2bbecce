"""PINs in the module: blocks of every format, decimalisation tables, digits unseen."""
