"""The PIN pad: a PIN goes in, an encrypted block comes out, and no key is ever shown."""
