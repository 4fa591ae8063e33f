"""Tokens ended before their time: at once, by administrators within reach, and with all that a process remembers."""

from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey
from sqlalchemy import text

from registry.db.engine import transaction
from registry.demo.issuer import ISSUER
from registry.domain.access import Role
from registry.domain.client import RevocationReason
from registry.usecases import clients, revocations
from registry.usecases.revocations import NewRevocation
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.clients import a_client, host
from tests.factories.posted import body_of, refused
from tests.factories.tokens import ANYWHERE, NOW_SECONDS, bearer, signed
from tests.factories.trails import audited


@pytest.fixture(scope="module")
async def administrator(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY), subject="administrator-of-66")


@pytest.fixture
async def officer(sign_in: SignIn) -> str:
    """The subject of someone who holds a grant in old Phú Yên."""
    subject = f"officer-{uuid4()}"
    await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY), subject=subject)
    return subject


def a_revocation(subject: str, **over: str) -> Body:
    return {"id": str(uuid4()), "subject": subject, "reason": "device_lost", **over}


async def epoch_of(app: FastAPI) -> int:
    async with transaction(app.state.sessions) as session:
        found = await (await session.connection()).scalar(text("SELECT number FROM revocation_epoch"))
    return int(found or 0)


class TestRevoke:
    async def test_what_was_issued_before_is_refused_at_once_and_what_comes_after_is_not(
        self, app: FastAPI, key: ECKey, administrator: httpx.AsyncClient, officer: str
    ) -> None:
        async with bearer(app, signed(key, sub=officer, iat=NOW_SECONDS - 1)) as holder:
            assert (await holder.get(ANYWHERE)).status_code == 200
            body = a_revocation(officer)
            answer = await administrator.post("/v1/token-revocations", json=body)

            assert answer.status_code == 201, answer.text
            assert body_of(answer) == body | {
                "issuer": ISSUER,
                "revoked_at": "2026-11-21T03:00:00Z",
                "revoked_by": f"{ISSUER}|administrator-of-66",
            }
            refused(await holder.get(ANYWHERE), 401, "token_invalid")
        async with bearer(app, signed(key, sub=officer)) as holder:
            assert (await holder.get(ANYWHERE)).status_code == 200
        (row,) = await audited(app, answer)
        assert (row["operation"], row["entity"], row["record_id"]) == (
            "revoke_tokens", "token_revocation", UUID(str(body["id"])),
        )  # fmt: skip

    async def test_nobody_else_s_tokens_are_touched(
        self, app: FastAPI, key: ECKey, administrator: httpx.AsyncClient, officer: str
    ) -> None:
        await administrator.post("/v1/token-revocations", json=a_revocation(officer))

        async with bearer(app, signed(key, sub="somebody else", iat=NOW_SECONDS - 1)) as holder:
            assert (await holder.get(ANYWHERE)).status_code == 200

    async def test_it_is_safe_to_repeat(self, administrator: httpx.AsyncClient, officer: str) -> None:
        body = a_revocation(officer)
        first, second = [await administrator.post("/v1/token-revocations", json=body) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 200)
        assert body_of(first) == body_of(second)

        changed = body | {"reason": "other"}
        refused(await administrator.post("/v1/token-revocations", json=changed), 409, "record_id_conflict", "/id")

    async def test_a_subject_beyond_reach_and_one_that_nobody_knows_are_refused_alike(
        self, app: FastAPI, sign_in: SignIn, officer: str
    ) -> None:
        elsewhere = await sign_in(Role.ADMINISTRATOR, unit=("01", TODAY))
        before = await epoch_of(app)
        for subject in (officer, "nobody at all"):
            answer = await elsewhere.post("/v1/token-revocations", json=a_revocation(subject))
            refused(answer, 409, "subject_unknown", "/subject")
        assert await epoch_of(app) == before

    async def test_of_the_same_name_at_another_issuer(self, administrator: httpx.AsyncClient, officer: str) -> None:
        body = a_revocation(officer, issuer="https://another.example")
        refused(await administrator.post("/v1/token-revocations", json=body), 409, "subject_unknown")

    @pytest.mark.parametrize("role", [Role.PROVINCE_MANAGER, Role.AUDITOR, Role.PROVINCE_SYSTEM])
    async def test_is_for_administrators_only(self, sign_in: SignIn, role: Role, officer: str) -> None:
        client = await sign_in(role)
        refused(await client.post("/v1/token-revocations", json=a_revocation(officer)), 403, "insufficient_scope")

    async def test_a_reason_that_is_none(self, administrator: httpx.AsyncClient, officer: str) -> None:
        body = a_revocation(officer, reason="because")
        refused(await administrator.post("/v1/token-revocations", json=body), 422, "validation_failed", "/reason")


class TestEpoch:
    async def test_it_moves_with_everything_that_ends_tokens(self, app: FastAPI) -> None:
        row = await a_client(app, f"client-{uuid4()}")
        seen = [await epoch_of(app)]
        async with host(app) as office:
            await clients.rotate(office, row.id, key_thumbprint=None)
        seen.append(await epoch_of(app))
        async with host(app) as office:
            await clients.revoke(office, row.id)
        seen.append(await epoch_of(app))
        async with host(app) as office:
            await revocations.revoke(office, NewRevocation(uuid4(), ISSUER, "anybody", RevocationReason.OTHER))
        seen.append(await epoch_of(app))

        assert seen == sorted(set(seen))

    async def test_a_process_forgets_tokens_and_keys_when_it_has_moved(self, app: FastAPI, key: ECKey) -> None:
        """The token that comes next is checked anew, with keys that the issuer still has: here, it has another."""
        token = signed(key)
        async with bearer(app, token) as holder:
            assert (await holder.get(ANYWHERE)).status_code == 200
            keys = app.state.tokens._issuers[ISSUER]
            file = keys.trusted.jwks_file
            before = file.read_text(encoding="utf-8")
            another = ECKey.generate_key("P-256", private=True)
            file.write_text(f'{{"keys": [{another.as_dict(private=False)!r}]}}'.replace("'", '"'), encoding="utf-8")
            try:
                assert (await holder.get(ANYWHERE)).status_code == 200
                async with host(app) as office:
                    await revocations.revoke(office, NewRevocation(uuid4(), ISSUER, "anybody", RevocationReason.OTHER))
                refused(await holder.get(ANYWHERE), 401, "token_invalid")
            finally:
                file.write_text(before, encoding="utf-8")
                keys.forget()
            assert (await holder.get(ANYWHERE)).status_code == 200
