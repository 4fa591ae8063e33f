"""What devices send: each operation read and judged by itself, all of them in one transaction."""
