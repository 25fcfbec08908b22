"""OpenLDAP for the tests, from Debian: on loopback, in a folder of its own."""

from collective.annotationforms.tests.connections.servers import DebianServer
from collective.annotationforms.tests.connections.servers import PASSWORD
from pathlib import Path

import ldap3


BASE = "dc=example,dc=org"
MANAGER = f"cn=manager,{BASE}"

CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
maxsize 10485760
suffix "{base}"
rootdn "{manager}"
rootpw {password}
directory {folder}/data
"""


class LDAPServer(DebianServer):
    """A directory with one person."""

    program = Path("/usr/sbin/slapd")
    package = "slapd"

    def __init__(self):
        super().__init__()
        data = self.folder / "data"
        data.mkdir()
        self.give(data)
        (self.folder / "slapd.conf").write_text(
            CONFIGURATION.format(
                base=BASE, manager=MANAGER, password=PASSWORD, folder=self.folder
            )
        )
        self.filled = False

    def command(self):
        yield from (self.program, "-h", f"ldap://127.0.0.1:{self.port}")
        yield from ("-f", self.folder / "slapd.conf", "-d", "0")

    def settings(self, port=None, **more):
        return {
            "host": "127.0.0.1",
            "port": port or self.port,
            "user": MANAGER,
            "password": PASSWORD,
        } | more

    def admin(self):
        server = ldap3.Server("127.0.0.1", self.port, get_info=ldap3.NONE)
        return ldap3.Connection(server, MANAGER, PASSWORD, auto_bind=True)

    def answers(self):
        try:
            self.admin().unbind()
        except ldap3.core.exceptions.LDAPSocketOpenError:
            return False
        return True

    def start(self):
        super().start()
        if not self.filled:
            self.fill()
            self.filled = True

    def fill(self):
        admin = self.admin()
        admin.add(BASE, ["dcObject", "organization"], {"o": "Example"})
        admin.add(
            f"uid=ada,{BASE}",
            "inetOrgPerson",
            {"cn": "Ada", "sn": "Lovelace", "mail": "ada@example.org"},
        )
        admin.unbind()
