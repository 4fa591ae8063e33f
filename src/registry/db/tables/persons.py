"""A person and what identifies them: names, documents, residences, and who is responsible."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import (
    Bytewise,
    Coded,
    OfPerson,
    Recorded,
    SealedText,
    Texts,
    of_person,
    one_of,
    person_key,
)
from registry.domain.person import DocumentType, Education, Processing, ResidenceKind, Sex
from registry.domain.record import RecordState
from registry.domain.unit import Certainty
from registry.vault.sealed import Sealed


class PersonRow(Recorded, table=True):
    """One person. `root_id` names the survivor of merges (its own id at first)."""

    model_config: ClassVar[Any] = {"ignored_types": (hybrid_property,)}

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("id", "unit_id"),
        one_of("state", RecordState),
        one_of("sex", Sex),
        one_of("education", Education),
        one_of("unit_certainty", Certainty),
        one_of("processing", Processing),
        CheckConstraint("birth_date IS NULL OR birth_year = extract(year FROM birth_date)", name="birth_year"),
        Index("ix_person_unit_id_sort_key", "unit_id", "sort_key", "id"),
        Index("ix_person_unit_id_id", "unit_id", "id"),
        Index("ix_person_root_id", "root_id"),
    )

    id: UUID = Field(primary_key=True)
    root_id: UUID = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id")
    unit_certainty: Certainty = Field(sa_type=Coded(Certainty))
    full_name: str = Field(sa_type=Text)
    folded_name: str = Field(sa_type=Bytewise)
    sort_key: str = Field(sa_type=Bytewise)
    aliases: list[str] = Field(sa_type=Texts)
    sex: Sex = Field(sa_type=Coded(Sex))
    birth_date: date | None = None
    birth_year: int | None = Field(default=None, sa_type=SmallInteger)
    birthplace: str | None = Field(default=None, sa_type=Text)
    ethnicity: str | None = Field(default=None, sa_type=Text)
    nationality: str = Field(sa_type=String(2))
    occupation: str | None = Field(default=None, sa_type=Text)
    education: Education = Field(sa_type=Coded(Education))
    phone: Sealed | None = Field(default=None, sa_type=SealedText)
    processing: Processing = Field(default=Processing.UNRESTRICTED, sa_type=Coded(Processing))
    void_reason: Sealed | None = Field(default=None, sa_type=SealedText)

    @hybrid_property
    def merged_into(self) -> UUID | None:
        """The survivor of the merges of this person; None of one who stands alone."""
        return None if self.root_id == self.id else self.root_id

    @merged_into.inplace.expression
    @classmethod
    def _merged_into(cls) -> ColumnElement[UUID | None]:
        return func.nullif(cls.root_id, cls.id, type_=Uuid())


class PersonKeyRow(SQLModel, table=True):
    """The key of one person, wrapped under a master key that the database does not hold; null once it is destroyed."""

    __tablename__ = "person_key"
    __table_args__ = (person_key(), Index("ix_person_key_master_key", "master_key", "person_id"))

    person_id: UUID = Field(primary_key=True)
    unit_id: int
    id: UUID
    master_key: int
    wrapped_key: bytes | None = Field(sa_type=LargeBinary)


class PersonNameTokenRow(SQLModel, table=True):
    """One folded word of a name or alias: equality and ranges on it can use an index beside a row policy."""

    __tablename__ = "person_name_token"
    __table_args__ = (person_key(), Index("ix_person_name_token_token", "token", "person_id"))

    person_id: UUID = Field(primary_key=True)
    token: str = Field(primary_key=True, sa_type=Bytewise)
    unit_id: int


class PersonMatchKeyRow(SQLModel, table=True):
    """One small group of people in which duplicates of a person are looked for, as a keyed hash of its name."""

    __tablename__ = "person_match_key"
    __table_args__ = (person_key(), Index("ix_person_match_key_key", "key", "person_id"))

    person_id: UUID = Field(primary_key=True)
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    unit_id: int


class IdentityDocumentRow(OfPerson, table=True):
    """A document with a number. Two people may carry one number until they are merged."""

    __tablename__ = "identity_document"
    __table_args__ = of_person(
        one_of("document_type", DocumentType),
        Index("ix_identity_document_number_index", "number_index", "person_id"),
    )

    document_type: DocumentType = Field(sa_type=Coded(DocumentType))
    number: Sealed = Field(sa_type=SealedText)
    number_index: bytes = Field(sa_type=LargeBinary, exclude=True)
    number_index_key: int = Field(exclude=True)
    issued_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)


class ResidenceRow(OfPerson, table=True):
    """Where a person lived, in a period."""

    __tablename__ = "residence"
    __table_args__ = of_person(
        one_of("kind", ResidenceKind),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        ForeignKeyConstraint(["place_unit_id"], ["unit.id"]),
    )

    kind: ResidenceKind = Field(sa_type=Coded(ResidenceKind))
    unit_code: str = Field(sa_type=String(5))
    place_unit_id: int
    address: Sealed | None = Field(default=None, sa_type=SealedText)
    from_on: date
    to_on: date | None = None


class ResponsibilityRow(SQLModel, table=True):
    """The unit responsible for a person in a period: what figures count by."""

    __tablename__ = "responsibility"
    __table_args__ = (
        person_key(),
        CheckConstraint("to_on IS NULL OR to_on > from_on", name="order"),
        Index("uq_responsibility_one_open", "person_id", unique=True, postgresql_where=text("to_on IS NULL")),
        Index("ix_responsibility_responsible_unit_id", "responsible_unit_id", "from_on"),
    )

    person_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    unit_id: int
    responsible_unit_id: int = Field(foreign_key="unit.id")
    from_on: date
    to_on: date | None = None
