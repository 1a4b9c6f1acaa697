-- Whether a message that was parked here contains a text, such as an id, and may still take effect: it waits for a
-- decision, or was sent to its queue again. What such a message names must not be removed.
create function named_by_parked(name text) returns boolean language sql stable strict
return exists (select from parked where state <> 'dropped' and position(convert_to(name, 'UTF8') in payload) > 0);
