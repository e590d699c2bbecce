"""The command `cardswitch` and its groups: one thin function a command, imported late."""
