"""3-D Secure: how a cardholder is authenticated for an order over the web. Pure.

`messages` are those of EMV 3-D Secure 2.2, the part of them that is used here; `outcomes` what
comes of an authentication: its indicator, who is liable, and whether the payment goes on.
"""
