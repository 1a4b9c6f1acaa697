create index reservations_ended on reservations (ended_at) where ended_at is not null;
create index stock_returns_applied on stock_returns (applied_at) where applied_at is not null;
