-- A customer's latest order is named by the next checkout, however late that comes, so its row stays. Rows of before do not
-- say whether they are of an order.
alter table applied add column is_order boolean;
create index applied_age on applied (applied_at);
