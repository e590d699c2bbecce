"""What people see of the terminal: its commands, its receipts, and what goes to which stream."""
