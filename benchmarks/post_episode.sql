-- What one POST of an episode runs, statement by statement. Ids are those of population.sql.
\set n :n + 1
\set who :n * :clients + :client_id + 1
BEGIN;
SELECT set_config('role', 'registry_units', true), set_config('app.units', '', true),
    set_config('app.organisations', '', true), set_config('app.reached', '', true), set_config('app.caller', '', true);
SELECT epoch, tokens_from, client_kind, client_unit_id, client_key, client_keys_since,
    vendor_kind, vendor_unit_id, vendor_key, vendor_keys_since,
    grant_id, role, unit_id, organisation_id, from_on, to_on, seat_unit_id
FROM app.standing(:issuer::text, :subject::text, 'demo-client', NULL, current_date);
SELECT set_config('role', 'registry_units', true), set_config('app.units', array_to_string(:units::int[], ','), true),
    set_config('app.organisations', '', true), set_config('app.reached', '', true), set_config('app.caller', '', true);
SELECT version, state, fingerprint
FROM app.first_body('episode', md5(:who::text)::uuid, md5('post' || :who::text)::uuid);
SELECT id, root_id, unit_id, unit_certainty, state, processing, full_name, aliases, sex, birth_date, birth_year,
    birthplace
FROM person
WHERE id = ANY (ARRAY[md5(:who::text)::uuid]) AND unit_id = ANY (:units::int[]) AND state <> 'erased'
ORDER BY id
FOR NO KEY UPDATE
\gset person_
SELECT id, course_id, modality, legal_basis, registered_on, started_on, ended_on, outcome
FROM app.episodes_of(md5(:who::text)::uuid);
WITH written AS (
    INSERT INTO episode (version, state, recorded_at, changed_at, changed_by, fingerprint, person_id, id, unit_id,
        root_id, course_id, track, modality, legal_basis, registered_on, started_on, planned_months, therapies)
    VALUES (1, 'active', now(), now(), :issuer::text || '|' || :subject::text, sha256(:who::text::bytea),
        md5(:who::text)::uuid, md5('post' || :who::text)::uuid, :person_unit_id, md5(:who::text)::uuid,
        md5('post' || :who::text)::uuid, 'rehab', 'community', 'voluntary', '2024-03-12', '2024-03-16', 6,
        '{intake,detoxification,counselling}')
    ON CONFLICT DO NOTHING
    RETURNING id
), fed AS (
    INSERT INTO change_feed (unit_id, organisation_id, person_id, entity, record_id, op, version)
    SELECT audience.unit_id, audience.organisation_id, md5(:who::text)::uuid, 'episode',
        md5('post' || :who::text)::uuid, 'upsert', 1
    FROM written, (
        SELECT :person_unit_id::int AS unit_id, NULL::uuid AS organisation_id
        UNION ALL
        SELECT DISTINCT NULL::int, organisation_id FROM reach
        WHERE person_id = md5(:who::text)::uuid AND md5('post' || :who::text)::uuid IN (person_id, record_id)
            AND (until_on IS NULL OR until_on >= current_date)
    ) audience
), audited AS (
    INSERT INTO audit_event (at, issuer, subject, client_id, purpose, operation, person_ids, entity, record_id,
        field_groups, decision, request_id, grant_ids, unit_ids)
    SELECT now(), :issuer::text, :subject::text, 'demo-client', 'supervision', 'create_episode',
        ARRAY[md5(:who::text)::uuid], 'episode', id, '{treatment}', 'allowed', gen_random_uuid(),
        ARRAY[gen_random_uuid()], ARRAY[:person_unit_id::int]
    FROM written
)
SELECT id FROM written;
COMMIT;
