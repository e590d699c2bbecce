"""The API as a document, OpenAPI 3.1: made from the types that it reads, and those of `shapes`."""
