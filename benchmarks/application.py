"""The service as it runs in production, in a process of its own: `python -m benchmarks.application PORT`.

Settings come from the environment. The benchmark's tokens are signed by the test issuer, which
`registry serve` refuses; everything else is the same.
"""

import sys

from registry import logs, service
from registry.api.app import create_app
from registry.settings import Settings


def main(port: int) -> None:
    settings = Settings()
    if settings.database_url is None:
        sys.exit("set REGISTRY_DATABASE_URL")
    logs.configure("json")
    app = create_app(settings, database_url=settings.database_url.get_secret_value())
    service.serve(app, service.listen("127.0.0.1", port))


if __name__ == "__main__":
    main(int(sys.argv[1]))
