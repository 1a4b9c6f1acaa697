//! What a handler may reach.

use std::sync::Arc;

use souk_clients::export::ExportClient;
use souk_clients::order::OrderClient;
use souk_clients::shop::ShopClient;
use souk_db::Db;

use crate::decoder::PictureDecoder;
use crate::media::Media;

/// Shared by all workers.
#[derive(Clone)]
pub struct AppState {
    /// The service's database.
    pub db: Db,
    /// Where pictures are kept.
    pub media: Media,
    /// What makes avatars of uploads.
    pub decoder: PictureDecoder,
    /// Where orders are.
    pub orders: OrderClient,
    /// Where shops are.
    pub shops: ShopClient,
    /// Everybody who keeps something of users, by name.
    pub keepers: Arc<[(&'static str, ExportClient)]>,
}
