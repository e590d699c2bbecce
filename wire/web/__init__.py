"""HTTPS, for every program that browsers or clients of an API talk to.

`place` is where, `server` the port, `connection` what uvicorn makes of one connection within our
bounds, `body` how a body is read, `safety` the headers of pages and who made a browser ask. For
pages: `guard` says who may ask, `login` who has shown a secret, `files` what they are made of.
"""
