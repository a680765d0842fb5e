"""The gRPC echo: a plain callback server that gives the answer that a service gave."""

import stand
from district import HAZARDS, VENUES

RECORD = HAZARDS + "RecordInspection"
GET_FINDING = HAZARDS + "GetFinding"
GET_VENUE = VENUES + "GetVenue"


class Echo:
    """Made once per session; it runs until the end."""

    def __init__(self, session):
        self._session = session
        folder = session.bench.folder / "answers"
        folder.mkdir()
        district = session.district
        self._keep(folder, RECORD, district.inspections(1))
        finding = session.bench.sql("hazard", "SELECT id FROM findings LIMIT 1")[0][0]
        self._keep(folder, GET_FINDING, [district.template(
            GET_FINDING, {"name": f"{district.parent}/findings/{finding}"})])
        self._keep(folder, GET_VENUE, [district.template(
            GET_VENUE, {"name": stand.VENUE_PREFIX + "0" * 12})])
        port = session.enter(stand.background([stand.TOOLS / "bench_echo", folder]))
        self._address = f"127.0.0.1:{port}"

    def _keep(self, folder, method, requests):
        stand.drive(self._session.bench, method, self._session.district.inspector_token, requests,
                    response=folder / method.rpartition(".")[2])

    def drive(self, method, requests, **more):
        return stand.drive(self._session.bench, method, "", requests, target=self._address, **more)
