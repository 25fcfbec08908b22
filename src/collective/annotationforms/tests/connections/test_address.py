"""Addresses with passwords: whatever is in one, no error shows a piece of it."""

from collective.annotationforms.connections import foreign_connection
from collective.annotationforms.connections import foreign_connection_stats
from collective.annotationforms.connections import ForeignSettingsError
from collective.annotationforms.connections.http import HTTPService
from collective.annotationforms.connections.postgresql import PostgreSQL
from collective.annotationforms.connections.postgresql import PostgreSQLReader
from collective.annotationforms.connections.redis import Redis
from collective.annotationforms.connections.sqlalchemy import SQLAlchemy
from collective.annotationforms.tests.connections.case import PostgreSQLTestCase
from collective.annotationforms.tests.connections.case import REDIS
from collective.annotationforms.tests.connections.case import ZODBTestCase
from collective.annotationforms.tests.connections.servers import free_port
from contextlib import contextmanager
from hypothesis import example
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from persistent.mapping import PersistentMapping
from psycopg.sql import Identifier
from psycopg.sql import Literal
from psycopg.sql import SQL
from urllib.parse import quote

import httpx
import logging
import ssl
import traceback


# What no text may have: the password is something between the two.
BEGIN = "s3kr"
END = "4ndl"
AWKWARD = "/#?@%: ä&=+,'\"\\[]\t"
# Loading certificates takes longer than a test.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SCHEMES = {
    "http": HTTPService,
    "https": HTTPService,
    "redis": Redis,
    "rediss": Redis,
    "unix": Redis,
    "postgresql": PostgreSQL,
    "postgres": PostgreSQLReader,
    # What SQLAlchemy itself would take; our settings are those of PostgreSQL.
    "postgresql+psycopg": SQLAlchemy,
}

passwords = st.one_of(
    st.text(alphabet=f"{AWKWARD}0a", max_size=6), st.text(max_size=6)
).map(lambda text: f"{BEGIN}{text}{END}")
# Numbers look like ports.
passwords = passwords | st.sampled_from(("12/34", "12#34", "12?34")).map(
    lambda text: f"{text}{END}"
)


class Page(PersistentMapping):
    """Has a path, as content has."""

    def getPhysicalPath(self):
        return ("", "site", "page")


def texts_of(error):
    """Return all that an error says, with those that it came from."""
    texts, seen, errors = [], set(), [error]
    while errors:
        found = errors.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        errors += [found.__cause__, found.__context__]
        # A codec's error has what it could not decode.
        kept = getattr(found, "object", "")
        kept = kept.decode("latin-1") if isinstance(kept, bytes) else kept
        texts += [str(found), repr(found), repr(found.args), kept]
        texts += traceback.format_exception(found)
    return texts


class AddressTestCase(ZODBTestCase):
    """A page with connections to servers that are not there."""

    def setUp(self):
        super().setUp()
        with self.db.transaction() as jar:
            jar.root()["obj"] = Page()
        self.page = self.obj()
        self.port = free_port()
        logger, handler = logging.getLogger(), logging.Handler()
        self.logs = []
        handler.emit = lambda record: self.logs.append(handler.format(record))
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)

    def use(self, factory, settings):
        """Use a connection; return it, and the error that was raised or None."""
        connection = foreign_connection(self.page, factory, settings=settings)
        connection.retry_after = connection.cooldown.retry_after = 0
        try:
            raw = connection.raw
            if factory is HTTPService:
                raw.get("/select")
        except Exception as error:
            return connection, error
        return connection, None

    def assert_hidden(self, connection, error):
        """Assert that nothing of the password is in what anybody can see."""
        texts = [repr(connection), str(connection), *self.logs]
        texts.append(str(foreign_connection_stats(self.db)))
        if connection.link is not None:
            texts.append(repr(connection.link.raw))
        for text in [*texts, *texts_of(error)]:
            self.assertNotIn(BEGIN, text)
            self.assertNotIn(END, text)
            self.assertNotIn(":12", text)

    def settings_of(self, scheme, address):
        if scheme.startswith("http"):
            return {"base_url": address, "verify": TLS}
        return address


