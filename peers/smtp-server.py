"""aiosmtpd with STARTTLS and a password: `CERT KEY`. Prints its port, then one JSON line per message as Python's parser reads it."""
import email
import email.policy
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Keep:
    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "headers": {name: str(value) for name, value in message.items()},
                    "body": message.get_content(),
                    "defects": [str(defect) for defect in message.defects],
                }
            ),
            flush=True,
        )
        return "250 taken"


def check(server, session, envelope, mechanism, auth):
    return AuthResult(success=auth.login == b"us" and auth.password == b"right")


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
controller = Controller(
    Keep(),
    hostname="127.0.0.1",
    port=int(sys.argv[3]),
    tls_context=context,
    require_starttls=True,
    authenticator=check,
    auth_required=True,
)
controller.start()
print("ready", flush=True)
threading.Event().wait()
