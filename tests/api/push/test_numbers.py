"""Numbers in a push: two people who show one are told of, though both came at once."""

import httpx

from registry.api.kinds.identity import DOCUMENTS
from tests.api.push.pushing import creating, push, statuses
from tests.factories.bodies import a_document
from tests.factories.posted import posted_person


async def test_one_number_of_two_people_in_one_push_is_remarked_on(manager: httpx.AsyncClient) -> None:
    document = a_document()
    holders = [await posted_person(manager) for _ in range(2)]

    results = await push(manager, *(creating(DOCUMENTS, document, of=holder) for holder in holders))

    assert statuses(results) == ["applied", "applied"]
    remarks = [warning["code"] for result in results for warning in result["warnings"]]
    assert remarks.count("possible_duplicate") == 1
