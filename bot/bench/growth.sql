-- What the rows of a made-up desk have in common; filled in and run by growth_world.py.
INSERT INTO staff (username, name, role, password_hash, must_change_password, language, on_duty, created_at)
SELECT 'agent' || n, 'Agent ' || n, CASE n WHEN 1 THEN 'supervisor' ELSE 'agent' END, '', false, 'zh-Hans', true, $now
FROM generate_series(1, 30) AS n;
INSERT INTO departments (key, names, headquarters)
SELECT key, '{"zh-Hans": "部门", "zh-Hant": "部門", "en": "Department"}', key = 'headquarters'
FROM unnest(ARRAY['headquarters', 'service', 'sales', 'product']) AS key;
CREATE TABLE growth_texts (language text, number int, words text);
CREATE TABLE growth_answers (language text, number int, words text);
CREATE TABLE growth_rare (language text, number int, words text);
-- The last 60 were opened within the hour; 40 wait for a person, 60 more have one. Every fourth is by
-- somebody who complained before; one in 33 is a special user's.
CREATE TABLE growth_cases AS
SELECT
    id,
    CASE WHEN id % 4 = 0 THEN id - 1 ELSE id END AS customer,
    opened,
    1 + id % 30 AS owner,
    (ARRAY['zh-Hans', 'zh-Hans', 'zh-Hant', 'en'])[1 + id % 4] AS language,
    CASE WHEN id % 3 = 0 THEN 'telegram' ELSE 'web' END AS channel,
    id > $complaints - $open AS open,
    id % 33 = 0 AS special,
    CASE WHEN id > $complaints - 40 THEN 'waiting' WHEN id > $complaints - 100 THEN 'human' ELSE 'bot' END AS holding,
    'QT-' || extract(year FROM opened) || '-' || lpad(id::text, 6, '0') AS number,
    CASE WHEN id > $complaints - 60 THEN interval '5 seconds' ELSE interval '1 minute' * (3 + id % 20) END AS pace,
    -- Its first message: 500 customers talk at the same time, in turns.
    ((id - 1) / 500) * 5000 + (id - 1) % 500 + 1 AS message
FROM (
    SELECT id, $now - CASE
        WHEN id > $complaints - 60 THEN interval '30 seconds' * ($complaints - id + 2)
        ELSE interval '3 years' / $complaints * ($complaints - id) + interval '2 hours'
    END AS opened
    FROM generate_series(1::bigint, $complaints) AS id
) AS series;
-- table
INSERT INTO messages (
    id, conversation_id, author, staff_id, text, at, client_id, stage, heard_at, settled_at, turn_id, language,
    signals, emotion, delivery, delivered_at
)
SELECT
    said.id, growth_cases.id, author, CASE author WHEN 'agent' THEN owner END,
    CASE WHEN author = 'customer' THEN
        growth_texts.words
        || CASE WHEN said.id % 3 = 0 THEN ' QK' || lpad((said.id * 7919 % 100000000)::text, 8, '0') ELSE '' END
        || CASE WHEN said.id % 5 = 0 THEN
            ' ' || chr(19968 + (said.id * 31 % 2560)::int) || chr(19968 + (said.id * 17 / 5 % 2560)::int) ELSE '' END
        || CASE WHEN place = 0 AND growth_cases.id % 5000 < 4 THEN ' ' || growth_rare.words ELSE '' END
    ELSE growth_answers.words END,
    opened + place * pace,
    CASE author WHEN 'customer' THEN 'c' || said.id END,
    CASE author WHEN 'bot' THEN 'listen' END,
    CASE author WHEN 'customer' THEN opened + place * pace END,
    CASE author WHEN 'customer' THEN opened + place * pace END,
    CASE author WHEN 'customer' THEN said.id END,
    CASE author WHEN 'customer' THEN growth_cases.language END,
    CASE author WHEN 'customer' THEN ARRAY[]::text[] END,
    CASE author WHEN 'customer' THEN greatest(0, 2 - place / 3 + growth_cases.id % 2) END,
    CASE WHEN author <> 'customer' THEN 'sent' END,
    CASE WHEN author <> 'customer' THEN opened + place * pace END
FROM (
    SELECT
        id, (id - 1) / 5000 * 500 + (id - 1) % 500 + 1 AS case_id, ((id - 1) % 5000 / 500)::int AS place,
        (ARRAY['customer', 'customer', 'bot', 'customer', 'bot', 'customer', 'bot', 'agent', 'customer', 'agent']
        )[1 + (id - 1) % 5000 / 500] AS author
    FROM generate_series(1::bigint, ($complaints + 499) / 500 * 5000) AS id
) AS said
JOIN growth_cases ON growth_cases.id = case_id
JOIN growth_texts ON growth_texts.language = growth_cases.language
    AND growth_texts.number = (hashint8(said.id) & 2147483647) % $texts
