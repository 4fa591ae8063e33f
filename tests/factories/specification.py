"""The application for reading its routes, and its specification: made once for all tests of a process, to be read only.

Every process of the suite collects every test, and several walks take their cases from the specification.
"""

from registry.api import openapi
from registry.cli.openapi import application_of_routes

APP = application_of_routes()
SPEC = openapi.build(APP)
