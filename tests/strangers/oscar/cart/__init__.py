"""A shop by Oscar, with its payments by the plug-in `oscar_stripe_sca`."""
