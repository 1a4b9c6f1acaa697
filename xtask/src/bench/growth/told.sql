insert into outbox (id, exchange, routing_key, body, created_at, published_at)
select id, writer || '_events', kind, jsonb_build_object('specversion', '1.0', 'id', id, 'type', kind,
    'source', '/' || writer || '-svc', 'subject', subject, 'time', at, 'dataschema', kind || '/1',
    'aggregateversion', version, 'correlationid', 'req-' || id, 'causationid', 'req-' || id, 'data', data)::text, at, at
from kept where writer || '_svc' = current_database() order by at;
