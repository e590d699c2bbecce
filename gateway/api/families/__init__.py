"""The objects of the API, a family a file: what each endpoint does, and its own parameters."""
