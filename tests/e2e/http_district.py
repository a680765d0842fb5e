"""A district in which everybody calls the gateway: nobody here can reach a service past it."""

import partners
from district import District
from http_test import Http


class HttpDistrict(District):
    @property
    def path(self):
        return f"/v1/{self.parent}"

    def connect(self, token):
        return Http(self.system.address("gateway"), token)

    def register_street(self, street):
        self.registrar("PATCH", f"/v1/{street['name']}", without_name(street)).ok()

    def register_officer(self, officer):
        return self.registrar("POST", f"{self.path}/officers", officer).ok()["name"]

    def register_department(self, department):
        self.registrar("PATCH", f"/v1/{department['name']}", without_name(department)).ok()

    def partner(self, display_name, role, post, scope):
        """Another system, which calls with a key of its own."""
        partner = partners.register(self.registrar, self.code, displayName=display_name, role=role,
                                    posts=[post], scopes=[scope])
        _, secret = partners.issue_key(self.registrar, partner)
        return self.client(secret, "")

    def jump(self, to):
        # That may take longer than a connection may be silent.
        self.close()
        super().jump(to)


def without_name(fields):
    """A body beside a path that has the name."""
    return {key: value for key, value in fields.items() if key != "name"}
