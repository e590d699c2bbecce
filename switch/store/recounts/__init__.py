"""What a close must have booked, derived a second time."""
