"""The HTTP API: schemas, routes and what surrounds them."""
