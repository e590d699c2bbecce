"""A sample shop, as a merchant would write one: it knows the gateway by its API alone.

It never sees a card. That an order is paid it believes of nobody but the gateway, asked with the
secret key; what a browser brings back, or posts to it, is only a reason to ask.
"""
