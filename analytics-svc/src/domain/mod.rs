//! What was sold, visited and named, and in which period: types and rules, no I/O.

mod event;
mod ids;
mod item;
mod period;
mod projection;
mod pseudonym;
mod report;
mod sales;
mod span;
mod time;

pub use event::LoggedEvent;
pub use ids::{ItemId, OrderId, ProductId, ShopId, UserId};
pub use item::{Item, Line, Status};
pub use period::{MAX_DAYS, Period, PeriodError, PeriodQuery};
pub use projection::{Changes, Fact, ProductName, Shop, Visit, orders_of, project};
pub use pseudonym::{NoPseudonymKey, Pseudonyms};
pub use report::{Day, DaySums, Revenue, Summary, daily, summary};
pub use sales::{Cell, Figures, Of, Sales};
pub use span::{Span, Stretch, cover};
pub use time::{Bound, BoundError};
