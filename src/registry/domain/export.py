"""What a person's export is made of, and what is held on them besides."""

from enum import StrEnum


class ExportSection(StrEnum):
    """Kinds of records in an export; the names are those of their tables."""

    PERSON = "person"
    IDENTITY_DOCUMENT = "identity_document"
    RESIDENCE = "residence"
    RESPONSIBILITY = "responsibility"
    MOVE = "move"
    MANAGEMENT_FILE = "management_file"
    DRUG_TEST = "drug_test"
    DETERMINATION = "determination"
    SUBSTANCE_USE = "substance_use"
    EPISODE = "episode"
    AFTERCARE = "aftercare"
    EDUCATION_MEASURE = "education_measure"
    ACCOMPANIMENT = "accompaniment"
    VISIT = "visit"
    ATTENDANCE = "attendance"
    REFERRAL = "referral"
    MEMBERSHIP = "membership"
    REACH = "reach"
    SUBJECT_REQUEST = "subject_request"
    ERASURE_ORDER = "erasure_order"


class HeldElsewhere(StrEnum):
    """What an export leaves to others, or cannot hold."""

    MEDICAL_RESULTS = "medical_results"
    MEDICAL_REFERRALS = "medical_referrals"
    ACCESS_LOG = "access_log"
    TASKS = "tasks"
    CHANGE_FEED = "change_feed"
    SEARCH_WORDS = "search_words"
    MERGES = "merges"
    REFUSED_OPERATIONS = "refused_operations"
    CONFLICTS = "conflicts"
    ENCRYPTION_KEY = "encryption_key"
