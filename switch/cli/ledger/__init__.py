"""The commands of the general ledger: accounts, corrections, suspense, holds."""
