"""What the proxy does to a connection. Nothing here depends on how fast the machine is: a byte that
must not come is looked for behind one that came through another link afterwards."""

import pathlib
import socket
import struct
import tempfile
import threading
import time
import unittest

import network

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROXY = ROOT / "build/tests/chaos/rectify_chaos_proxy"


class Upstream:
    """A server that hands out its accepted connections."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(20)
        return connection


def receive(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            break
        data += more
    return data


class Proxy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rectify-proxy.")
        self.addCleanup(folder.cleanup)
        self.network = network.Network(PROXY, pathlib.Path(folder.name) / "control")
        self.addCleanup(self.network.stop)
        self.upstream = Upstream()
        self.addCleanup(self.upstream.listener.close)
        self.port = self.network.link("hop", 0, self.upstream.address)

    def connect(self, port=None):
        client = socket.create_connection(("127.0.0.1", port or self.port), timeout=20)
        self.addCleanup(client.close)
        return client

    def pair(self):
        client = self.connect()
        server = self.upstream.accept()
        self.addCleanup(server.close)
        return client, server

    def assert_silent(self, connection):
        """Nothing has come, after the proxy has answered what it was asked meanwhile."""
        self.network.command("connections", "hop")
        connection.setblocking(False)
        try:
            with self.assertRaises(BlockingIOError):
                connection.recv(1)
        finally:
            connection.settimeout(20)

    def assert_reset(self, connection):
        with self.assertRaises(ConnectionResetError):
            while connection.recv(4096):
                pass
            self.fail("ended without a reset")

    def test_it_passes_bytes_both_ways_and_the_end(self):
        client, server = self.pair()
        client.sendall(b"there")
        self.assertEqual(receive(server, 5), b"there")
        server.sendall(b"back")
        self.assertEqual(receive(client, 4), b"back")
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(server.recv(1), b"")
        server.sendall(b"late")
        self.assertEqual(receive(client, 4), b"late")
        server.close()
        self.assertEqual(client.recv(1), b"")

    def test_much_data_arrives_whole(self):
        client, server = self.pair()
        data = bytes(range(256)) * 16384
        sender = threading.Thread(target=client.sendall, args=(data,))
        sender.start()
        self.assertEqual(receive(server, len(data)), data)
        sender.join()

    def test_stalled_bytes_wait_and_the_other_direction_goes_on(self):
        client, server = self.pair()
        self.network.command("set", "hop", "up", "stall")
        client.sendall(b"held")
        server.sendall(b"free")
        self.assertEqual(receive(client, 4), b"free")
        self.assert_silent(server)
        self.network.heal("hop")
        self.assertEqual(receive(server, 4), b"held")

    def test_dropped_bytes_are_gone_and_their_connection_is_reset_afterwards(self):
        client, server = self.pair()
        self.network.command("set", "hop", "up", "drop")
        client.sendall(b"lost")
        server.sendall(b"free")
        self.assertEqual(receive(client, 4), b"free")
        self.assert_silent(server)
        self.network.heal("hop")
        self.assert_reset(client)

    def test_a_cut_lets_exactly_so_many_bytes_pass(self):
        client, server = self.pair()
        self.network.command("set", "hop", "up", "cut", 3)
        client.sendall(b"abcdef")
        self.assertEqual(receive(server, 3), b"abc")
        self.assert_reset(client)

    def test_a_delay_keeps_the_order(self):
        client, server = self.pair()
        self.network.command("set", "hop", "both", "delay", 60, 50)
        begin = time.monotonic()
        for number in range(20):
            client.sendall(bytes([number]))
        self.assertEqual(receive(server, 20), bytes(range(20)))
        self.assertGreater(time.monotonic() - begin, 0.009)

    def test_throttled_bytes_take_their_time(self):
        client, server = self.pair()
        self.network.command("set", "hop", "up", "throttle", 1000)
        begin = time.monotonic()
        client.sendall(b"x" * 300)
        self.assertEqual(len(receive(server, 300)), 300)
        self.assertGreater(time.monotonic() - begin, 0.2)

    def test_a_reset_is_one_and_not_an_end(self):
        client, server = self.pair()
        self.network.command("reset", "hop")
        self.assert_reset(client)
        self.assert_reset(server)
        self.assertEqual(self.network.command("connections", "hop"), "0")

    def test_a_client_that_resets_is_passed_on(self):
        client, server = self.pair()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        self.assert_reset(server)

    def test_a_half_closed_connection_still_answers(self):
        client, server = self.pair()
        self.network.command("half-close", "hop", "up")
        self.assertEqual(server.recv(1), b"")
        server.sendall(b"still")
        self.assertEqual(receive(client, 5), b"still")

    def test_half_closed_while_it_still_connects(self):
        busy = socket.create_server(("127.0.0.1", 0), backlog=0)
        busy.settimeout(20)
        self.addCleanup(busy.close)
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        filler = socket.create_connection(busy.getsockname(), timeout=20)
        self.addCleanup(filler.close)
        client = self.connect(self.network.link("slow", 0, address))
        while self.network.command("connections", "slow") != "1":
            pass
        self.network.command("half-close", "slow", "up")
        busy.accept()[0].close()  # only now there is room for the proxy's own connection
        server, _ = busy.accept()
        self.addCleanup(server.close)
        server.settimeout(20)
        self.assertEqual(server.recv(1), b"")
        server.sendall(b"still")
        self.assertEqual(receive(client, 5), b"still")

    def test_refused_until_healed_and_old_connections_stay(self):
        client, server = self.pair()
        self.network.command("refuse", "hop")
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        client.sendall(b"old")
        self.assertEqual(receive(server, 3), b"old")
        self.network.heal("hop")
        self.pair()

    def test_a_dead_server_is_passed_over(self):
        dead = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{dead.getsockname()[1]}"
        dead.close()
        port = self.network.link("two", 0, address, self.upstream.address)
        for _ in range(2):
            self.connect(port).sendall(b"x")
            with self.upstream.accept() as server:
                self.assertEqual(receive(server, 1), b"x")

    def test_no_server_at_all_is_a_reset(self):
        dead = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{dead.getsockname()[1]}"
        dead.close()
        port = self.network.link("dead", 0, address)
        with self.assertRaises(ConnectionResetError):
            self.connect(port).recv(1)

    def test_what_it_does_not_understand_it_says(self):
        for words in (("set", "hop", "up", "sing"), ("set", "hop", "up", "throttle", 0),
                      ("set", "nowhere", "up", "pass"), ("link", "hop", 0, "127.0.0.1:1"),
                      ("fly", "hop"), ("set", "hop", "up", "cut")):
            with self.assertRaises(network.ProxyError, msg=words):
                self.network.command(*words)


if __name__ == "__main__":
    unittest.main()
