-- Made-up people of old Phú Yên, spread evenly over the communes in the temporary table `commune`.
-- Ids are derived from the number, so that pgbench and the HTTP client can name them.
CREATE TEMPORARY TABLE resident AS
SELECT n, md5(n::text)::uuid AS id, unit_id, there_unit_id, timestamptz '2020-01-01' AS at, sha256(n::text::bytea) AS print
FROM generate_series(1, 30000) n JOIN commune c ON c.place = n % (SELECT count(*) FROM commune);

INSERT INTO person (id, root_id, unit_id, unit_certainty, full_name, folded_name, sort_key, aliases, sex, birth_year,
                    nationality, education, processing, version, state, recorded_at, changed_at, changed_by, fingerprint)
SELECT id, id, there_unit_id, 'whole', 'Người ' || n, 'nguoi ' || n, 'nguoi ' || n, '{}', 'male', 1960 + n % 40,
       'VN', 'unknown', 'unrestricted', 1, 'active', at, at, 'benchmark', print
FROM resident;

INSERT INTO person_name_token (person_id, token, unit_id)
SELECT id, unnest(ARRAY['nguoi', n::text]), there_unit_id FROM resident;

INSERT INTO responsibility (person_id, id, unit_id, responsible_unit_id, from_on)
SELECT id, gen_random_uuid(), there_unit_id, unit_id, date '2015-01-01' + n % 2000 FROM resident;

INSERT INTO management_file (person_id, id, unit_id, category, opened_on, closed_on, close_reason,
                             version, state, recorded_at, changed_at, changed_by, fingerprint)
SELECT id, gen_random_uuid(), there_unit_id, CASE WHEN n % 4 = 0 THEN 'addicted' ELSE 'illegal_user' END,
       date '2015-01-01' + n % 2000, CASE WHEN n % 10 = 0 THEN date '2020-10-01' END,
       CASE WHEN n % 10 = 0 THEN 'completed_treatment' END, 1, 'active', at, at, 'benchmark', print
FROM resident;

-- Everybody has been treated once, which the rules compare with what is posted; every tenth takes methadone.
INSERT INTO episode (person_id, id, unit_id, root_id, course_id, track, modality, legal_basis, registered_on, started_on,
                     therapies, ended_on, outcome, version, state, recorded_at, changed_at, changed_by, fingerprint)
SELECT id, md5('rehab' || n)::uuid, there_unit_id, id, md5('rehab' || n)::uuid, 'rehab',
       CASE WHEN n % 3 = 0 THEN 'community' ELSE 'facility' END, 'voluntary', date '2019-06-01' + n % 500,
       date '2019-06-01' + n % 500, '{}'::varchar[], date '2019-06-01' + n % 500 + 180, 'completed',
       1, 'active', at, at, 'benchmark', print
FROM resident
UNION ALL
SELECT id, md5('methadone' || n)::uuid, there_unit_id, id, md5('methadone' || n)::uuid, 'methadone',
       'methadone', 'voluntary', date '2018-01-01' + n % 900, date '2018-01-01' + n % 900, '{}', NULL, NULL,
       1, 'active', at, at, 'benchmark', print
FROM resident WHERE n % 10 = 0;
