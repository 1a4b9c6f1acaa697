-- Which shops may sell: kept from shop events, newest version wins.
create table shops (
    id       uuid   primary key,
    owner_id uuid   not null,
    status   text   not null check (status in ('pending', 'approved', 'rejected', 'suspended', 'closed')),
    version  bigint not null
);

create index shops_of_owner on shops (owner_id);
