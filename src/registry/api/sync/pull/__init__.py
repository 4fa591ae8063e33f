"""What devices fetch: everything within their scope at first, from then on what has changed."""
