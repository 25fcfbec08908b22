"""Installer of the example add-on: forms of a page that keep their data apart."""

from setuptools import find_packages
from setuptools import setup


setup(
    name="annotationforms-example",
    version="1.0.0.dev0",
    description="Three forms on a page that keep their data in annotations",
    license="GPL-2.0-only",
    packages=find_packages("src"),
    package_dir={"": "src"},
    include_package_data=True,
    zip_safe=False,
    python_requires=">=3.10",
    install_requires=[
        "collective.annotationforms[postgresql]",
        "collective.z3cform.datagridfield",
        # For plone.restapi of Plone 6.1, which imports it without requiring it.
        "plone.api",
        # With the library of PostgreSQL, which many computers don't have.
        "psycopg[binary]",
    ],
    entry_points="""
    [z3c.autoinclude.plugin]
    target = plone
    """,
)
