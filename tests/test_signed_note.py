"""Signed notes against the example of Go's checksum database, which every tool for such notes reproduces."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from registry.signed_note import NoteInvalid, Signer, Verifier

PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\N{EM DASH} PeterNeumann {SIGNATURE}\n"
SIGNER = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(PRIVATE))


def test_the_published_note_is_made_and_opened() -> None:
    assert SIGNER.sign(TEXT) == NOTE
    assert str(SIGNER.verifier) == PUBLIC
    assert Verifier.parse(PUBLIC).open(NOTE) == TEXT


def test_a_note_that_others_have_signed_too() -> None:
    other = Signer("a.witness", Ed25519PrivateKey.generate())
    signatures = other.sign(TEXT).removeprefix(f"{TEXT}\n") + NOTE.removeprefix(f"{TEXT}\n")

    assert SIGNER.verifier.open(f"{TEXT}\n{signatures}") == other.verifier.open(f"{TEXT}\n{signatures}") == TEXT


@pytest.mark.parametrize(
    "other",
    [
        NOTE.replace("cryptography", "cryptographY"),
        NOTE.replace("PeterNeumann", "PeterNewman"),
        NOTE.replace("x08go", "x08gp"),
        NOTE.replace("x08go/ZJ", "x08go/ZK"),
        NOTE.replace("\N{EM DASH} ", "- "),
        NOTE.replace("\n\n", "\n"),
        TEXT,
        "",
    ],
)
def test_any_other_is_refused(other: str) -> None:
    with pytest.raises(NoteInvalid):
        SIGNER.verifier.open(other)


@pytest.mark.parametrize(
    "other", ["", "PeterNeumann", PUBLIC.replace("c7", "c8"), PUBLIC[:-4], PUBLIC.replace("AR", "AB")]
)
def test_what_is_no_public_key(other: str) -> None:
    with pytest.raises(NoteInvalid):
        Verifier.parse(other)


class TestKeys:
    def test_a_private_key_in_pem(self) -> None:
        pem = SIGNER.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

        assert str(Signer.from_pem("PeterNeumann", pem).verifier) == PUBLIC

    def test_another_kind_of_key(self) -> None:
        pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

        with pytest.raises(NoteInvalid, match="Ed25519"):
            Signer.from_pem("a", pem)

    def test_no_key(self) -> None:
        with pytest.raises(NoteInvalid, match="PEM"):
            Signer.from_pem("a", b"not a key")

    @pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
    def test_a_name_that_a_note_cannot_carry(self, name: str) -> None:
        with pytest.raises(NoteInvalid, match="name"):
            Signer.from_pem(name, b"")
