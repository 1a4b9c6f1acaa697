//! What others may ask of product-svc: live variations, and reservations of stock.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::snapshots::{self, ProductSnapshotAnswer, ProductSnapshotPage};
use crate::{ClientError, MeshClient};

/// Most variations that one lookup may name.
pub const MAX_LOOKUP: u64 = 200;
/// Most lines that one reservation may hold.
pub const MAX_LINES: u64 = 100;
/// Most pieces of one line.
pub const MAX_QUANTITY: i32 = 999;

/// `POST /internal/variations/lookup`: which variations to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct LookupRequest {
    /// At most [`MAX_LOOKUP`] ids; unknown ones are absent from the answer.
    #[validate(length(max = "MAX_LOOKUP"))]
    pub variation_ids: Vec<Uuid>,
}

/// The answer to a [`LookupRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupAnswer {
    /// One entry per known variation, in no particular order.
    pub items: Vec<VariationSnapshot>,
}

/// A variation as it stands now, with what a cart or a wishlist shows of its product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariationSnapshot {
    /// The variation.
    pub variation_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The user who owns that shop.
    pub owner_id: Uuid,
    /// Title of the product.
    pub title: String,
    /// SKU of the product.
    pub sku: String,
    /// Name and value of each option.
    pub options: BTreeMap<String, String>,
    /// What one piece costs now.
    pub price: Money,
    /// What it cost before, when it is on sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_price: Option<Money>,
    /// Pieces that can be reserved now.
    pub available: i32,
    /// Counts up with each change of `available`.
    pub stock_version: i64,
    /// Version of the product, as in `product.*` events.
    pub product_version: i64,
    /// Whether it may be bought at all: shop approved, product active, neither archived.
    pub sellable: bool,
    /// The variation or its product was deleted by its owner and will not come back.
    pub archived: bool,
}

/// `POST /internal/reservations`: take all lines of an order, or none, for each of some orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct ReserveRequests {
    /// The orders.
    #[validate(nested, length(max = 100))]
    pub requests: Vec<ReserveRequest>,
}

/// What came of each request, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveAnswer {
    /// One for each.
    pub outcomes: Vec<ReserveOutcome>,
}

/// All lines of an order, to be taken together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct ReserveRequest {
    /// Chosen by the caller; the same id meets the same reservation again.
    pub reservation_id: Uuid,
    /// The customer.
    pub user_id: Uuid,
    /// 1 to [`MAX_LINES`] lines, each with a variation of its own.
    #[validate(nested, length(min = 1, max = "MAX_LINES"), custom(function = "each_once"))]
    pub lines: Vec<ReserveLine>,
}

/// One line to reserve, on the terms that its customer was last shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct ReserveLine {
    /// The caller's name for the line, given back in the answer.
    pub line_id: Uuid,
    /// What to take.
    pub variation_id: Uuid,
    /// How many, 1 to 999.
    #[validate(range(min = 1, max = "MAX_QUANTITY"))]
    pub quantity: i32,
    /// The price of one piece that the customer was shown.
    pub unit_price: Money,
}

/// Stock that is held for an order, or already sold to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The id that the caller chose.
    pub reservation_id: Uuid,
    /// The customer.
    pub user_id: Uuid,
    /// When product-svc begins to ask what became of it.
    pub expires_at: DateTime<Utc>,
    /// The lines, in the order of the request.
    pub lines: Vec<ReservedLine>,
}

/// A reserved line with all that an order copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedLine {
    /// The caller's name for the line.
    pub line_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The shop that sells it.
    pub shop_id: Uuid,
    /// The user who owns that shop.
    pub owner_id: Uuid,
    /// Title of the product.
    pub title: String,
    /// SKU of the product.
    pub sku: String,
    /// Name and value of each option.
    pub options: BTreeMap<String, String>,
    /// Pieces held.
    pub quantity: i32,
    /// Price of one piece.
    pub price: Money,
    /// What one piece cost its shop, if the owner said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_price: Option<Money>,
}

