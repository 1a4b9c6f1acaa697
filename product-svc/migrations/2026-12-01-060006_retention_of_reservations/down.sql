drop index stock_returns_applied;
drop index reservations_ended;
