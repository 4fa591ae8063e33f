"""Encryption of what identifies: sealed values, the key of each person, master keys, indexes of identity numbers.

Nothing here knows of tables or requests; `registry.db.sealing` joins it to them. `docs/encryption.md` is the manual.
"""
