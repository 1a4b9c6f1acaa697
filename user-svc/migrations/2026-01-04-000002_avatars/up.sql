-- The picture of a user, by the name it is stored under.
alter table users add column avatar uuid;

-- Pictures to take out of the media store: written before one is stored, deleted when a user takes it, and written
-- again when the user gives it up. What is due is removed by a chore, so that nothing is left behind by a crash.
create table picture_removals (
    id       uuid        primary key,
    due_at   timestamptz not null,
    -- The chore is at it: no user may take the picture any more.
    is_taken boolean     not null default false
);

create index picture_removals_due on picture_removals (due_at);
