"""Signing in those who post the demo province."""

from registry.demo.load import TokenFor
from registry.domain.access import Role
from tests.conftest import OLD_PHU_YEN, TODAY, SignIn


def tokens_of_the_demo(sign_in: SignIn) -> TokenFor:
    """Sign in officers of today's units, and of the province that the demo is about."""

    async def granted(role: Role, unit_code: str) -> str:
        unit = OLD_PHU_YEN if unit_code == OLD_PHU_YEN[0] else (unit_code, TODAY)
        officer = await sign_in(role, unit=unit)
        return str(officer.headers["Authorization"]).removeprefix("Bearer ")

    return granted
