"""The page as a program."""

import asyncio
import ssl

from cardswitch.hosts.bank.serve import serve_home
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab


def test_the_page_is_there_until_it_is_stopped(tmp_path):
    path, _ = make_lab(tmp_path / "lab", free_ports())
    lab = read_lab(path)
    context = ssl.create_default_context(cafile=lab.folder / "tls" / "ca.pem")

    async def main():
        served = await serve_home(lab.bank)
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", served.port, ssl=context, server_hostname="bank.localhost"
        )
        writer.write(b"GET /nothing HTTP/1.1\r\nHost: bank.localhost\r\n\r\n")
        first = await reader.readline()
        writer.close()
        await served.stop()
        await served.wait()
        return first

    assert b"404" in asyncio.run(main())
