//! Counts views of shop pages.

use souk_db::{Conn, Db};
use souk_service::{PageView, ViewStore, view_log};
use uuid::Uuid;

use crate::domain::View;
use crate::{Error, Result, ops};

/// Where handlers note views.
pub type ViewLog = souk_service::ViewLog<View>;
/// Counts what is noted.
pub type ViewCounter = souk_service::ViewCounter<ShopViews>;

/// Views of shop pages.
pub struct ShopViews;

/// A log over `db`, and the counter that must run for anything to be counted.
pub fn views(db: Db) -> (ViewLog, ViewCounter) {
    view_log(db, ShopViews)
}

impl PageView for View {
    fn page(&self) -> Uuid {
        self.shop_id
    }

    fn visitor(&self) -> &str {
        &self.visitor
    }
}

impl ViewStore for ShopViews {
    type View = View;
    type Error = Error;

    const PAGE: &'static str = "shop";

    async fn record(&self, tx: &mut Conn, views: Vec<View>) -> Result<()> {
        ops::record_views(tx, views).await
    }

    async fn forget(&self, tx: &mut Conn, limit: i64) -> Result<usize> {
        ops::forget_views(tx, limit).await
    }
}
