"""What the books become for others: reports to merchants, and exports for their programs."""