/// Why a line could not be taken on the terms asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Fewer pieces are there than were asked for.
    Short,
    /// It cannot be bought at all now.
    Gone,
    /// All pieces are there, at another price.
    Repriced,
}

/// Quantity and price of a line, as shown or as possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How many; 0 when it is gone.
    pub quantity: i32,
    /// Price of one piece.
    pub unit_price: Money,
}

/// A line that stood in the way of a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// The caller's name for the line.
    pub line_id: Uuid,
    /// The variation.
    pub variation_id: Uuid,
    /// What is the matter.
    pub kind: ChangeKind,
    /// What was asked for.
    pub old: Terms,
    /// What could be had; when `kind` is `gone`, quantity 0 at the old price.
    pub new: Terms,
}

/// How an attempt to reserve ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReserveOutcome {
    /// Everything is held (or was held by the same request before).
    Held(Reservation),
    /// Nothing was taken; these lines stood in the way.
    Refused(Vec<LineChange>),
    /// A reservation of this id was released before; it never opens again.
    Ended,
}

/// Refuses a variation that is in two lines: which of them should get the last piece?
fn each_once(lines: &[ReserveLine]) -> Result<(), ValidationError> {
    let mut seen = std::collections::HashSet::new();
    if lines.iter().all(|line| seen.insert(line.variation_id)) {
        Ok(())
    } else {
        Err(ValidationError::new("repeated"))
    }
}

/// Calls product-svc.
#[derive(Clone)]
pub struct ProductClient(MeshClient);

impl ProductClient {
    /// A client over `mesh`, which knows the address of product-svc.
    pub fn new(mesh: MeshClient) -> Self {
        Self(mesh)
    }

    /// These variations as they are now, at most [`MAX_LOOKUP`]; unknown ones are absent.
    ///
    /// # Errors
    /// When product-svc is away.
    pub async fn lookup(&self, variation_ids: &[Uuid]) -> Result<Vec<VariationSnapshot>, ClientError> {
        let request = LookupRequest {
            variation_ids: variation_ids.to_vec(),
        };
        let answer: LookupAnswer = self.0.post("/internal/variations/lookup", &request).await?;
        Ok(answer.items)
    }

    /// Up to `limit` products after an id, as their events carry them; see [`crate::snapshots`].
    ///
    /// # Errors
    /// When product-svc is away.
    pub async fn snapshots(
        &self,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<ProductSnapshotPage, ClientError> {
        snapshots::page(&self.0, "/internal/products", after, limit).await
    }

    /// These products as their events carry them, at most [`MAX_SNAPSHOTS`](snapshots::MAX_SNAPSHOTS).
    ///
    /// # Errors
    /// When product-svc is away.
    pub async fn snapshots_of(&self, ids: &[Uuid]) -> Result<ProductSnapshotAnswer, ClientError> {
        snapshots::look_up(&self.0, "/internal/products/lookup", ids).await
    }

    /// Takes all lines of each request, or none of it. Sent again with the same id it meets its own reservation. Answers in
    /// the order of the requests, of which there are a hundred at most.
    ///
    /// # Errors
    /// When product-svc is away: then the stock may be held or not, and only the same call or a release tells.
    pub async fn reserve(&self, requests: Vec<ReserveRequest>) -> Result<Vec<ReserveOutcome>, ClientError> {
        let requests = ReserveRequests { requests };
        let answer: ReserveAnswer = self.0.post("/internal/reservations", &requests).await?;
        Ok(answer.outcomes)
    }

    /// Lets a reservation go, once its order will never come. Twice is once; one that was sold stays sold.
    ///
    /// # Errors
    /// When product-svc is away.
    pub async fn release(&self, reservation_id: Uuid) -> Result<(), ClientError> {
        self.0
            .post(&format!("/internal/reservations/{reservation_id}/release"), &())
            .await
    }
}
