"""What a customer brings: a test card, with what is embossed on it and what its stripe holds."""
