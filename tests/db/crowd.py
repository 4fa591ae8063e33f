"""A registry of some size, written straight into its tables: what the plans of queries are judged in."""

PEOPLE = 30_000
UNITS = 3_000
IN_SCOPE = 150
LOOKS = 10
"""How often each of them was looked at."""
BIG = {
    *("person", "person_name_token", "identity_document", "management_file", "episode", "change_feed"),
    *("aftercare", "education_measure", "accompaniment", "visit", "attendance", "referral"),
    *("reach", "task", "audit_event", "person_match_key"),
}
"""What grows with the people on file: no query may read it from one end to the other."""

_KEPT = "version, state, recorded_at, changed_at, changed_by, fingerprint"
_KEPT_SO = "1, 'active', now(), now(), 'x', ''"

FILL = f"""
    SET session_replication_role = replica;  -- nobody asks whether organisations, workers and sessions are there
    CREATE TEMP TABLE one AS
        SELECT n, md5(n::text)::uuid AS id, unit_id, 'tu' || n % 400 AS word FROM generate_series(1, {PEOPLE}) AS n
        JOIN (SELECT id AS unit_id, row_number() OVER (ORDER BY id) - 1 AS place FROM unit) AS placed
            ON place = n % {UNITS};
    INSERT INTO person (id, root_id, unit_id, unit_certainty, full_name, folded_name, sort_key, aliases, sex,
                        nationality, education, processing, version, state, recorded_at, changed_at, changed_by,
                        fingerprint)
        SELECT id, id, unit_id, 'whole', word, word, word || id, '{{}}', 'male', 'VN',
               'unknown', 'unrestricted', 1, 'active', now(), now(), 'x', '' FROM one;
    INSERT INTO person_name_token (person_id, token, unit_id)
        SELECT id, word, unit_id FROM one UNION ALL SELECT id, 'nguyen', unit_id FROM one;
    INSERT INTO person_match_key (person_id, key, unit_id)
        SELECT id, sha256(('k' || n % 3000)::bytea), unit_id FROM one;
    INSERT INTO identity_document (person_id, id, unit_id, document_type, number, number_index, number_index_key,
                                   version, state, recorded_at, changed_at, changed_by, fingerprint)
        SELECT id, id, unit_id, 'cccd', '', sha256(n::text::bytea), 1, 1, 'active', now(), now(), 'x', '' FROM one;
    INSERT INTO management_file (person_id, id, unit_id, category, opened_on,
                                 version, state, recorded_at, changed_at, changed_by, fingerprint)
        SELECT id, id, unit_id, 'addicted', date '2015-01-01' + n % 3000, 1, 'active', now(), now(), 'x', '' FROM one;
    INSERT INTO episode (person_id, id, unit_id, root_id, course_id, track, modality, legal_basis, provider_id,
                         registered_on, started_on, ended_on, outcome, therapies, {_KEPT})
        SELECT id, id, unit_id, id, id, 'rehab', 'community', 'voluntary', md5('o' || n % 600)::uuid,
               date '2015-01-01' + n % 3000, date '2015-01-01' + n % 3000, CASE n % 4 WHEN 0 THEN date '2025-01-01' END,
               CASE n % 4 WHEN 0 THEN 'completed' END, '{{}}', {_KEPT_SO} FROM one;
    INSERT INTO change_feed (unit_id, person_id, entity, record_id, op, version)
        SELECT unit_id, id, entity, id, 'upsert', 1 FROM one, (VALUES ('person'), ('episode')) AS told (entity);
    INSERT INTO change_feed (organisation_id, person_id, entity, record_id, op, version)
        SELECT md5('o' || n % 600)::uuid, id, entity, id, 'upsert', 1
        FROM one, (VALUES ('person'), ('episode')) AS told (entity);
    INSERT INTO reach (person_id, organisation_id, because, record_id, unit_id, from_on)
        SELECT id, md5('o' || n % 600)::uuid, 'episode', id, unit_id, date '2020-01-01' FROM one;
    INSERT INTO task (id, kind, role, unit_id, organisation_id, person_id, entity, record_id, opened_at, opened_by,
                      due_at, state, version)
        SELECT md5('t' || n || to_whom)::uuid, 'move_request', 'commune_officer',
               CASE to_whom WHEN 'unit' THEN unit_id END,
               CASE to_whom WHEN 'organisation' THEN md5('o' || n % 600)::uuid END,
               id, 'move', id, now(), 'x', now() + n * interval '1 minute', 'open', 1
        FROM one, (VALUES ('unit'), ('organisation')) AS told (to_whom);
    INSERT INTO audit_event (at, issuer, subject, client_id, operation, person_ids, field_groups, decision, request_id,
                             grant_ids, unit_ids)
        SELECT now(), 'x', 's' || n % 600, 'x', 'x', ARRAY[id], '{{}}', 'allowed', id, '{{}}', ARRAY[unit_id]
        FROM one, generate_series(1, {LOOKS});
    INSERT INTO aftercare (person_id, id, unit_id, root_id, course_id, place, from_on, planned_months, absent_days,
                           to_on, {_KEPT})
        SELECT id, id, unit_id, id, id, 'residence', date '2026-01-01', 12, 0, date '2027-01-01', {_KEPT_SO} FROM one;
    INSERT INTO education_measure (person_id, id, unit_id, from_on, to_on, {_KEPT})
        SELECT id, id, unit_id, date '2026-10-01', date '2027-01-01', {_KEPT_SO} FROM one;
    INSERT INTO accompaniment (person_id, id, unit_id, organisation_id, worker_id, legal_basis, from_on, {_KEPT})
        SELECT id, id, unit_id, md5('o' || n % 600)::uuid, md5('w' || n % 3000)::uuid, 'consent',
               date '2015-01-01' + n % 3000, {_KEPT_SO} FROM one;
    INSERT INTO visit (person_id, id, unit_id, accompaniment_id, organisation_id, legal_basis, visited_on, kind,
                       {_KEPT})
        SELECT id, id, unit_id, id, md5('o' || n % 600)::uuid, 'consent', date '2015-01-01' + n % 3000, 'home_visit',
               {_KEPT_SO} FROM one;
    INSERT INTO attendance (person_id, id, unit_id, session_id, organisation_id, held_on, legal_basis, {_KEPT})
        SELECT id, id, unit_id, md5('s' || n % 3000)::uuid, md5('o' || n % 600)::uuid, date '2015-01-01' + n % 3000,
               'consent', {_KEPT_SO} FROM one;
    INSERT INTO referral (person_id, id, unit_id, organisation_id, service_id, legal_basis, made_on, status,
                          answer_due_on, {_KEPT})
        SELECT id, id, unit_id, md5('o' || n % 600)::uuid, md5('v' || n % 300)::uuid, 'consent',
               date '2015-01-01' + n % 3000, 'made', date '2027-01-01', {_KEPT_SO} FROM one;
    ANALYZE {", ".join(sorted(BIG))};
"""  # noqa: S608 - made of numbers and words of our own
