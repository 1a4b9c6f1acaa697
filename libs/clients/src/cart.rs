//! What cart-svc answers to other services.

use serde::{Deserialize, Serialize};
use souk_contracts::Money;
use uuid::Uuid;
use validator::Validate;

use crate::{ClientError, MeshClient};

/// Asks for the lines of carts that are to be ordered: `POST /internal/carts/checkout`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct CheckoutRequest {
    /// Those of some customers.
    #[validate(nested, length(max = 100))]
    pub carts: Vec<CheckoutOf>,
}

/// The carts that were asked for, in that order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckoutAnswer {
    /// One for each customer.
    pub carts: Vec<CheckoutCart>,
}

/// A cart that is to be ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct CheckoutOf {
    /// The customer.
    pub user_id: Uuid,
    /// The customer's latest order; it is taken out of the cart first, once per order id.
    #[validate(nested)]
    pub last_order: Option<LastOrder>,
    /// Put the last proposal into the lines before answering.
    #[serde(default)]
    pub accept_changes: bool,
}

/// An order and what it took from the cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct LastOrder {
    /// Which order.
    pub order_id: Uuid,
    /// How much of which cart line it took.
    #[validate(nested, length(max = 100))]
    pub lines: Vec<OrderedLine>,
}

/// Takes orders out of the carts they came from at once, so that their customers' next look at them does not depend on the
/// event: `POST /internal/carts/ordered`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct OrderedRequest {
    /// The orders of some customers.
    #[validate(nested, length(max = 100))]
    pub orders: Vec<OrderOf>,
}

/// A customer's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
#[serde(from = "OrderOfMembers")]
pub struct OrderOf {
    /// The customer.
    pub user_id: Uuid,
    /// What was ordered.
    #[serde(flatten)]
    #[validate(nested)]
    pub order: LastOrder,
}

/// The members of an [`OrderOf`] on the wire: a flattened struct would be read from a copy, and not strictly.
#[derive(Deserialize)]
struct OrderOfMembers {
    user_id: Uuid,
    order_id: Uuid,
    lines: Vec<OrderedLine>,
}

impl From<OrderOfMembers> for OrderOf {
    fn from(members: OrderOfMembers) -> Self {
        Self {
            user_id: members.user_id,
            order: LastOrder {
                order_id: members.order_id,
                lines: members.lines,
            },
        }
    }
}

/// How much of a cart line was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct OrderedLine {
    /// The line of the cart.
    pub cart_line_id: Uuid,
    /// Pieces ordered from it.
    #[validate(range(min = 1, max = 999))]
    pub quantity: i32,
}

/// A cart as it may be ordered; no lines means there is nothing to order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckoutCart {
    /// The version of the cart that these lines are.
    pub version: i64,
    /// Every line, with what the customer was last shown.
    pub lines: Vec<CheckoutLine>,
}

/// One line, with the quantity and price its customer was last shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckoutLine {
    /// The line of the cart.
    pub line_id: Uuid,
    /// What is wanted.
    pub variation_id: Uuid,
    /// How many pieces.
    pub quantity: i32,
    /// The price of one piece.
    pub unit_price: Money,
}

/// What the customer was told instead of an order: `PUT /internal/carts/{user_id}/proposal`.
///
/// It replaces the proposal before it. One made for a version that is no longer the cart's is dropped:
/// the next checkout makes a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct Proposal {
    /// The version that [`CheckoutCart`] had.
    pub version: i64,
    /// One entry for each line that cannot be ordered as it was shown.
    #[validate(nested, length(max = 100))]
    pub changes: Vec<ProposedChange>,
}

/// What one line would become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct ProposedChange {
    /// The line of the cart.
    pub line_id: Uuid,
    /// The values to accept; `None` (or a quantity of zero) when the thing is gone and the line would go.
    #[validate(nested)]
    pub new: Option<LineValues>,
}

/// Quantity and price of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct LineValues {
    /// How many pieces.
    #[validate(range(min = 0, max = 999))]
    pub quantity: i32,
    /// The price of one piece.
    pub unit_price: Money,
}

/// Adds to a cart for its customer: `POST /internal/carts/{user_id}/items`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
pub struct AddItemRequest {
    /// What to add.
    pub variation_id: Uuid,
    /// How many pieces.
    #[validate(range(min = 1, max = 999))]
    pub quantity: i32,
    /// The same id adds once, however often it is asked.
    pub dedupe_id: Option<Uuid>,
}

/// The line that holds what was added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddedItem {
    /// The line; `None` when it has left the cart since.
    pub line_id: Option<Uuid>,
    /// How many pieces it holds now.
    pub quantity: i32,
}

/// Calls cart-svc.
#[derive(Clone)]
pub struct CartClient(MeshClient);

impl CartClient {
    /// A client over `mesh`, which knows the address of cart-svc.
    pub fn new(mesh: MeshClient) -> Self {
        Self(mesh)
    }

    /// The lines that customers are about to order, in the order of the question; at most a hundred carts.
    ///
    /// # Errors
    /// `shop-owner-has-no-cart` if that is so for one of them, or cart-svc is away.
    pub async fn checkout(&self, carts: Vec<CheckoutOf>) -> Result<Vec<CheckoutCart>, ClientError> {
        let request = CheckoutRequest { carts };
        let answer: CheckoutAnswer = self.0.post("/internal/carts/checkout", &request).await?;
        Ok(answer.carts)
    }

    /// Keeps what the customer was told instead of an order.
    ///
    /// # Errors
    /// When cart-svc is away.
    pub async fn propose(&self, user_id: Uuid, proposal: &Proposal) -> Result<(), ClientError> {
        self.0
            .put(&format!("/internal/carts/{user_id}/proposal"), proposal)
            .await
    }

    /// Takes orders out of their carts without waiting for their events; once per order id, whoever comes first.
    ///
    /// # Errors
    /// When cart-svc is away; the events do it later.
    pub async fn ordered(&self, orders: Vec<OrderOf>) -> Result<(), ClientError> {
        let request = OrderedRequest { orders };
        self.0.post("/internal/carts/ordered", &request).await
    }

    /// Adds to a customer's cart.
    ///
    /// # Errors
    /// What `POST /cart/items` refuses, or cart-svc is away.
    pub async fn add_item(&self, user_id: Uuid, item: &AddItemRequest) -> Result<AddedItem, ClientError> {
        self.0
            .post(&format!("/internal/carts/{user_id}/items"), item)
            .await
    }
}
