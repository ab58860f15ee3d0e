"""A relay on loopback that adds a delay to every round trip, in a process of its own: python -m benchmarks.delay."""

import asyncio
import subprocess
import sys
from types import TracebackType

_CHUNK = 1 << 18


class Delay:
    """A context that gives a port behind which a server is farther away; without a delay, the server's own port."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port, self.seconds = port, seconds
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> int:
        if not self.seconds:
            return self.port
        command = [sys.executable, "-m", "benchmarks.delay", str(self.port), str(self.seconds)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate()


async def relay(port: int, seconds: float) -> None:
    """Serve until killed; each half of the delay goes to one direction."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        half = seconds / 2
        await asyncio.gather(_pass(reader, far_writer, half), _pass(far_reader, writer, half), return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Hand on what comes, each piece so much later; pieces under way do not wait for one another."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)

    async def deliver() -> None:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    delivering = asyncio.create_task(deliver())
    while data := await reader.read(_CHUNK):
        await queue.put((loop.time() + seconds, data))
    await queue.put((loop.time() + seconds, b""))
    await delivering


if __name__ == "__main__":
    asyncio.run(relay(int(sys.argv[1]), float(sys.argv[2])))
