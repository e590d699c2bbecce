"""The 3DS server's wires: what it asks access control servers, and the results that they tell."""
