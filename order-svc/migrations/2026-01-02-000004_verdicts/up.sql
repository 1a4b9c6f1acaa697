-- What a reservation of stock came to. The primary key decides between an order and whoever gives it up:
-- the first one in stands for ever.
create table verdicts (
    reservation_id uuid        primary key,
    verdict        text        not null check (verdict in ('ordered', 'abandoned')),
    order_id       uuid,
    decided_at     timestamptz not null default now(),
    check ((verdict = 'ordered') = (order_id is not null))
);
