"""A mail server for tests: keeps mails in a Maildir and refuses the addresses that ask for it."""

from aiosmtpd.handlers import Mailbox


class Refusing(Mailbox):
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("nobody"):
            return f"550 5.1.1 <{address}> unknown"
        if address.startswith("later"):
            return f"451 4.3.0 <{address}> try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"
