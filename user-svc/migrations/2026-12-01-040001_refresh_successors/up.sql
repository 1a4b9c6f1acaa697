-- The successor of the refresh token that a session spent last, sealed under a key that only that token gives. It is
-- handed out again to whoever shows the spent token within ten seconds, and removed soon afterwards.
alter table sessions
    add column spent_hash       bytea,
    add column sealed_successor bytea,
    add column sealed_at        timestamptz;

create index sessions_sealed on sessions (sealed_at) where sealed_at is not null;
