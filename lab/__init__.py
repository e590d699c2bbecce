"""The lab stands above all programs: it configures them, runs them together, and tells stories.

`cli` is the `cardswitch` command; `ceremony` makes keys and cards in the HSM, `topology` the one
configuration file; `running` starts every program of it; `up` and `demo` are commands over those.
"""
