"""What `spec doctor` is given and what it says: the doctor itself is in `specs.doctor`."""
