"""What a demo makes for itself and keeps apart from every service: a secret, a test issuer, and marks of both."""

import fcntl
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr
from sqlmodel import exists, select

from registry.database import data_dir_of, one_transaction, prepare
from registry.db import state
from registry.db.state import Demo
from registry.db.tables.trail import AccessGrantRow
from registry.demo.issuer import DemoIssuer
from registry.domain.quota import Quota
from registry.embedded.cluster import Cluster
from registry.errors import CannotRun
from registry.secret_values import DEMO_MARK
from registry.settings import Quotas, Settings
from registry.vault.ring import new_entry

QUOTAS = Quotas(officer=Quota(60_000), client=Quota(600_000))
"""The demo's officers post a province in minutes."""


@dataclass(frozen=True, slots=True)
class DemoHome:
    """The directory of a demo; the secret in it is the mark that it is one."""

    data_dir: Path

    @classmethod
    def of(cls, settings: Settings) -> "DemoHome":
        """Find the demo that the settings speak of, whether it exists or not.

        A demo on a named database lies beside the embedded server's data, which may be a service's.
        """
        data_dir = data_dir_of(settings).resolve()
        return cls(data_dir if settings.database_url is None else data_dir / "demo")

    @property
    def issuer(self) -> DemoIssuer:
        """The test issuer; it makes its key on first use."""
        return DemoIssuer(self.data_dir)

    @property
    def exists(self) -> bool:
        """Whether the directory holds a demo."""
        return self._secret.exists()

    def require(self) -> None:
        """Refuse a directory that holds no demo."""
        if not self.exists:
            raise CannotRun(f"there is no demo in {self.data_dir}: `registry demo` makes one")

    def make(self) -> None:
        """Make the directory, the master keys and the secret, once; of two starters one makes each."""
        Cluster(self.data_dir).make_data_dir()
        self._checkpoints.mkdir(exist_ok=True)
        _make(self._audit_key, _new_private_key())
        _make(self._master_keys, new_entry(1))
        _make(self._secret, DEMO_MARK + secrets.token_urlsafe(48))

    def settings(self, given: Settings, *, public_url: str) -> Settings:
        """Turn the settings of the environment into a demo's."""
        named = given.public_url if "public_url" in given.model_fields_set else public_url
        return given.model_copy(
            update={
                "demo": True,
                "public_url": named,
                "secret": SecretStr(self._secret.read_text(encoding="utf-8")),
                "master_keys_file": self._master_keys,
                "audit_key": SecretStr(self._audit_key.read_text(encoding="utf-8")),
                "audit_checkpoint_dirs": (self._checkpoints,),
                "issuers": (self.issuer.trusted(),),
                "metrics_open": True,
                "docs_open": True,
                "quotas": given.quotas if "quotas" in given.model_fields_set else QUOTAS,
            }
        )

    def remove(self) -> None:
        """Remove the demo with its embedded server's data; what else lies in the directory stays.

        So does the lock: a starter that waits for it must not end up with a file that nobody else locks.
        """
        self.require()
        cluster = Cluster(self.data_dir)
        with cluster.lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotRun(f"a server runs on {self.data_dir}: stop it first") from None
            if cluster.answers():
                raise CannotRun(f"a server is stopping on {self.data_dir}: try again in a moment")
            if cluster.path.exists():
                shutil.rmtree(cluster.path)
            cluster.remove_drafts()
            cluster.remove_socket_dir()
            shutil.rmtree(self._checkpoints, ignore_errors=True)
            # The secret goes last: a removal that was interrupted can be repeated.
            ours = ("demo-issuer*", "demo-audit-key*", "demo-master-keys*", "demo-secret*")
            for path in (cluster.log, *(path for pattern in ours for path in self.data_dir.glob(pattern))):
                path.unlink(missing_ok=True)

    @property
    def _secret(self) -> Path:
        return self.data_dir / "demo-secret"

    @property
    def _master_keys(self) -> Path:
        return self.data_dir / "demo-master-keys"

    @property
    def _audit_key(self) -> Path:
        return self.data_dir / "demo-audit-key"

    @property
    def _checkpoints(self) -> Path:
        return self.data_dir / "demo-audit-checkpoints"


def _make(file: Path, content: str) -> None:
    """Make a file that only its owner may read, unless it is there."""
    if file.exists():
        return
    draft = file.with_suffix(f".{uuid4()}")
    draft.touch(mode=0o600)
    draft.write_text(content, encoding="utf-8")
    with suppress(FileExistsError):
        file.hardlink_to(draft)
    draft.unlink()


def _new_private_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def claim(url: str) -> Demo:
    """Prepare a database and mark it as a demo's; one in which somebody holds a grant already is a service's."""
    async with one_transaction(url) as session:
        if await state.revision(session) is not None:
            found = await state.demo(session)
            if found is None and (await session.exec(select(exists(select(AccessGrantRow.id))))).one():
                raise CannotRun("this database holds a service's data: a demo needs one of its own")
    await prepare(url)
    async with one_transaction(url) as session:
        found = await state.demo(session)
        if found is None:
            found = await state.mark_demo(session, Demo(is_loaded=False))
        return found
