//! Hand carts to orders.

use std::sync::Arc;

use souk_db::{BatchWork, Batcher, Db};
use souk_mirror::OwnerRule;
use uuid::Uuid;

use crate::domain::{Cart, Order};
use crate::{Error, Result, ops, store};

/// Hands carts over. Cheap to clone.
#[derive(Clone)]
pub struct Checkout {
    db: Db,
    rule: OwnerRule,
    settled: Arc<Batcher<FindingSettled>>,
}

impl Checkout {
    /// Checkouts of the carts of `db`.
    pub fn new(db: Db, rule: OwnerRule) -> Self {
        Self {
            settled: Batcher::new(FindingSettled { db: db.clone(), rule }),
            db,
            rule,
        }
    }

    /// The cart as it may be ordered: without the last order, and with its last proposal if that is accepted.
    ///
    /// # Errors
    /// [`crate::domain::CartError`] when the customer may have no cart.
    pub async fn run(&self, user_id: Uuid, last_order: Option<&Order>, accept_changes: bool) -> Result<Cart> {
        if !accept_changes {
            let expected = Expected {
                user_id,
                without: last_order.map(|order| order.id),
            };
            if let Some(cart) = self.settled.ask(expected).await? {
                return Ok(cart);
            }
        }
        self.db
            .transaction(async |tx| ops::checkout(tx, self.rule, user_id, last_order, accept_changes).await)
            .await
    }
}

/// A cart from which that order was taken out already.
pub struct Expected {
    user_id: Uuid,
    without: Option<Uuid>,
}

/// Finds carts that need no change before they are ordered, as nearly all are.
pub struct FindingSettled {
    db: Db,
    rule: OwnerRule,
}

impl BatchWork for FindingSettled {
    type Job = Expected;
    type Answer = Option<Cart>;
    type Error = Error;

    const NAME: &'static str = "settled_carts";

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    async fn run(&self, expected: &[Expected]) -> Result<Vec<Option<Cart>>> {
        let users: Vec<Uuid> = expected.iter().map(|one| one.user_id).collect();
        let orders: Vec<Uuid> = expected.iter().filter_map(|one| one.without).collect();
        let mut conn = self.db.conn().await?;
        // First what was taken out, for that is never put back; the owner rule last, as in every change of a cart.
        let taken_out = store::applied::among(&mut conn, &users, &orders).await?;
        let carts = store::carts::find_all(&mut conn, &users).await?;
        let barred = self.rule.barred(&mut conn, &users).await?;
        expected
            .iter()
            .map(|Expected { user_id, without }| {
                let is_settled = without.is_none_or(|order_id| taken_out.contains(&(*user_id, order_id)));
                let Some(cart) = carts.get(user_id).filter(|_| is_settled) else {
                    return Ok(None);
                };
                cart.admit(barred.contains(user_id))?;
                Ok(Some(cart.clone()))
            })
            .collect()
    }
}
