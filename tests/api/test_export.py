"""Everything that is held on a person, in one document: no table of people's data is forgotten."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from registry.api import export
from registry.api.kinds.accompaniments import VISITS
from registry.db.tables.all import metadata
from registry.domain.access import Role
from registry.domain.export import ExportSection, HeldElsewhere
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PEOPLE, Body, a_fresh
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    posted_episode,
    posted_organisation,
    posted_person,
    refused,
)
from tests.factories.shelf import put_foundation
from tests.factories.trails import audited

ELSEWHERE = {
    "medical_result": HeldElsewhere.MEDICAL_RESULTS,
    "medical_referral": HeldElsewhere.MEDICAL_REFERRALS,
    "audit_event": HeldElsewhere.ACCESS_LOG,
    "person_read": HeldElsewhere.ACCESS_LOG,
    "emergency_access": HeldElsewhere.ACCESS_LOG,
    "task": HeldElsewhere.TASKS,
    "change_feed": HeldElsewhere.CHANGE_FEED,
    "person_name_token": HeldElsewhere.SEARCH_WORDS,
    "merge": HeldElsewhere.MERGES,
    "sync_rejection": HeldElsewhere.REFUSED_OPERATIONS,
    "sync_conflict": HeldElsewhere.CONFLICTS,
    "person_match_key": HeldElsewhere.SEARCH_WORDS,
    "person_key": HeldElsewhere.ENCRYPTION_KEY,
}
"""Tables that name people and are not in the document, with what it says of them instead."""
NUMBER = "054092999001"
WITHIN = {"record_history"}
"""Former states: they stand with the record that they were of."""

PERSONAL = sorted(
    table.name for table in metadata.tables.values() if {"person_id", "person_ids"} & set(table.columns.keys())
)


def holds(document: Any, text: str) -> bool:  # noqa: ANN401 - a document is any JSON
    match document:
        case dict():
            return any(holds(value, text) for value in document.values())
        case list():
            return any(holds(value, text) for value in document)
        case str():
            return text in document
        case _:
            return False


def section_of(document: Body, section: str) -> Body:
    (found,) = [each for each in document["sections"] if each["section"] == section]
    return dict(found)


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
async def person(manager: httpx.AsyncClient) -> str:
    """A person with two records of every kind, one of them voided, and a correction of the other."""
    person_id = await posted_person(manager, full_name="Nguyễn Thị Cánh Buồm", phone="0900 111 222")
    path = f"/v1/persons/{person_id}"
    await put_foundation(manager, VISITS, person_id)
    for kind in OF_PEOPLE:
        kept, void = a_fresh(kind), a_fresh(kind)
        if kind.singular == "identity_document":
            kept["number"] = NUMBER
        await created(manager, f"{path}/{kind.collection}", void)
        await manager.post(f"{path}/{kind.collection}/{void['id']}/void", json={"reason": f"Voided {kind.singular}."})
        await created(manager, f"{path}/{kind.collection}", kept)
        assert (await corrected(manager, f"{path}/{kind.collection}/{kept['id']}", dict(kind.correction))).is_success
    await corrected(manager, path, {"full_name": "Nguyễn Thị Buồm"})
    clinic = await posted_organisation(manager, kind="methadone_clinic")
    await posted_episode(manager, person_id, modality="methadone", provider_id=clinic)
    return path


@pytest.fixture(scope="module")
async def document(manager: httpx.AsyncClient, person: str) -> Body:
    answer = await manager.get(f"{person}/export")
    assert answer.status_code == 200, answer.text
    return body_of(answer)


class TestCompleteness:
    @pytest.mark.parametrize("table", PERSONAL)
    def test_no_table_that_names_people_is_forgotten(self, table: str) -> None:
        assert table in {*ExportSection, *ELSEWHERE, *WITHIN}

    def test_the_walk_sees_tables(self) -> None:
        assert len(PERSONAL) > 12

    @pytest.mark.parametrize("kind", export.KINDS, ids=lambda kind: kind.singular)
    def test_every_column_is_shown_or_is_the_service_s_own(self, kind: Any) -> None:  # noqa: ANN401 - a kind
        own = {
            "unit_id",
            "changed_at",
            "changed_by",
            "fingerprint",
            "number_index",
            "number_index_key",
            "root_id",
            "folded_name",
            "sort_key",
            "place_unit_id",
            "to_unit_id",
        }
        columns = sa.inspect(kind.table).columns.keys()

        assert set(columns) - set(kind.out.model_fields) <= own

    @pytest.mark.parametrize("section", ExportSection)
    def test_every_kind_of_record_is_there(self, document: Body, section: str) -> None:
        assert section_of(document, section)["records"]

    def test_voided_records_and_former_versions_are_there(self, document: Body) -> None:
        for kind in export.KINDS[1:]:
            records = section_of(document, str(kind.table.__tablename__))["records"]
            assert holds([each["record"] for each in records if each["record"]["state"] == "voided"], "Voided")
            assert any(each["former_versions"] for each in records if each["record"]["state"] == "active")

    def test_what_is_sealed_is_opened_in_former_versions_too(self, document: Body) -> None:
        people = section_of(document, "person")["records"]

        assert people[0]["record"]["full_name"] == "Nguyễn Thị Buồm"
        assert [former["state"]["phone"] for former in people[0]["former_versions"]] == ["0900 111 222"]
        assert holds(section_of(document, "identity_document"), NUMBER)

    def test_no_medical_result_is_there_though_the_caller_may_read_them(self, document: Body) -> None:
        for medical in ("medical_result", "medical_referral"):
            assert medical not in [section["section"] for section in document["sections"]]
            assert not holds(document["sections"], f"Voided {medical}")
        assert not holds(document["sections"], "tuberculosis")

    def test_what_is_not_there_is_named(self, document: Body, person: str) -> None:
        named = {each["what"]: each["where"] for each in document["not_included"]}

        assert set(named) == set(HeldElsewhere)
        assert named["medical_results"] == f"{person}/medical-results"
        assert named["medical_referrals"] == f"{person}/medical-referrals"


class TestWords:
    def test_every_field_is_explained(self, document: Body) -> None:
        for section in document["sections"]:
            explained = {field["name"] for field in section["fields"]}
            for each in section["records"]:
                assert set(each["record"]) == explained

    def test_every_code_has_its_label(self, document: Body) -> None:
        lists = {each["name"]: {code["code"] for code in each["codes"]} for each in document["code_lists"]}
        coded = 0
        for section in document["sections"]:
            for field in section["fields"]:
                if field["code_list"] is None:
                    continue
                for each in section["records"]:
                    value = each["record"][field["name"]]
                    codes = value if isinstance(value, list) else [value]
                    assert set(codes) - {None} <= lists[field["code_list"]]
                    coded += 1
        assert coded > 20


class TestWhoMay:
    async def test_it_leaves_a_row_with_every_group(
        self, app: FastAPI, manager: httpx.AsyncClient, person: str
    ) -> None:
        answer = await manager.get(f"{person}/export")

        (row,) = await audited(app, answer)
        assert row["field_groups"] == sorted(export.GROUPS)
        assert (row["operation"], row["purpose"]) == ("export_person", "data_subject_rights")
        assert [str(each) for each in row["person_ids"]] == [person.rpartition("/")[2]]

    @pytest.mark.parametrize("role", [Role.HEALTH_OFFICER, Role.PROVINCE_SYSTEM, Role.AUDITOR, Role.ADMINISTRATOR])
    async def test_others_do_not(self, sign_in: SignIn, person: str, role: Role) -> None:
        refused(await (await sign_in(role)).get(f"{person}/export"), 403, "insufficient_scope")

    async def test_a_person_out_of_reach_is_not_there(self, sign_in: SignIn, person: str) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        refused(await stranger.get(f"{person}/export"), 404, "not_found")
