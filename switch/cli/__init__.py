"""The commands `switch` and `settle`, and what they show. Imports of the rest are lazy."""
