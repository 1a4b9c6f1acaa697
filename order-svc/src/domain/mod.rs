//! What an order is and may become; no I/O.

mod account;
mod address;
mod audit;
mod change;
mod number;
mod order;
mod parcel;
mod placement;
mod reservation;
mod status;
mod timeline;

pub use account::{AccountError, Unfinished};
pub use address::Address;
pub use audit::OperatorAction;
pub use change::{By, Change, Moved, OrderError, Step};
pub use number::new_number;
pub use order::{Item, Order, SubOrder, Totals};
pub use parcel::Parcel;
pub use placement::{Line, Placement, PlacementError};
pub use reservation::{Verdict, reservation_id};
pub use status::{ItemStatus, OrderStatus};
pub use timeline::{Actor, Entry, What};
