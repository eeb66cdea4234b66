"""A process that owns an embedded server, to be killed: `python -m tests.storage.owner DIRECTORY`.

Prints the address as a line, makes a table `kept`, and on each line of input adds a row and
answers how many there are; ends properly when the input ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from app.storage.embedded import embedded_server
from app.storage.errors import CannotOpenStorage
from app.storage.postgres import connect_options, dedicated
from app.telemetry.logs import LogSetup, configure


async def main(directory: Path, *, namespaces: bool) -> None:
    async with (
        embedded_server(directory, 5, namespaces=namespaces) as (dsn, server),
        dedicated(dsn, connect_options(60.0, 60.0)) as connection,
    ):
        await connection.execute("CREATE TABLE IF NOT EXISTS public.kept (id serial)")
        print(f"{server.status.pid} {server.status.account} {dsn}", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            await connection.execute("INSERT INTO public.kept DEFAULT VALUES")
            print(await connection.fetchval("SELECT count(*) FROM public.kept"), flush=True)


if __name__ == "__main__":
    configure(LogSetup("owner", "WARNING", as_json=True))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(main(Path(sys.argv[1]), namespaces="--no-namespaces" not in sys.argv))
        except CannotOpenStorage as refusal:
            print(f"refused: {refusal}", flush=True)
            sys.exit(1)
