"""The service as it runs in production, in a process of its own: `python -m benchmarks.application PORT [WITHOUT ...]`.

What is named after the port (`encryption`, `audit`) is left out, to measure what it costs.

Settings come from the environment. The benchmark's tokens are signed by the test issuer, which
`registry serve` refuses.
"""

import sys

from benchmarks.without import LEFT_OUT
from registry import logs, service
from registry.api.app import create_app
from registry.settings import Settings


def main(port: int, *without: str) -> None:
    for name in without:
        LEFT_OUT[name]()
    settings = Settings()
    if settings.database_url is None:
        sys.exit("set REGISTRY_DATABASE_URL")
    logs.configure("json")
    app = create_app(settings, database_url=settings.database_url.get_secret_value())
    service.server_of(app, public_url=settings.public_url).run([service.listen("127.0.0.1", port)])


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
