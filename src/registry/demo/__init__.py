"""The demo: a province of synthetic people, a test issuer, and the token that opens it. Never outside the demo."""
