"""The access control server: it belongs to the issuer, and asks cardholders whether it is they.

A 3DS server asks it by an AReq, over mutual TLS. Some cards are authenticated at once; for others
the browser comes to its pages with a CReq, and what comes of that is told to the 3DS server by an
RReq, before the browser goes back with a CRes that proves nothing.

`access` decides, `app` is what is heard and shown, `serve` the ports and the clock. No journal: a
challenge lives for minutes, and one that is lost is as if the cardholder had left.
"""
