"""A PostgreSQL server from a wheel, for trials and tests on a machine that has none; production names its own.

EmbeddedPostgres       start, url, stop: the server lives and dies with this process
EmbeddedPostgresError  why it could not start, in one line
default_data_dir       where the data go when nothing else is said
"""

from registry.embedded.binaries import EmbeddedPostgresError
from registry.embedded.supervisor import EmbeddedPostgres, default_data_dir

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "default_data_dir"]
