//! What is kept of a user, for the user's own export.

use souk_db::Section;

use super::exported::ExportedEvent;

/// Every event that is about the user, as far as the user may see it.
pub const SECTIONS: &[Section] = &[Section::by_key::<ExportedEvent>(
    "events",
    500,
    "-infinity/00000000-0000-0000-0000-000000000000",
    "select time::text || '/' || id::text as key,
         jsonb_build_object('id', id, 'type', type, 'time', time, 'data', data) as data
     from event_log
     where user_id = $1
       and (time, id) > (split_part($2, '/', 1)::timestamptz, split_part($2, '/', 2)::uuid)
     order by time, id limit $3",
)];
