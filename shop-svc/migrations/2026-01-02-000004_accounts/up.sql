-- Accounts that user events spoke of; one that is not here is active.
create table accounts (
    user_id   uuid    primary key,
    is_active boolean not null,
    version   bigint  not null
);
