"""The `hsm calc` commands: one module a family, over the functions of `hsm_sim.calc`."""
