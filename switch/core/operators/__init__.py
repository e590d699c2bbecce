"""What operators have the switch do: `deeds`, and the part of the machine that they see."""
