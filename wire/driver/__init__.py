"""The one driver: gives a machine real connections, real time and a real journal, on asyncio.

`runtime` performs what a machine wants done; `connections` and `links` are listeners and dialled
links, `writer` and `journal` what is durable, `tap` the masked trace, `tls` the contexts of links,
`service` runs programs until they are stopped. Nothing else touches the world.
"""
