//! What is kept of a user, for the user's own export.

use souk_db::Section;

/// Every event that names the user.
pub const SECTIONS: &[Section] = &[Section {
    kind: "events",
    page: 500,
    first: "-infinity/00000000-0000-0000-0000-000000000000",
    query: "select time::text || '/' || id::text as key,
                jsonb_build_object('id', id, 'type', type, 'source', source, 'subject', subject, 'time', time,
                                   'data', data) as data
            from event_log
            where user_id = $1
              and (time, id) > (split_part($2, '/', 1)::timestamptz, split_part($2, '/', 2)::uuid)
            order by time, id limit $3",
}];
