"""The `spec` commands, a file for each kind; `main` says which there are."""
