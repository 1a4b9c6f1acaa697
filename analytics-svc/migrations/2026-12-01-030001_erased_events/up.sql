-- The events of an erased account by the name it goes on under: a name that was made under a former key is replaced.
create index event_log_erased on event_log ((coalesce(data ->> 'user_id', data ->> 'owner_id')))
where user_id is null and coalesce(data ->> 'user_id', data ->> 'owner_id') is not null;
