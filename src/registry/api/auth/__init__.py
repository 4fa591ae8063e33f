"""Who calls: access tokens (RFC 9068), proofs of possession (RFC 9449), and the software that brings them."""
