"""Results about HIV and other infections: a table that one database role alone may touch."""

from sqlmodel import Field

from registry.db.tables.columns import OfPerson, SealedFields, of_person
from registry.vault.sealed import Sealed


class MedicalResultRow(OfPerson, table=True):
    """A result, sealed as a whole: not even which infection it is about, or which fields are filled in, can be seen."""

    __tablename__ = "medical_result"
    __table_args__ = of_person()

    content: Sealed = Field(
        sa_type=SealedFields(
            *("infection", "tested_on", "result", "facility", "treatment", "treatment_started_on", "note")
        )
    )
