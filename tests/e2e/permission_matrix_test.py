"""Who may call what: every rpc of every server × every role × an object of the own district, of another
one, and one that does not exist; over gRPC and through the gateway. Methods, roles, requests and what must
come of them are all read from the descriptors.

The rule as the servers have it (libs/rpc/chain.cc):
 - without a valid token nobody enters: UNAUTHENTICATED;
 - without one of the roles of the method's `any_of`: PERMISSION_DENIED ROLE_MISSING;
 - a `resource_field` must name something of the token's district; else the answer is NOT_FOUND, the same
   as for a thing of the own district that does not exist. A token without a district is at home nowhere,
   but services and operators with such a token are everywhere.
"""

import collections
import concurrent.futures
import contextlib
import threading
import time
import unittest

import system
from casework import Casework
from contract import Client, service_of
from http_test import Http
from matrix import DISTRICT, Names, Requests, ask, ask_http, methods, sign, token

OWN, FOREIGN = "120151", "120152"
EVERYWHERE = ("SERVICE", "OPERATOR")  # with a token of no district
THREADS = 8

HTTP_STATUS = {"UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404}
# What no cell may answer, whatever it asks.
BROKEN = ("INTERNAL", "UNKNOWN", "UNAVAILABLE", "UNIMPLEMENTED", "DEADLINE_EXCEEDED", "DATA_LOSS",
          500, 501, 503, 504)

Cell = collections.namedtuple("Cell", "method caller name request transport")


class Garbage:
    """A request that is no message."""

    @staticmethod
    def SerializeToString():
        return b"\xff\xff"


class Probe:
    """Any method of a service, to see whether the server has it."""

    def __init__(self, server, service):
        method = service.methods[0]
        self.server = server
        self.name = f"{service.full_name}.{method.name}"
        self.streams = method.client_streaming or method.server_streaming


class Caller:
    """A token, over both transports."""

    local = threading.local()  # a connection for each thread
    connections = []

    def __init__(self, test_system, servers, label, bearer):
        self.label = label
        self._token = bearer
        self._gateway = test_system.address("gateway")
        self._client = Client({server: test_system.address(server) for server in servers}, bearer)

    def ask(self, cell):
        if cell.transport == "grpc":
            return ask(self._client, cell.method, cell.request)
        if not hasattr(self.local, "http"):
            self.local.http = Http(self._gateway, "")
            self.connections.append(self.local.http)
        return ask_http(self.local.http, self._token, cell.method, cell.request)

    def close(self):
        self._client.close()

    def __repr__(self):
        return self.label


def setUpModule():
    # Every call that there is, of which some change what all districts have: a system of its own.
    Matrix.system = system.System().start()
    unittest.addModuleCleanup(Matrix.system.stop)
    Matrix.build()
    unittest.addModuleCleanup(Matrix.report)


class Matrix(unittest.TestCase):
    system = None
    counted = collections.Counter()

    # ---- What there is

    @classmethod
    def build(cls):
        cls.servers = cls.system.bash('name() { echo "$1"; }; each_service name').split()
        cls.pool = concurrent.futures.ThreadPoolExecutor(THREADS)
        unittest.addModuleCleanup(cls.stop_asking)
        districts = [Casework(cls.system, code) for code in (OWN, FOREIGN)]
        for district in districts:
            unittest.addModuleCleanup(district.close)
        cls.district = districts[0]
        cls.contract = Client.contract
        cls.nobody = cls.caller("nobody", "")
        cls.roles = [name.removeprefix("ROLE_")
                     for name in cls.contract.values("rectify.authz.v1.Role").values()]
        # They speak for all there are, so that requests come as far as possible.
        posts = cls.district.posts()
        cls.at_home = {role: cls.caller(role, token(cls.system, role, OWN, posts=posts))
                       for role in cls.roles}
        cls.of_no_district = {role: cls.caller(f"{role} of no district", token(cls.system, role, ""))
                              for role in cls.roles}
        cls.methods = methods(cls.contract, cls.servers, cls.offers)
        cls.served = cls.served_by_the_gateway()
        cls.names = Names()
        cls.requests = Requests(cls.contract, cls.names, cls.district.local_time())
        for code in (OWN, FOREIGN):
            cls.furnish(code)

    @classmethod
    def stop_asking(cls):
        cls.pool.shutdown()
        for connection in Caller.connections:
            connection.close()

    @classmethod
    def caller(cls, label, bearer):
        caller = Caller(cls.system, cls.servers, label, bearer)
        unittest.addModuleCleanup(caller.close)
        return caller

    @classmethod
    def offers(cls, server, service):
        """Whether a server has a service that is of no server's own package."""
        answer = cls.nobody.ask(Cell(Probe(server, service), None, "", Garbage, "grpc"))
        return answer.code != "UNIMPLEMENTED"

    @classmethod
    def served_by_the_gateway(cls):
        """The methods that have a path there, by what it says of itself."""
        http = Http(cls.system.address("gateway"), "")
        document = http("GET", "/openapi.json").json
        http.close()
        operations = {operation["operationId"] for verbs in document["paths"].values()
                      for operation in verbs.values()}
        behind = {method.server for method in cls.methods
                  if method.operation in operations and method.server == service_of(method.name)}
        return {method for method in cls.methods
                if method.operation in operations and method.server in behind}

    @classmethod
    def furnish(cls, code):
        """Calls what can be called for a whole district, so that it has as many kinds of things as
        possible; reads them before, as what is made refers to others, and after."""
        callers = {role: cls.caller(role, token(cls.system, role, code)) for role in cls.roles}
        about_all = [method for method in cls.methods if method.pattern == DISTRICT]
        for reads in (True, False, True):
            for method in (method for method in about_all if method.reads == reads):
                request = cls.requests.make(method, f"districts/{code}", code)
                for role in sorted(method.roles):
                    answer = callers[role].ask(Cell(method, None, "", request, "grpc"))
                    cls.names.gather(answer.value)
            cls.district.settle()

    @classmethod
    def report(cls):
        count = cls.counted
        print(f"\npermission matrix: {count['grpc']} cells over gRPC and {count['http']} through the "
              f"gateway, of {len(cls.methods)} methods × {len(cls.roles)} roles; {count['reached']} of "
              f"{count['about one']} methods about one thing looked for it; {count['references']} pairs "
              "of references")

    # ---- Asking

    def cells(self, chosen, callers, place):
        """`callers`: of a method, who asks. `place`: of a method, the name that they ask about."""
        for method in chosen:
            name = place(method)
            request = self.requests.make(method, name, OWN)
            for caller in callers(method):
                yield Cell(method, caller, name, request, "grpc")
                if method in self.served:
                    yield Cell(method, caller, name, request, "http")

    def answers(self, cells):
        """Pairs of cell and answer, in the order of the cells."""
        cells = list(cells)
        answers = list(self.pool.map(lambda cell: cell.caller.ask(cell), cells))
        self.counted.update(cell.transport for cell in cells)
        broken = [(cell.method, cell.caller, answer) for cell, answer in zip(cells, answers)
                  if answer.code in BROKEN]
        self.assertEqual(broken[:10], [])
        return list(zip(cells, answers))

    def assert_refused(self, cells, code, reasons):
        """Every answer is this refusal. Returns the answers."""
        answers = self.answers(cells)
        self.assertTrue(answers)
        wrong = [(cell.method, cell.caller, cell.transport, cell.name, answer)
                 for cell, answer in answers
                 if (answer.code, answer.reason) not in {(spoken(code, cell.transport), reason)
                                                         for reason in reasons}]
        self.assertEqual(wrong[:20], [], f"{len(wrong)} of {len(answers)} cells")
        return answers

    def assert_entered(self, cells):
        """Whatever the answer says, it is not that the caller may not ask."""
        answers = self.answers(cells)
        self.assertTrue(answers)
        wrong = [(cell.method, cell.caller, cell.transport, cell.name, answer)
                 for cell, answer in answers
                 if answer.reason in ("TOKEN_MISSING", "TOKEN_INVALID", "ROLE_MISSING")]
        self.assertEqual(wrong[:20], [], f"{len(wrong)} of {len(answers)} cells")
        return answers

    @contextlib.contextmanager
    def nothing_written(self):
        before = self.written()
        yield
        self.assertEqual(self.written(), before)

    def written(self):
        """How much each service has done: changes in its audit trail, events, remembered requests."""
        self.district.settle()
        return self.system.bash("""
            count() {
              echo "$1 $(psql -qAtX "$(dsn "$1_app" "$(database_of "$1")")" -c "SELECT
                (SELECT count(*) FROM $1.audit_entry), (SELECT count(*) FROM $1.idempotency),
                (SELECT count(*) FROM $1.outbox) + (SELECT count(*) FROM $1.event_log)")"
            }
            each_service count""")

    # ---- What they ask about

    def own(self, method):
        return self.names.real(method.pattern, OWN) or self.missing(method) if method.pattern else ""

    def foreign(self, method):
        return self.names.real(method.pattern, FOREIGN) or self.missing(method, FOREIGN)

    def missing(self, method, district=OWN):
        return self.names.missing(method.pattern, district)

    def of(self, roles, callers=None):
        """The callers of those of a method's roles that `roles` picks."""
        callers = callers or self.at_home
        return lambda method: [callers[role] for role in self.roles if roles(role, method)]


def named(role, method):
    return role in method.roles


def not_named(role, method):
    return role not in method.roles


def spoken(code, transport):
    return code if transport == "grpc" else HTTP_STATUS[code]


class WhoEnters(Matrix):
    def test_every_service_is_offered_by_the_server_of_its_package_or_by_several(self):
        offered = {method.name.rpartition(".")[0] for method in self.methods}
        self.assertEqual({service.full_name for service in self.contract.services()}, offered)

    def test_what_names_something_of_a_district_is_bound_to_it(self):
        unbound = [method for method in self.methods if not method.pattern]
        self.assertEqual([(method, self.requests.references(method)) for method in unbound
                          if self.requests.references(method)], [])
        self.assertEqual([method for method in unbound for field in method.request.DESCRIPTOR.fields
                          if field.name in ("name", "parent")], [])

    def test_without_a_valid_token_nobody_enters(self):
        role = self.roles[0]
        valid = token(self.system, role, OWN)
        head, _, signature = valid.rpartition(".")
        strangers = [self.nobody] + [self.caller(label, bearer) for label, bearer in (
            ("no token at all", "示例".encode().hex()), ("another signature", f"{head}.{signature[::-1]}"),
            ("expired", token(self.system, role, OWN, began=-7200, life=3600)),
            ("not yet valid", token(self.system, role, OWN, began=3600)),
            ("a person as a service", self.stolen("people", "SERVICE")),
            ("a service as a person", self.stolen("svc-venue", role)))]
        guarded = [method for method in self.methods if not method.public]
        with self.nothing_written():
            self.assert_refused(self.cells(guarded, lambda _: strangers, self.own),
                                "UNAUTHENTICATED", ("TOKEN_MISSING", "TOKEN_INVALID"))
            # Also before the request is read.
            self.assert_refused((Cell(method, caller, "", Garbage, "grpc")
                                 for method in guarded for caller in strangers),
                                "UNAUTHENTICATED", ("TOKEN_MISSING", "TOKEN_INVALID"))

    def stolen(self, key, role):
        now = int(time.time())
        subject = "services/venue" if key == "people" else "users/li"
        return sign(self.system, key, {"sub": subject, "roles": [role], "district": OWN, "posts": [],
                                       "iat": now, "exp": now + 3600})

    def test_a_role_that_the_rule_does_not_name_is_refused_whatever_it_asks_about(self):
        with self.nothing_written():
            answers = []
            for place in (self.own, self.foreign, self.missing):
                answers += self.assert_refused(self.cells(
                    [method for method in self.methods if place == self.own or method.pattern],
                    self.of(not_named), place), "PERMISSION_DENIED", ("ROLE_MISSING",))
            self.assert_refused(self.cells(self.methods, self.of(not_named, self.of_no_district), self.own),
                                "PERMISSION_DENIED", ("ROLE_MISSING",))
            self.assert_refused((Cell(method, caller, "", Garbage, "grpc") for method in self.methods
                                 for caller in self.of(not_named)(method)),
                                "PERMISSION_DENIED", ("ROLE_MISSING",))
        said = collections.defaultdict(set)
        for cell, answer in answers:
            said[cell.method, cell.transport].add(repr(answer))
        self.assertEqual([key for key, texts in said.items() if len(texts) > 1], [])

    def test_a_role_that_the_rule_names_enters_in_its_own_district(self):
        before = self.written()
        self.assert_entered(self.cells(self.methods, self.of(named), self.own))
        # Else nothing_written would see nothing.
        for was, now in zip(before.splitlines(), self.written().splitlines()):
            self.assertNotEqual(was, now)

    def test_only_services_and_operators_enter_everywhere(self):
        def everywhere(role, method):
            return named(role, method) and role in EVERYWHERE

        def nowhere(role, method):
            return named(role, method) and role not in EVERYWHERE

        bound = [method for method in self.methods if method.pattern]
        with self.nothing_written():
            self.assert_refused(self.cells(bound, self.of(nowhere, self.of_no_district), self.own),
                                "NOT_FOUND", ("NOT_FOUND",))
        for place in (self.own, self.foreign):
            answers = self.assert_entered(
                self.cells([method for method in bound if method.pattern == DISTRICT],
                           self.of(everywhere, self.of_no_district), place))
            self.assertFalse([cell.method for cell, answer in answers
                              if answer.reason == "NOT_FOUND" and answer.names(cell.name)])

    def test_what_the_gateway_does_not_serve_has_no_path_for_anybody(self):
        hidden = [method for method in self.methods if method.verb and method not in self.served]
        self.assertEqual({method.server for method in hidden}, {"followup"})
        self.assert_refused((cell._replace(transport="http") for cell in self.cells(
            hidden, lambda _: self.at_home.values(), self.own)),
            "NOT_FOUND", ("UNKNOWN_METHOD", "NOT_FOUND"))


class WhatTheyFind(Matrix):
    def test_a_foreign_thing_is_a_missing_one(self):
        bound = [method for method in self.methods if method.pattern]
        about_one = [method for method in bound if method.about_one]
        with self.nothing_written():
            foreign = self.assert_refused(self.cells(bound, self.of(named), self.foreign),
                                          "NOT_FOUND", ("NOT_FOUND",))
            foreign += self.assert_refused(
                self.cells(about_one, self.of(named), lambda method: self.missing(method, FOREIGN)),
                "NOT_FOUND", ("NOT_FOUND",))
        answers = self.answers(self.cells(about_one, self.of(named), self.missing))
        # Of a thing that is not there nothing else can be said than that, or that the question is wrong;
        # OK where it is then made, or the answer is an empty list.
        self.assertEqual([(cell.method, answer) for cell, answer in answers if cell.transport == "grpc"
                          and answer.code not in ("NOT_FOUND", "INVALID_ARGUMENT", "OK")], [])
        missing = [(cell, answer) for cell, answer in answers
                   if answer.reason == "NOT_FOUND" and answer.names(cell.name)]
        self.counted["about one"] = len(about_one)
        self.counted["reached"] = len({cell.method for cell, _ in missing})
        self.assertGreater(self.counted["reached"], 0.8 * len(about_one), "the requests are too bad")
        for transport in ("grpc", "http"):
            texts = {answer.without(cell.name) for cell, answer in foreign + missing
                     if cell.transport == transport}
            self.assertEqual(len(texts), 1, texts)

    def test_a_foreign_thing_that_is_referred_to_is_a_missing_one(self):
        """Whether it exists or not."""
        for method in self.methods:
            for path, pattern in self.requests.references(method):
                real = self.names.real(pattern, FOREIGN)
                if real is None:
                    continue
                names = (real, self.names.missing(pattern, FOREIGN))
                for role in sorted(method.roles):
                    cells = [Cell(method, self.at_home[role], name, self.requests.make(
                        method, self.own(method), OWN, [(path, name)]), "grpc") for name in names]
                    answers = [answer for _, answer in self.answers(cells)]
                    self.counted["references"] += 1
                    with self.subTest(method=method, path=path, role=role):
                        self.assertTrue(answers[0].code != "OK" or method.reads, answers[0])
                        self.assertEqual(*(answer.without(name)
                                           for name, answer in zip(names, answers)))


if __name__ == "__main__":
    unittest.main()
