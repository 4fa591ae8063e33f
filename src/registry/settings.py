"""Settings of the service: read once from the environment (prefix `REGISTRY_`), passed down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, FilePath, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.domain.quota import Quota
from registry.secret_values import SHORTEST
from registry.vault.ring import KeyRing

Clients: TypeAlias = Literal["registered", "any"]
Dpop: TypeAlias = Literal["accepted", "required"]


_THIS_HOST = frozenset({"127.0.0.1", "[::1]", "localhost"})


class TrustedIssuer(BaseModel):
    """An identity provider whose access tokens are accepted (RFC 9068)."""

    issuer: str = Field(description="Exact value of `iss`.")
    audience: str = Field(description="Value that `aud` must contain.")
    jwks_url: AnyHttpUrl | None = Field(default=None, description="Where the issuer publishes its public keys.")
    jwks_file: Path | None = Field(default=None, description="A file with the issuer's public keys (JWK set).")

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            msg = "name either jwks_url or jwks_file"
            raise ValueError(msg)
        if self.jwks_url is not None and self.jwks_url.scheme != "https" and self.jwks_url.host not in _THIS_HOST:
            msg = "jwks_url must be https: who is on the way could sign for anybody"
            raise ValueError(msg)
        return self


class Quotas(BaseModel):
    """How often each process is called at most. One that is not named keeps its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    officer: Quota = Field(default=Quota(300), description="Each officer, whatever the software.")
    server: Quota = Field(default=Quota(3000), description="Each server that calls without an officer.")
    client: Quota = Field(default=Quota(6000), description="Each client, all its officers together.")
    search: Quota = Field(default=Quota(60), description="Searches and lists across people, each officer or server.")
    address: Quota = Field(default=Quota(60), description="Requests without an accepted token, each network address.")


