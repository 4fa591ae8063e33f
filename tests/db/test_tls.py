"""TLS to PostgreSQL on Debian's server: only the server that proves its name is spoken to, by every way to it."""

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from registry.db import migrate, state
from registry.db.backup import backup
from registry.db.engine import create_engine, create_sessions, transaction
from registry.errors import CannotRun

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
pytestmark = pytest.mark.skipif(not SERVERS, reason="needs Debian's PostgreSQL: the embedded server has no TLS")

SECONDS = 60
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and the file that clients trust it by."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path

    @classmethod
    def make(cls, file: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(file.stem, key, issuer=None, signed_with=key)
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(key, certificate, file)

    def certify(self, directory: Path) -> None:
        """Put a server's key and certificate into its directory."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate("localhost", key, issuer=self.certificate.subject, signed_with=self.key)
        form = serialization.PrivateFormat.PKCS8
        private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        (directory / "server.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (directory / "server.key").write_bytes(private)
        (directory / "server.key").chmod(0o600)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: x509.Name | None,
    signed_with: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    is_authority = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signed_with, hashes.SHA256())


@dataclass(frozen=True)
class Server:
    """A server on this machine, reached over TCP."""

    directory: Path
    port: int

    def url(self, *, host: str = "localhost", tls: str = "") -> str:
        return f"postgresql+asyncpg://postgres@{host}:{self.port}/postgres{'?' + tls if tls else ''}"


def _run(*words: str | Path) -> None:
    """Run a program of the server under an account that is not root's, which PostgreSQL refuses."""
    account = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.geteuid() == 0 else []
    subprocess.run([*account, *map(str, words)], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=SECONDS)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _serve(directory: Path, *options: str) -> Iterator[Server]:
    port, data = _free_port(), directory / "data"
    given = f"-h 127.0.0.1 -p {port} -k {directory} -c fsync=off {' '.join(options)}"
    _run(SERVERS[-1] / "pg_ctl", "-D", data, "-l", directory / "log", "-w", "-o", given, "start")
    yield Server(directory, port)
    _run(SERVERS[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="registry-tls-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def authority(home: Path) -> Authority:
    return Authority.make(home / "ca.pem")


def _cluster(directory: Path) -> Path:
    """Make a cluster; its data directory."""
    data = directory / "data"
    data.mkdir(parents=True)
    _give_away(directory, data)
    _run(SERVERS[-1] / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--locale=C", "-E", "UTF8")
    return data


def _give_away(*paths: Path) -> None:
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, "postgres", "postgres")


@pytest.fixture(scope="module")
def guarded(home: Path, authority: Authority) -> Iterator[Server]:
    """A server that speaks TLS and owns a certificate for `localhost`."""
    data = _cluster(home / "guarded")
    authority.certify(data)
    _give_away(data / "server.key", data / "server.crt")
    yield from _serve(data.parent, "-c ssl=on")


@pytest.fixture(scope="module")
def plain(home: Path) -> Iterator[Server]:
    """A server without TLS, as which somebody between us and the real one could pose."""
    yield from _serve(_cluster(home / "plain").parent)


async def asked(url: str) -> bool:
    """Ask the server whether it hears us through TLS."""
    engine = create_engine(url, pool_size=1)
    try:
        async with transaction(create_sessions(engine)) as session:
            query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            return bool((await (await session.connection()).exec_driver_sql(query)).scalar_one())
    finally:
        await engine.dispose()


def verified(authority: Authority) -> str:
    return f"sslmode=verify-full&sslrootcert={authority.file}"


async def test_the_server_that_proves_its_name_is_spoken_to(guarded: Server, authority: Authority) -> None:
    assert await asked(guarded.url(tls=verified(authority)))


async def test_the_same_address_upgrades_the_schema_and_makes_a_backup(
    guarded: Server, authority: Authority, tmp_path: Path
) -> None:
    url = guarded.url(tls=verified(authority))
    await migrate.upgrade(url)
    engine = create_engine(url, pool_size=1)
    async with transaction(create_sessions(engine)) as session:
        assert await state.revision(session) == migrate.head()
    await engine.dispose()

    backup(url, tmp_path / "file", programs=SERVERS[-1])

    assert (tmp_path / "file").stat().st_size > 0


async def test_another_name_is_refused(guarded: Server, authority: Authority, tmp_path: Path) -> None:
    url = guarded.url(host="127.0.0.1", tls=verified(authority))
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        await asked(url)
    with pytest.raises(CannotRun, match=r'pg_dump: .*server certificate for "localhost" .*does not match host name'):
        backup(url, tmp_path / "file", programs=SERVERS[-1])


async def test_another_authority_is_refused(guarded: Server, tmp_path: Path) -> None:
    url = guarded.url(tls=verified(Authority.make(tmp_path / "other.pem")))
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        await asked(url)
    with pytest.raises(CannotRun, match=r"pg_dump: .*certificate verify failed"):
        backup(url, tmp_path / "file", programs=SERVERS[-1])


async def test_without_a_certificate_to_trust_nobody_is_spoken_to(guarded: Server, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.pem|No such file"):
        await asked(guarded.url(tls=f"sslmode=verify-full&sslrootcert={tmp_path}/none.pem"))


async def test_a_server_without_tls_is_refused(plain: Server, authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match="rejected SSL upgrade"):
        await asked(plain.url(tls=verified(authority)))
    with pytest.raises(ConnectionError, match="rejected SSL upgrade"):
        await migrate.upgrade(plain.url(tls=verified(authority)))
    with pytest.raises(CannotRun, match=r"pg_dump: .*server does not support SSL"):
        backup(plain.url(tls=verified(authority)), tmp_path / "file", programs=SERVERS[-1])


async def test_that_server_answers_who_does_not_ask_for_more(plain: Server) -> None:
    """Or the test above would pass on a server that is not there."""
    assert not await asked(plain.url())