JOIN growth_answers ON growth_answers.language = growth_cases.language AND growth_answers.number = place % 5
JOIN growth_rare ON growth_rare.language = growth_cases.language;
SELECT setval('messages_id_seq', $complaints * 10 + 10000);
-- table
INSERT INTO entries (
    id, book, position, case_id, at, actor_kind, actor, action, after, previous_hash, hash
)
SELECT
    (growth_cases.id - 1) * 8 + position, number, position, growth_cases.id, opened + position * pace, 'assistant',
    'assistant', action,
    CASE position WHEN 1 THEN jsonb_build_object('message', message) ELSE after::jsonb END,
    md5(position::text || number) || md5(number), md5((position + 1)::text || number) || md5(number)
FROM growth_cases, (VALUES
    (1, 'case.opened', '{}'), (2, 'case.heard', '{"category": "other"}'), (3, 'clock.started', '{}'),
    (4, 'stage.entered', '{"stage": "acknowledge"}'), (5, 'stage.entered', '{"stage": "respond"}'),
    (6, 'clock.stopped', '{}'), (7, 'case.progress', '{"text": "…"}'), (8, 'case.resolved', '{}')
) AS happened (position, action, after);
SELECT setval('entries_id_seq', $complaints * 8 + 1);
-- table
INSERT INTO customers (id, created_at, name, phone, consented_at, language)
SELECT
    id, opened, CASE WHEN id % 2 = 0 THEN chr(19968 + (id % 97)::int) || chr(20000 + (id / 7 % 2000)::int) END,
    CASE WHEN id % 2 = 0 THEN '13' || lpad((id * 7907 % 1000000000)::text, 9, '0') END, opened, language
FROM growth_cases WHERE id = customer;
INSERT INTO identities (id, customer_id, channel, address, created_at)
SELECT id, id, channel, 'v' || id, opened FROM growth_cases WHERE id = customer;
INSERT INTO conversations (
    id, identity_id, customer_id, channel, language, holding, holder_id, held_since, waiting_since, created_at,
    last_message_at
)
SELECT
    id, customer, customer, channel, language, holding, CASE holding WHEN 'human' THEN owner END,
    CASE holding WHEN 'human' THEN opened END, CASE holding WHEN 'waiting' THEN opened END, opened, opened + 9 * pace
FROM growth_cases;
INSERT INTO case_conversations SELECT id, id FROM growth_cases;
INSERT INTO cases (
    id, number, pass_code, type, status, stage, customer_id, channel, language, category, further_categories, severity,
    signals, narrative, remedies, special_reasons, special_since, owner_id, department_id, opened_at, resolved_at,
    rating, demo
)
SELECT
    id, growth_cases.number, 'ABCDEF', CASE WHEN id % 50 = 0 THEN 'contact' ELSE 'complaint' END,
    CASE WHEN open THEN 'open' ELSE 'resolved' END, CASE WHEN open THEN 'listen' ELSE 'feedback' END, customer,
    channel, growth_cases.language, ($categories)[1 + id % 9], '{}', ($severities)[1 + (id % 10) / 4],
    ARRAY[($signals)[1 + id % 13]], words, '{refund}',
    CASE WHEN special THEN '[{"code": "media_threat", "words": {}}]' ELSE '[]' END::jsonb,
    CASE WHEN special THEN opened END, owner, 1 + id % 4, opened,
    CASE WHEN NOT open THEN opened + interval '1 hour' * (30 + id % 100) END,
    CASE WHEN NOT open AND id % 3 = 0 THEN 1 + id % 5 END, false
FROM growth_cases
JOIN growth_texts ON growth_texts.language = growth_cases.language
    AND growth_texts.number = (hashint8(message) & 2147483647) % $texts;
SELECT setval('customers_id_seq', $complaints), setval('identities_id_seq', $complaints),
    setval('conversations_id_seq', $complaints), setval('cases_id_seq', $complaints),
    setval('case_numbers', $complaints);
INSERT INTO clocks (case_id, kind, started_at, due_at, stopped_at, stopped_by_id, breached_at, escalated)
SELECT
    id, kind, opened, due, stopped, CASE WHEN stopped IS NOT NULL THEN owner END,
    CASE WHEN coalesce(stopped, $now) > due THEN due END, 0
FROM growth_cases, (VALUES (0, 'first_response'), (1, 'progress_update'), (2, 'headquarters')) AS kinds (place, kind),
    LATERAL (SELECT
        opened + interval '1 minute' * (30 + 600 * place) AS due,
        CASE WHEN NOT open OR (place = 0 AND id % 2 = 0) THEN opened + interval '1 minute' * (3 + id * 37 % 90) END
            AS stopped
    ) AS times
WHERE place < 2 OR special
ORDER BY id, place;
INSERT INTO facts (case_id, kind, said, value, message_id, at)
SELECT id, 'product', 'x', to_jsonb('product ' || id % 500), message, opened FROM growth_cases WHERE id % 2 = 0;
INSERT INTO notices (case_id, kind, round, staff_id, way, at, state, sent_at, attempts)
SELECT id, 'special_user', '0', owner, way, opened, 'sent', opened, 1
FROM growth_cases, unnest(ARRAY['console', 'email']) AS way WHERE special;
INSERT INTO procrastinate_jobs (task_name, queue_name, priority, status, args, scheduled_at)
SELECT 'clocks.due', 'clocks', 0, 'todo', jsonb_build_object('clock_id', id), $now + interval '100 years'
FROM clocks WHERE stopped_at IS NULL;
