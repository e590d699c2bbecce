"""What a shopper's browser sees: the page of a checkout session, which works without script.

One form, one post, one redirect: whatever a post leads to is shown by the page that is got after
it, so a reload asks for nothing twice, and the way back leads to no second form.
"""