class Settings(BaseSettings):
    """All that can be set. Lists and objects are given as JSON."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", extra="ignore", frozen=True)

    demo: bool = Field(default=False, description="Demo province, test issuer and generated secrets.")
    data_dir: Path | None = Field(
        default=None, description="Where the embedded PostgreSQL and the demo keep their data."
    )
    database_url: SecretStr | None = Field(default=None, description="PostgreSQL 15 or newer; empty: the embedded one.")
    database_url_file: Path | None = Field(
        default=None, description="A file that holds the database's address instead."
    )
    worker_database_url: SecretStr | None = Field(
        default=None, description="The same database under the worker's own login; empty: the service's."
    )
    worker_database_url_file: Path | None = Field(
        default=None, description="A file that holds the worker's address instead."
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="Address under which clients reach the API.")
    secret: SecretStr | None = Field(default=None, description="Secret from which all keys are derived.")
    secret_file: Path | None = Field(default=None, description="A file that holds the secret instead.")
    master_keys: SecretStr | None = Field(default=None, description="Numbered master keys: `1:key 2:key`.")
    master_keys_file: Path | None = Field(default=None, description="A file that holds the master keys instead.")
    audit_key: SecretStr | None = Field(
        default=None, description="Private key (Ed25519, PEM) that seals the audit log."
    )
    audit_key_file: Path | None = Field(default=None, description="A file that holds the private key instead.")
    audit_checkpoint_dirs: tuple[Path, ...] = Field(
        default=(), description="Where signed checkpoints are put, out of reach of the database's administrator."
    )
    issuers: tuple[TrustedIssuer, ...] = Field(default=(), description="Issuers whose tokens are accepted.")
    clients: Clients = Field(default="registered", description="Which clients of the issuers may call.")
    dpop: Dpop = Field(default="accepted", description="Whether the tokens of apps must be bound to a key (RFC 9449).")
    dpop_nonce: bool = Field(default=False, description="Ask for the service's nonce in every proof.")
    metrics_open: bool = Field(default=False, description="Serve /metrics without a token.")
    docs_open: bool = Field(default=False, description="Serve /docs and /openapi.json without a token.")
    may_forget: bool = Field(default=False, description="Run on a database that may forget: one that is for a trial.")
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    pool_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    statement_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    max_body_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)] = 1024 * 1024
    max_push_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)] = 4 * 1024 * 1024
    """The largest body of a push, which carries up to 500 operations."""
    max_persons_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    """How many different people an officer may be shown in an hour."""
    max_persons_per_hour_of_systems: Annotated[int, Field(ge=1, le=10_000_000)] = 20_000
    """The same for a province's system that calls without an officer."""
    request_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    """How long a request may take as a whole."""
    transaction_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 18.0
    """How long its transaction may, on PostgreSQL 17 and newer."""
    push_seconds: Annotated[float, Field(ge=0, le=600)] = 8.0
    """How long a push begins operations; those that are left are sent again."""
    body_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    queue_length: Annotated[int, Field(ge=0, le=10_000)] = 200
    """How many requests wait for a place in one process."""
    queue_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    max_waiting_pulls: Annotated[int, Field(ge=0, le=10_000)] = 100
    """How many pulls wait for news in one process; each looks once a second."""
    cors_origins: tuple[Annotated[str, Field(pattern=r"^https?://[^/*?#\s]+$")], ...] = ()
    """Origins whose pages may call from a browser."""
    quotas: Quotas = Field(default=Quotas(), description="Requests in a window of seconds, by name of the quota.")
    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        default=(), description="Addresses or networks of proxies whose X-Forwarded-For is believed; else nobody's is."
    )
    reach_days: Annotated[int, Field(ge=0, le=3650)] = 90
    """How long an organisation still reaches a person after the record that opened the reach has ended."""
    referral_answer_days: Annotated[int, Field(ge=1, le=60)] = 10
    """Working days in which a service answers a referral; then the commune is reminded."""
    move_answer_days: Annotated[int, Field(ge=1, le=60)] = 5
    """Working days in which the receiving commune answers a move; then the request is over."""
    conflict_answer_days: Annotated[int, Field(ge=1, le=60)] = 5
    """Working days in which a commune looks at what a device sent about a record that had moved on."""
    max_kept_operations: Annotated[int, Field(ge=0, le=1_000_000)] = 5000
    """How many refused operations and open conflicts of one sender are kept; what comes on top is said not to be."""
    emergency_daily_cap: Annotated[int, Field(ge=0, le=1_000_000)] = 3
    """How many emergency accesses one officer may ask for in 24 hours."""
    step_up_acr: Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$", max_length=200)] | None = Field(
        default=None, description="The `acr` that a token must carry where a fresh sign-in is asked for."
    )
    working_days: FilePath | None = Field(
        default=None, description="A file of days off and days worked that corrects the calendar of working days."
    )

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Take each secret from its file where one is named; the file wins."""
        read = {
            name: Path(file).read_text(encoding="utf-8").strip()
            for name in cls.secret_names()
            if (file := given.get(f"{name}_file"))
        }
        return given | read

    @classmethod
    def secret_names(cls) -> Iterator[str]:
        """Name the settings that are secrets; each has a companion `..._file`."""
        return (name for name in cls.model_fields if f"{name}_file" in cls.model_fields)

    @property
    def places(self) -> int:
        """How many requests one process works on at once: two connections stay free for health and denials."""
        return max(self.pool_size - 2, 1)

    def most_persons(self, *, is_server: bool) -> int:
        """How many different people may be shown within an hour: to an officer, or to a server without one."""
        return self.max_persons_per_hour_of_systems if is_server else self.max_persons_per_hour

    def of_worker(self) -> Self:
        """Return the settings of the worker, which has an address of its own where one is set."""
        return self.model_copy(update={"database_url": self.worker_database_url or self.database_url})

    def key_ring(self) -> KeyRing:
        """Return the master keys. Raises `ValueError` when none are set or one is malformed."""
        if self.master_keys_file is not None:
            return KeyRing(self.master_keys_file)
        if self.master_keys is not None:
            return KeyRing(self.master_keys.get_secret_value())
        msg = "set REGISTRY_MASTER_KEYS_FILE or REGISTRY_MASTER_KEYS"
        raise ValueError(msg)

    def secret_key(self) -> bytes:
        """Return the secret's bytes. Raises `ValueError` when none is set or it is too short."""
        if self.secret is None:
            msg = "set REGISTRY_SECRET_FILE or REGISTRY_SECRET"
            raise ValueError(msg)
        value = self.secret.get_secret_value()
        if len(value) < SHORTEST:
            msg = f"the secret must have at least {SHORTEST} characters"
            raise ValueError(msg)
        return value.encode()
