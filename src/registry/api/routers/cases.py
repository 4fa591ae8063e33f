"""Management files, drug tests, determinations of addiction, substances in use."""

from fastapi import Depends, Response

from registry.api import problems
from registry.api.kinds.cases import DETERMINATIONS, FILES, SUBSTANCE_USES, TESTS
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.precondition import OptionalPrecondition
from registry.api.records.routes import key_of, person_record_routes
from registry.api.schemas.cases import FileCloseIn
from registry.api.schemas.fields import In
from registry.api.schemas.records import RecordOut, RecordRef
from registry.db.records import AnyRow, Key
from registry.db.tables.cases import ManagementFileRow
from registry.domain import management

_DATES = ("date_in_future", "dates_out_of_order")
files = person_record_routes(FILES, *_DATES, "close_incomplete", "file_already_open")
tests = person_record_routes(TESTS, "date_in_future")
determinations = person_record_routes(DETERMINATIONS, "date_in_future")
substance_uses = person_record_routes(SUBSTANCE_USES, "date_in_future")


@files.post(
    "/{id}/close",
    summary="Close a management file",
    response_model=FILES.answer,
    responses=TAGGED
    | problems.responses(
        *GUARDED, "not_found", "erased", "record_voided", "version_mismatch", "file_already_closed", *_DATES, body=True
    ),
)
async def close_file(
    body: FileCloseIn,
    response: Response,
    precondition: OptionalPrecondition,
    desk: Desk = Depends(desk_for(FILES.write, *FILES.groups)),
    key: Key = Depends(key_of(FILES)),
) -> RecordOut | RecordRef:
    """Close an open file, with the day and the reason.

    On `closed_on` the person is no longer on file. A closed file stays closed: a new decision opens
    a new one. Sending the same end again is answered 200.
    """

    def closing(row: AnyRow, _: In) -> dict[str, object]:
        asked = (body.closed_on, body.close_reason)
        if isinstance(row, ManagementFileRow) and row.closed_on and (row.closed_on, row.close_reason) != asked:
            raise management.FileAlreadyClosed
        return body.model_dump(mode="json")

    written = await flow.amend(desk, FILES, key, precondition, closing)
    return await present(response, desk, FILES, written)
