-- Accounts, as far as they may apply for a shop: every application locks its row here, and so does closing the
-- account, so that no shop slips in while an erasure is decided.
create table closings (
    user_id   uuid    primary key,
    is_closed boolean not null default false,
    -- The newest attempt of user-svc to close or reopen it.
    attempt   bigint  not null default 0
);
