"""The acquirer: checks the merchant, forwards into the network, reverses what it forwarded."""