class TestHidden(AddressTestCase):
    """The password is raw in the address, as people write it."""

    @given(st.sampled_from(sorted(SCHEMES)), st.sampled_from(("ada", "")), passwords)
    @hypothesis_settings(deadline=None, max_examples=150)
    @example("http", "ada", f"{BEGIN}/{END}")
    @example("redis", "", f"{BEGIN}/{END}")
    @example("redis", "", f"12/{END}")
    @example("postgresql", "ada", f"{BEGIN}@{END}")
    @example("postgresql", "ada", f"{BEGIN}%{END}")
    @example("postgresql", "ada", f"{BEGIN}\udcff{END}")
    @example("redis", "", f"{BEGIN}\udcff{END}")
    @example("http", "ada", f"{BEGIN}%ff{END}")
    def test_in_an_address(self, scheme, user, password):
        host = f"127.0.0.1:{self.port}"
        places = [f"{user}:{password}@{host}/0"]
        if password.startswith(BEGIN) and "@" not in password:
            # Otherwise there is a host.
            places.append(f"{user}:{password}")
        for place in places:
            settings = self.settings_of(scheme, f"{scheme}://{place}")
            self.assert_hidden(*self.use(SCHEMES[scheme], settings))

    @given(passwords)
    @hypothesis_settings(deadline=None, max_examples=50)
    @example(f"{BEGIN}://{END}")
    def test_elsewhere(self, password):
        place = f"ada:{password}@127.0.0.1:{self.port}"
        web = f"http://127.0.0.1:{self.port}"
        for factory, settings in (
            (HTTPService, place),
            (HTTPService, {"base_url": web, "proxy": f"http://{place}", "verify": TLS}),
            (HTTPService, {"base_url": web, "proxy": place, "verify": TLS}),
            (Redis, place),
            (Redis, {"host": f"redis://{place}", "port": self.port}),
            (
                Redis,
                f"redis://127.0.0.1:{self.port}/0?password={password}&{password}=1",
            ),
            (PostgreSQL, place),
            (PostgreSQL, f"host=127.0.0.1 port={self.port} password={password} {END}"),
            (PostgreSQL, f"host=127.0.0.1 port={self.port} password='{password}"),
            (PostgreSQL, {"conninfo": f"postgresql://{place}/db"}),
            (PostgreSQL, {"host": f"postgresql://{place}", "port": self.port}),
            (PostgreSQL, {"dbname": f"postgresql://{place}", "port": self.port}),
        ):
            self.assert_hidden(*self.use(factory, settings))

    def test_the_error_names_the_setting_and_the_object(self):
        address = f"{{}}://ada:{BEGIN}/{END}@localhost"
        for factory, settings, name in (
            (Redis, address.format("redis"), "The settings of Redis"),
            (Redis, {"host": address.format("redis")}, "The setting 'host' of Redis"),
            (
                HTTPService,
                address.format("http"),
                "The setting 'base_url' of HTTPService",
            ),
            (
                HTTPService,
                {"proxy": address.format("http")},
                "The setting 'proxy' of HTTPService",
            ),
            (
                PostgreSQL,
                address.format("postgresql"),
                "The settings of PostgreSQL",
            ),
            (
                SQLAlchemy,
                {"conninfo": address.format("postgresql")},
                "The setting 'conninfo' of SQLAlchemy",
            ),
        ):
            with self.subTest(name):
                connection, error = self.use(factory, settings)
                self.assertIsInstance(error, ForeignSettingsError)
                self.assertTrue(
                    str(error).startswith(f"{name} for /site/page "), str(error)
                )
                self.assertIsNone(error.__context__)
                self.assertIsNone(error.__cause__)
                self.assertEqual(1, connection.cooldown.errors)


@contextmanager
def echo():
    """Give an httpx transport that keeps the requests."""
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(409 if "refused" in str(request.url) else 200)

    yield httpx.MockTransport(answer), requests


class TestUnderstood(AddressTestCase):
    """What is written as an address wants it, and what can be told apart, arrives."""

    def sent(self, base_url):
        """Return what is sent for an address: the request and its Authorization."""
        with echo() as (transport, requests):
            settings = {"base_url": base_url, "transport": transport}
            _connection, error = self.use(HTTPService, settings)
        self.assertIsNone(error)
        (request,) = requests
        return str(request.url), request.headers.get("Authorization")

    def authorization(self, user, password):
        request = httpx.Request("GET", "http://x")
        next(httpx.BasicAuth(user, password).auth_flow(request))
        return request.headers["Authorization"]

    def test_http(self):
        for written in (quote(AWKWARD, safe=""), "p@ss", "a b", "100%", "a:b"):
            password = AWKWARD if written.startswith("%") else written
            with self.subTest(written):
                expected = (
                    "http://solr.example:8983/solr/select",
                    self.authorization("ada", password),
                )
                url = f"http://ada:{written}@solr.example:8983/solr"
                self.assertEqual(expected, self.sent(url))
                self.assertEqual(expected, self.sent(httpx.URL(url)))

    def test_http_without_a_password(self):
        for url in (
            "http://solr.example:8983/solr",
            "http://[::1]:8983/solr?a=%40",
            "https://solr.example/",
        ):
            with self.subTest(url):
                self.assertIsNone(self.sent(url)[1])

    def test_an_at_sign_behind_the_host_is_refused(self):
        for url in ("http://localhost:12/34@host", "http://ada:a@b/c@host"):
            with self.subTest(url):
                connection = HTTPService({"base_url": url}, None)
                self.assertRaises(ForeignSettingsError, connection.connect)


class TestRedis(ZODBTestCase):
    """Redis lets in who has a password like this."""

    layer = REDIS

    def test_the_password_arrives(self):
        with self.layer["server"].admin() as client:
            client.acl_setuser(
                "ada", enabled=True, passwords=[f"+{AWKWARD}"], commands=["+@all"]
            )
            self.addCleanup(self.delete_user)
        host = f"127.0.0.1:{self.layer['server'].port}"
        url = f"redis://ada:{quote(AWKWARD, safe='')}@{host}/0"
        connection = foreign_connection(self.obj(), Redis, settings=url)
        self.assertEqual("ada", connection.raw.acl_whoami())

    def delete_user(self):
        with self.layer["server"].admin() as client:
            client.acl_deluser("ada")


class TestPostgreSQL(PostgreSQLTestCase):
    """PostgreSQL lets in who has a password like this."""

    def test_the_password_arrives(self):
        role = SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
            Identifier("ada@home"), Literal(AWKWARD)
        )
        self.server.query(role.as_string().replace("%", "%%"))
        self.addCleanup(self.server.query, 'DROP ROLE "ada@home"')
        user, password = (quote(text, safe="") for text in ("ada@home", AWKWARD))
        place = f"127.0.0.1:{self.server.port}/postgres"
        for url in (
            f"postgresql://{user}:{password}@{place}",
            # Libpq would end the password at the @.
            f"postgres://{user}:{password.replace('%40', '@')}@{place}",
            f"postgresql://{place}?user={user}&password={password}",
        ):
            for factory in (PostgreSQL, PostgreSQLReader):
                with self.subTest(url=url, factory=factory):
                    connection = factory(url, None)
                    raw = connection.connect()
                    self.addCleanup(raw.close)
                    (name,) = raw.execute("SELECT current_user").fetchone()
                    self.assertEqual("ada@home", name)
