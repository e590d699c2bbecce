"""What is settled with upstreams by date: `counting` row by row, `comparing` it with theirs."""
