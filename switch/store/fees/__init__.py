"""The fees of movements in the books: computed in their statements, and once more for the check."""
