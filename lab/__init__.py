"""The lab stands above all programs: it configures them, runs them together, and tells stories.

house/     one configuration for all programs, its keys and cards, and all of it in one process
messages/  the workbench: what people paste, and what they read
doctor/    what the doctor is given, and what it says
fuzz/      campaigns against a parser, ours or yours
cli/       the command `cardswitch`
pytest_plugin      fixtures, and messages that differ shown field by field
"""
